import { describe, expect, test } from "vitest";
import { parsePairTemplate } from "../../../src/tokenization/pair-template.js";
import { thrownBy } from "../../helpers/thrown-by.js";
import { bertTemplate } from "./tiny-tokenizer.js";

const named = { cls: ["<s>", 1], sep: ["</s>", 2] };
const bertPieces = [
  { source: [1], typeId: 0 },
  { source: "query", typeId: 0 },
  { source: [2], typeId: 0 },
  { source: "document", typeId: 1 },
  { source: [2], typeId: 1 },
];
const robertaPieces = [
  { source: [1], typeId: 0 },
  { source: "query", typeId: 0 },
  { source: [2, 2], typeId: 0 },
  { source: "document", typeId: 0 },
  { source: [2], typeId: 0 },
];
const byteLevel = { type: "ByteLevel", trim_offsets: true };

test.each([
  { name: "TemplateProcessing", postProcessor: bertTemplate, pieces: bertPieces, specialTokenCount: 3 },
  {
    name: "BertProcessing",
    postProcessor: { type: "BertProcessing", ...named },
    pieces: bertPieces,
    specialTokenCount: 3,
  },
  {
    name: "RobertaProcessing",
    postProcessor: { type: "RobertaProcessing", ...named },
    pieces: robertaPieces,
    specialTokenCount: 4,
  },
  {
    name: "a Sequence of ByteLevel and a template",
    postProcessor: { type: "Sequence", processors: [byteLevel, bertTemplate] },
    pieces: bertPieces,
    specialTokenCount: 3,
  },
])("reads $name", ({ postProcessor, pieces, specialTokenCount }) => {
  expect(parsePairTemplate(postProcessor, "tokenizer.json")).toEqual({ pieces, specialTokenCount });
});

test("keeps all ids of a special token that has several", () => {
  const specialTokens = { "[CLS]": { ids: [7, 8] }, "[SEP]": { ids: [2] } };
  const template = parsePairTemplate({ ...bertTemplate, special_tokens: specialTokens }, "tokenizer.json");
  expect(template.pieces[0]).toEqual({ source: [7, 8], typeId: 0 });
  expect(template.specialTokenCount).toBe(4);
});

describe("refuses, by field and value,", () => {
  test.each([
    { name: "no post-processor", postProcessor: null, field: "post_processor.type", value: null },
    { name: "ByteLevel alone", postProcessor: byteLevel, field: "post_processor.type", value: "ByteLevel" },
    {
      name: "an empty Sequence",
      postProcessor: { type: "Sequence", processors: [] },
      field: "post_processor.type",
      value: "Sequence",
    },
    { name: "an unknown type", postProcessor: { type: "Magic" }, field: "post_processor.type", value: "Magic" },
    {
      name: "two templates in a row",
      postProcessor: { type: "Sequence", processors: [bertTemplate, { type: "BertProcessing", ...named }] },
      field: "post_processor.type",
      value: "TemplateProcessing, BertProcessing",
    },
    {
      name: "a template without the document",
      postProcessor: { ...bertTemplate, pair: [{ Sequence: { id: "A", type_id: 0 } }] },
      field: "post_processor.pair",
      value: "query",
    },
  ])("$name", async ({ postProcessor, field, value }) => {
    const error = await thrownBy(() => parsePairTemplate(postProcessor, "m/tokenizer.json"));
    expect(error).toMatchObject({ name: "UnsupportedModelError", details: { path: "m/tokenizer.json", field, value } });
    expect(error.message).toContain(`m/tokenizer.json: ${field} must be`);
  });
});

test("names the special token that a template uses but does not define", async () => {
  const postProcessor = { ...bertTemplate, special_tokens: { "[CLS]": { ids: [1] } } };
  const error = await thrownBy(() => parsePairTemplate(postProcessor, "tokenizer.json"));
  expect(error.name).toBe("InvalidModelFileError");
  expect(error.message).toContain('post_processor.special_tokens is not valid. It lacks "[SEP]" of the pair template.');
});
