import { InvalidOptionsError } from "../errors/index.js";

/** A call's wish for a prompt. */
export interface PromptOptions {
  prompt?: string | undefined;
  promptName?: string | undefined;
}

/** The prompts that an encoder has. */
export interface KnownPrompts {
  prompts: Readonly<Record<string, string>>;
  defaultPromptName: string | undefined;
}

/**
 * Decides what to put in front of a call's queries: its `prompt`, even an empty one; else what its `promptName` names;
 * else the default prompt; else nothing.
 *
 * @throws {InvalidOptionsError} If there is no prompt of that name; lists those there are.
 */
export function resolvePrompt(
  { prompt, promptName }: PromptOptions,
  { prompts, defaultPromptName }: KnownPrompts,
): string {
  if (prompt !== undefined) return prompt;
  const name = promptName ?? defaultPromptName;
  if (name === undefined) return "";
  if (Object.hasOwn(prompts, name)) return prompts[name] ?? "";
  const known = Object.keys(prompts);
  throw new InvalidOptionsError(
    `promptName must be one of the model's prompts (${known.join(", ") || "there are none"}), got "${name}".`,
    { promptName: name, known },
  );
}
