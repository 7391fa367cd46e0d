import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";

import { loadModelSettings, type SettingsOverrides } from "../../../src/hub/load-model-settings.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";
import { writeJsonFiles } from "../../helpers/write-json-files.js";

const temporaryFolder = useTemporaryFolder();

type Files = Readonly<Record<string, unknown>>;

const config = {
  architectures: ["ModernBertForSequenceClassification"],
  id2label: { "0": "LABEL_0" },
  max_position_embeddings: 64,
};

/** A cross-encoder as sentence-transformers 5.4 and later save it. */
const modular = {
  "config.json": config,
  "modules.json": [{ path: "", type: "sentence_transformers.base.modules.transformer.Transformer" }],
  "config_sentence_transformers.json": { model_type: "CrossEncoder" },
  "sentence_bert_config.json": { transformer_task: "sequence-classification" },
};

async function settings(files: Files, overrides?: SettingsOverrides) {
  await writeJsonFiles(temporaryFolder(), files);
  return loadModelSettings(temporaryFolder(), overrides);
}

test("a folder without config.json holds no model", async () => {
  const error = await thrownBy(() => settings({ "tokenizer_config.json": {} }));
  expect(error.code).toBe("MODEL_NOT_FOUND");
  expect(error.message).toContain(temporaryFolder());
  expect(error.details).toEqual({ model: temporaryFolder(), missing: ["config.json"] });
});

test("a classifier without any other file has defaults for all else", async () => {
  const architecture = "BertForSequenceClassification";
  expect(await settings({ "config.json": { architectures: [architecture], id2label: { "0": "relevant" } } })).toEqual({
    folder: temporaryFolder(),
    config: expect.objectContaining({ architectures: [architecture] }) as unknown,
    architecture,
    canBuild: true,
    chain: undefined,
    labelCount: 1,
    id2label: { 0: "relevant" },
    activation: "sigmoid",
    maxLength: 8192,
    prompts: {},
    defaultPromptName: undefined,
  });
});

test("the config keeps fields that only its architecture knows", async () => {
  const { config: parsed } = await settings({ "config.json": { ...config, local_attention: 128 } });
  expect(parsed["local_attention"]).toBe(128);
});

