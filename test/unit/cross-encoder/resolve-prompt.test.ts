import { expect, test } from "vitest";

import { resolvePrompt, type KnownPrompts, type PromptOptions } from "../../../src/cross-encoder/resolve-prompt.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const prompts = { query: "query: ", web: "web search: ", none: "" };
const withDefault: KnownPrompts = { prompts, defaultPromptName: "query" };
const withoutDefault: KnownPrompts = { prompts, defaultPromptName: undefined };

test.each<[string, PromptOptions, KnownPrompts, string]>([
  ["the call's text before all", { prompt: "find: ", promptName: "web" }, withDefault, "find: "],
  ["an empty text, which switches the default off", { prompt: "" }, withDefault, ""],
  ["the call's name before the default", { promptName: "web" }, withDefault, "web search: "],
  ["the default", {}, withDefault, "query: "],
  ["the default, if both options are undefined", { prompt: undefined, promptName: undefined }, withDefault, "query: "],
  ["an empty prompt by its name", { promptName: "none" }, withDefault, ""],
  ["nothing without a default", {}, withoutDefault, ""],
  [
    "a text of its own, whatever the name that is not used",
    { prompt: "find: ", promptName: "?" },
    withDefault,
    "find: ",
  ],
])("is %s", (_, options, known, prompt) => {
  expect(resolvePrompt(options, known)).toBe(prompt);
});

test.each(["passage", "toString", ""])("refuses the name %j, and lists those there are", async (promptName) => {
  const error = await thrownBy(() => resolvePrompt({ promptName }, withDefault));
  expect(error.code).toBe("INVALID_OPTIONS");
  expect(error.message).toContain(`(query, web, none), got "${promptName}"`);
  expect(error.details).toEqual({ promptName, known: ["query", "web", "none"] });
});

test("says so if there are no prompts", async () => {
  const known = { prompts: {}, defaultPromptName: undefined };
  const error = await thrownBy(() => resolvePrompt({ promptName: "query" }, known));
  expect(error.message).toContain("(there are none)");
});
