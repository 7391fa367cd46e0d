import { expect, test } from "vitest";

import { readSavedModules, readSavedPipeline } from "../../../src/hub/saved-modules.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";
import { writeJsonFiles } from "../../helpers/write-json-files.js";

const temporaryFolder = useTemporaryFolder();

const transformer = { idx: 0, name: "0", path: "", type: "sentence_transformers.base.modules.transformer.Transformer" };

/** The files as sentence-transformers 6 saves an encoder reranker. */
const sound = {
  "modules.json": [transformer],
  "config_sentence_transformers.json": { model_type: "CrossEncoder", activation_fn: "torch.nn.Sigmoid" },
  "sentence_bert_config.json": { transformer_task: "sequence-classification" },
};

async function saved(files: Readonly<Record<string, unknown>>) {
  await writeJsonFiles(temporaryFolder(), files);
  return readSavedModules(temporaryFolder(), await readSavedPipeline(temporaryFolder()));
}

test("there are none without modules.json, whatever else is there", async () => {
  expect(await saved({ ...sound, "modules.json": undefined })).toBeUndefined();
});

test.each<[string, Readonly<Record<string, unknown>>]>([
  ["another model_type", { ...sound, "config_sentence_transformers.json": { model_type: "SentenceTransformer" } }],
  ["no model_type", { ...sound, "config_sentence_transformers.json": { prompts: { query: "query: " } } }],
  ["no config_sentence_transformers.json", { "modules.json": sound["modules.json"] }],
])("they are ignored with %s, even a chain", async (_, files) => {
  const pooling = { path: "1_Pooling", type: "sentence_transformers.models.Pooling" };
  expect(await saved({ ...files, "modules.json": [transformer, pooling] })).toBeUndefined();
});

test("gives every field that a cross-encoder was saved with", async () => {
  const modules = await saved({
    ...sound,
    "config_sentence_transformers.json": {
      model_type: "CrossEncoder",
      __version__: { sentence_transformers: "6.0.0" },
      activation_fn: "torch.nn.modules.activation.Tanh",
      prompts: { query: "query: " },
      default_prompt_name: "query",
    },
    "sentence_bert_config.json": {
      transformer_task: "sequence-classification",
      max_seq_length: 512,
      processing_kwargs: { text: { max_length: 256, padding: true } },
    },
  });
  expect(modules).toEqual({
    pipeline: {
      modules: [transformer],
      modelType: "CrossEncoder",
      activation: "torch.nn.modules.activation.Tanh",
      prompts: { query: "query: " },
      defaultPromptName: "query",
    },
    processingMaxLength: 256,
    moduleMaxLength: 512,
    lengthFile: "sentence_bert_config.json",
  });
});

test("takes null for a field that is not there", async () => {
  const modules = await saved({
    ...sound,
    "config_sentence_transformers.json": {
      model_type: "CrossEncoder",
      activation_fn: null,
      prompts: null,
      default_prompt_name: null,
    },
    "sentence_bert_config.json": {
      transformer_task: "sequence-classification",
      max_seq_length: null,
      processing_kwargs: null,
    },
  });
  expect(modules).toEqual({
    pipeline: { modules: [transformer], modelType: "CrossEncoder", prompts: {} },
    lengthFile: "sentence_bert_config.json",
  });
});

test("takes an older path to the same class", async () => {
  const type = "sentence_transformers.models.Transformer";
  expect(await saved({ ...sound, "modules.json": [{ ...transformer, type }] })).toBeDefined();
});

test.each([
  "sentence_roberta_config.json",
  "sentence_distilbert_config.json",
  "sentence_camembert_config.json",
  "sentence_albert_config.json",
  "sentence_xlm-roberta_config.json",
  "sentence_xlnet_config.json",
])("reads %s where there is no sentence_bert_config.json", async (name) => {
  const config = { transformer_task: "sequence-classification", max_seq_length: 128 };
  const modules = await saved({ ...sound, "sentence_bert_config.json": undefined, [name]: config });
  expect(modules).toMatchObject({ moduleMaxLength: 128, lengthFile: name });
});

