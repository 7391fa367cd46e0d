import { expect, test } from "vitest";

import { InvalidModelFileError } from "../../../src/errors/index.js";
import { parseShardIndex } from "../../../src/safetensors/parse-shard-index.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const path = "/models/some/model.safetensors.index.json";

function parse(json: string): ReadonlyMap<string, string> {
  return parseShardIndex(Buffer.from(json), path);
}

test("maps tensors to files", () => {
  const json =
    '{"metadata":{"total_size":8},"weight_map":{"a":"model-1.safetensors","__proto__":"model-2.safetensors"}}';
  expect([...parse(json)]).toEqual([
    ["a", "model-1.safetensors"],
    ["__proto__", "model-2.safetensors"],
  ]);
});

test.each([
  ["not JSON", "weights", "the index must be JSON in UTF-8"],
  ["an array", "[]", "the index must be a JSON object, got []"],
  [
    "without a weight_map",
    '{"metadata":{}}',
    "weight_map must be an object from tensor names to file names, got undefined",
  ],
  ["with a list as weight_map", '{"weight_map":["a"]}', "weight_map must be an object"],
  ["with null as weight_map", '{"weight_map":null}', "weight_map must be an object"],
])("refuses an index %s", async (_, json, says) => {
  const error = await thrownBy(() => parse(json));
  expect(error).toBeInstanceOf(InvalidModelFileError);
  expect(error.message).toContain(path);
  expect(error.message).toContain(says);
});

test.each([
  "../model.safetensors",
  "..\\model.safetensors",
  "/etc/model.safetensors",
  "C:model.safetensors",
  "shards/model.safetensors",
  "model\0.safetensors",
  ".safetensors",
  "..",
  "",
  "pytorch_model.bin",
  "model.safetensors\n",
])("refuses %j as a shard", async (shard) => {
  const error = await thrownBy(() => parse(JSON.stringify({ weight_map: { "a.weight": shard } })));
  expect(error).toBeInstanceOf(InvalidModelFileError);
  expect(error.message).toContain('the shard of tensor "a.weight" must be a .safetensors file name without a folder');
  expect(error.details).toMatchObject({ path, tensor: "a.weight", actual: JSON.stringify(shard) });
});

test("refuses a shard that is not text", async () => {
  const error = await thrownBy(() => parse('{"weight_map":{"a":1}}'));
  expect(error.message).toContain("got 1");
});