describe("a chain of modules", () => {
  const chain = {
    ...modular,
    "config.json": { ...config, architectures: ["ModernBertModel"], id2label: undefined },
    "modules.json": [
      ...modular["modules.json"],
      { path: "1_Pooling", type: "sentence_transformers.sentence_transformer.modules.pooling.Pooling" },
      { path: "2_Dense", type: "sentence_transformers.base.modules.dense.Dense" },
    ],
    "sentence_bert_config.json": { transformer_task: "feature-extraction", max_seq_length: 48 },
  };

  async function chainSettings(outputs: number, fields: object = {}) {
    const dense = { in_features: 8, out_features: outputs, module_output_name: "scores" };
    await writeJsonFiles(join(temporaryFolder(), "1_Pooling"), { "config.json": { embedding_dimension: 8 } });
    await writeJsonFiles(join(temporaryFolder(), "2_Dense"), { "config.json": dense });
    return settings({ ...chain, "config.json": { ...chain["config.json"], ...fields } });
  }

  test("has the scores of its last Dense for labels, and the length of its transformer", async () => {
    const loaded = await chainSettings(1);
    expect(loaded).toMatchObject({
      architecture: "ModernBertModel",
      labelCount: 1,
      activation: "sigmoid",
      maxLength: 48,
    });
    expect(loaded.chain?.weightFolders).toEqual(["2_Dense"]);
  });

  test("of several scores has no activation by default, and names for its labels", async () => {
    const loaded = await chainSettings(3);
    expect(loaded).toMatchObject({ labelCount: 3, activation: "identity" });
    expect(loaded.id2label).toEqual({ 0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2" });
  });

  test.each<[string, object, object]>([
    ["takes the config's", { id2label: { "0": "no", "1": "maybe", "2": "yes" } }, { 0: "no", 1: "maybe", 2: "yes" }],
    ["does not take those of another number", { id2label: { "0": "a" } }, { 0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2" }],
  ])("%s names of labels", async (_, fields, id2label) => {
    expect((await chainSettings(3, fields)).id2label).toEqual(id2label);
  });

  test("names the file that sets a maximum length above the positions", async () => {
    const error = await thrownBy(() => chainSettings(1, { max_position_embeddings: 32 }));
    expect(error.message).toContain("set by max_seq_length in sentence_bert_config.json");
  });
});

describe("labels", () => {
  test.each<[string, object, Record<number, string>]>([
    ["id2label", { id2label: { "0": "no", "1": "maybe", "2": "yes" } }, { 0: "no", 1: "maybe", 2: "yes" }],
    ["id2label rather than num_labels", { id2label: { "0": "score" }, num_labels: 3 }, { 0: "score" }],
    ["num_labels", { id2label: null, num_labels: 3 }, { 0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2" }],
    ["num_labels of 1", { id2label: undefined, num_labels: 1 }, { 0: "LABEL_0" }],
    ["transformers' default of 2", { id2label: undefined }, { 0: "LABEL_0", 1: "LABEL_1" }],
  ])("are those of %s", async (_, fields, id2label) => {
    const loaded = await settings({ "config.json": { ...config, ...fields } });
    expect(loaded.id2label).toEqual(id2label);
    expect(loaded.labelCount).toBe(Object.keys(id2label).length);
  });
});

describe("the activation", () => {
  const tanh = "torch.nn.modules.activation.Tanh";
  const sigmoid = "torch.nn.modules.activation.Sigmoid";
  const identity = "torch.nn.modules.linear.Identity";
  const threeLabels = { id2label: { "0": "a", "1": "b", "2": "c" } };

  /** What sentence-transformers 2 and 3 add to config.json. */
  const v3 = (classPath: string) => ({ sbert_ce_default_activation_function: classPath });
  /** What 4.0 to 5.3 add to config.json. */
  const v4 = (classPath: string | null) => ({ sentence_transformers: { activation_fn: classPath, version: "4.1.0" } });
  /** The file of 5.4 and later. */
  const v5 = (classPath: string | null, model_type = "CrossEncoder") => ({ model_type, activation_fn: classPath });

  test.each<[string, object, object | undefined, string]>([
    ["config.json as v2 and v3 save it", v3(tanh), undefined, "tanh"],
    ["config.json as v4 saves it", v4(tanh), undefined, "tanh"],
    ["v4's key rather than v3's", { ...v4(identity), ...v3(tanh) }, undefined, "identity"],
    ["v3's key, if v4's is null", { ...v4(null), ...v3(tanh) }, undefined, "tanh"],
    ["config_sentence_transformers.json", {}, v5(tanh), "tanh"],
    ["config_sentence_transformers.json rather than config.json", v4(tanh), v5(sigmoid), "sigmoid"],
    ["config.json, if the newer file says null", v4(tanh), v5(null), "tanh"],
    ["config.json, if the newer file is of another kind of model", v4(tanh), v5(identity, "SparseEncoder"), "tanh"],
    ["one label, if no file names one", {}, v5(null), "sigmoid"],
    ["several labels, if no file names one", threeLabels, v5(null), "identity"],
    ["a file, whatever the number of labels", { ...threeLabels, ...v4(sigmoid) }, undefined, "sigmoid"],
  ])("is that of %s", async (_, inConfig, pipeline, name) => {
    const newer = pipeline && { ...modular, "config_sentence_transformers.json": pipeline };
    const { activation } = await settings({ ...newer, "config.json": { ...config, ...inConfig } });
    expect(activation).toBe(name);
  });

  test("is the next file's after a warning that names the untrusted class and where it stands", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const { activation } = await settings({
      ...modular,
      "config.json": { ...config, ...v4(tanh) },
      "config_sentence_transformers.json": v5("my_module.Custom"),
    });
    expect(activation).toBe("tanh");
    expect(emitWarning).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('config_sentence_transformers.json: activation_fn names "my_module.Custom"'),
      { type: "CrossrankWarning" },
    );
  });

  test("may be one that crossrank does not have, or would warn of, if the caller brings one", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    for (const classPath of ["torch.nn.ReLU", "my_module.Custom"]) {
      await settings({ "config.json": { ...config, ...v4(classPath) } }, { activationFn: "sigmoid" });
    }
    expect(emitWarning).not.toHaveBeenCalled();
  });
});

describe("the maximum length", () => {
  const tokenizerOnly = { "config.json": config, "tokenizer_config.json": { model_max_length: 48 } };
  const task = { transformer_task: "sequence-classification" };
  const withModule = { ...modular, ...tokenizerOnly, "sentence_bert_config.json": { ...task, max_seq_length: 32 } };
  const withProcessing = {
    ...withModule,
    "sentence_bert_config.json": { ...task, max_seq_length: 32, processing_kwargs: { text: { max_length: 8 } } },
  };

  test.each<[string, Files, SettingsOverrides, number]>([
    ["that of processing_kwargs", withProcessing, { maxLength: 16 }, 8],
    ["the caller's", withModule, { maxLength: 16 }, 16],
    ["max_seq_length", withModule, {}, 32],
    ["the tokenizer's", tokenizerOnly, {}, 48],
    ["the positions", { "config.json": config }, {}, 64],
    [
      "the positions, for the tokenizer's 1e30",
      { ...modular, "tokenizer_config.json": { model_max_length: 1e30 } },
      {},
      64,
    ],
  ])("is %s", async (_, files, overrides, maxLength) => {
    expect((await settings(files, overrides)).maxLength).toBe(maxLength);
  });

  test.each([
    ["RobertaForSequenceClassification", { pad_token_id: 1 }, 512],
    ["XLMRobertaForSequenceClassification", {}, 512],
    ["RobertaForSequenceClassification", { pad_token_id: 0 }, 513],
    ["RobertaForSequenceClassification", { max_position_embeddings: -1 }, 8192],
    ["BertForSequenceClassification", { pad_token_id: 1 }, 514],
  ])("of %s with %j counts the positions that its tokens can have", async (architecture, changes, maxLength) => {
    const files = {
      "config.json": { architectures: [architecture], max_position_embeddings: 514, ...changes },
      "tokenizer_config.json": { model_max_length: 8192 },
    };
    expect((await settings(files)).maxLength).toBe(maxLength);
  });

  test("may not be above the positions", async () => {
    const error = await thrownBy(() => settings({ "config.json": config }, { maxLength: 65 }));
    expect(error.code).toBe("INVALID_OPTIONS");
  });
});

describe("prompts", () => {
  const files = {
    ...modular,
    "config_sentence_transformers.json": {
      model_type: "CrossEncoder",
      prompts: { query: "query: ", question: "question: " },
      default_prompt_name: "query",
    },
  };

  test("are the model's and the caller's, and the caller's win, even an empty one", async () => {
    const loaded = await settings(files, { prompts: { query: "", passage: "passage: " } });
    expect(loaded.prompts).toEqual({ query: "", question: "question: ", passage: "passage: " });
  });

  test("have the model's default name, unless the caller names another", async () => {
    expect((await settings(files)).defaultPromptName).toBe("query");
    expect((await settings(files, { defaultPromptName: "question" })).defaultPromptName).toBe("question");
  });

  test("of the caller's can be the default", async () => {
    const overrides = { prompts: { passage: "passage: " }, defaultPromptName: "passage" };
    expect((await settings({ "config.json": config }, overrides)).defaultPromptName).toBe("passage");
  });

  test("of a model that was saved as something else are ignored, and so is its default name", async () => {
    const loaded = await settings({
      ...files,
      "config_sentence_transformers.json": {
        ...files["config_sentence_transformers.json"],
        model_type: "SentenceTransformer",
      },
    });
    expect(loaded).toMatchObject({ prompts: {}, defaultPromptName: undefined });
  });

  test.each(["answer", "toString"])(
    "do not include %s: an unknown default name lists those there are",
    async (name) => {
      const error = await thrownBy(() => settings(files, { defaultPromptName: name }));
      expect(error.code).toBe("INVALID_OPTIONS");
      expect(error.message).toContain(`(query, question), got "${name}"`);
      expect(error.details).toEqual({ defaultPromptName: name, known: ["query", "question"] });
    },
  );

  test("do not include the default name that a file gives: the file is named, not the option", async () => {
    const pipeline = { ...files["config_sentence_transformers.json"], default_prompt_name: "answer" };
    const error = await thrownBy(() => settings({ ...files, "config_sentence_transformers.json": pipeline }));
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain(
      "config_sentence_transformers.json: default_prompt_name must be one of the prompts",
    );
    expect(error.message).toContain('(query, question), got "answer"');
  });

  test("that are not there are not listed", async () => {
    const error = await thrownBy(() => settings({ "config.json": config }, { defaultPromptName: "query" }));
    expect(error.message).toContain("(there are none)");
  });
});

describe("a damaged file", () => {
  test.each<[string, string, unknown, string]>([
    ["config.json", "is no object", [], "the file"],
    ["config.json", "has architectures that are a text", { architectures: "BertModel" }, "architectures"],
    ["config.json", "has labels by name", { ...config, id2label: { yes: "1" } }, "id2label"],
    ["config.json", "has no positions", { ...config, max_position_embeddings: 0 }, "max_position_embeddings"],
    ["config.json", "has half a label", { ...config, num_labels: 0.5 }, "num_labels"],
    ["config.json", "has labels without end", { ...config, num_labels: 2 ** 50 }, "num_labels"],
    ["tokenizer_config.json", "has a maximum length that is a text", { model_max_length: "512" }, "model_max_length"],
    ["tokenizer_config.json", "has half a token", { model_max_length: 512.5 }, "model_max_length"],
    ["tokenizer_config.json", "has a negative maximum length", { model_max_length: -1 }, "model_max_length"],
  ])("%s that %s is refused by its field", async (name, _, content, field) => {
    const error = await thrownBy(() => settings({ "config.json": config, [name]: content }));
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain(name);
    expect(error.message).toContain(field);
  });
});