test("refuses texts that are to be put in lower case", async () => {
  const config = { transformer_task: "sequence-classification", do_lower_case: true };
  const error = await thrownBy(() => saved({ ...sound, "sentence_bert_config.json": config }));
  expect(error.code).toBe("UNSUPPORTED_MODEL");
  expect(error.message).toContain("sentence_bert_config.json: do_lower_case must be false, got true");
});

test("refuses a head of modules after a transformer that has one itself", async () => {
  const modules = [transformer, { path: "1_Pooling", type: "sentence_transformers.models.Pooling" }];
  const error = await thrownBy(() => saved({ ...sound, "modules.json": modules }));
  expect(error.message).toContain('transformer_task must be "feature-extraction", got "sequence-classification"');
});

test.each<[string, readonly object[], string]>([
  ["another module alone", [{ path: "", type: "sentence_transformers.models.WordEmbeddings" }], "WordEmbeddings"],
  ["a transformer in a folder of its own", [{ ...transformer, path: "0_Transformer" }], "0_Transformer"],
  ["code of the repository's own", [{ ...transformer, type: "my_module.Transformer" }], "my_module.Transformer"],
])("refuses %s, by name", async (_, modules, name) => {
  const error = await thrownBy(() => saved({ ...sound, "modules.json": modules }));
  expect(error.code).toBe("UNSUPPORTED_MODEL");
  expect(error.message).toContain("modules.json must begin with a Transformer at the folder's root, got ");
  expect(error.message).toContain(name);
  expect(error.details["field"]).toBe("modules.json");
});

test("names no more than ten modules of a chain", async () => {
  const modules = Array.from({ length: 13 }, (_, index) => ({ ...transformer, path: `${index}_Transformer` }));
  const { message } = await thrownBy(() => saved({ ...sound, "modules.json": modules }));
  expect(message).toContain("9_Transformer and 3 more.");
  expect(message).not.toContain("10_Transformer");
});

test.each<[string, object, string]>([
  ["another task", { transformer_task: "text-generation" }, '"text-generation"'],
  ["no task, which means the reference's default", {}, "feature-extraction"],
])("refuses %s", async (_, transformerConfig, task) => {
  const error = await thrownBy(() => saved({ ...sound, "sentence_bert_config.json": transformerConfig }));
  expect(error.code).toBe("UNSUPPORTED_MODEL");
  expect(error.message).toContain('transformer_task must be "sequence-classification", got ');
  expect(error.message).toContain(task);
});

test("takes a missing sentence_bert_config.json for one without a task", async () => {
  const error = await thrownBy(() => saved({ ...sound, "sentence_bert_config.json": undefined }));
  expect(error.details).toMatchObject({ field: "transformer_task", value: "feature-extraction" });
});

test.each<[string, Readonly<Record<string, unknown>>, string]>([
  ["no modules", { "modules.json": [] }, "modules.json"],
  ["a module without a type", { "modules.json": [{ path: "" }] }, "0.type"],
  ["prompts that are no texts", { "config_sentence_transformers.json": { prompts: { query: 1 } } }, "prompts.query"],
  ["a max_seq_length of 0", { "sentence_bert_config.json": { max_seq_length: 0 } }, "max_seq_length"],
  [
    "a max_length that is no integer",
    { "sentence_bert_config.json": { processing_kwargs: { text: { max_length: 1.5 } } } },
    "processing_kwargs.text.max_length",
  ],
])("refuses %s, by file and field", async (_, files, field) => {
  const [name] = Object.keys(files);
  const error = await thrownBy(() => saved({ ...sound, ...files }));
  expect(error.code).toBe("INVALID_MODEL_FILE");
  expect(error.message).toContain(name);
  expect(error.message).toContain(field);
});
