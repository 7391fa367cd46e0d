import { describe, expect, test } from "vitest";

import { readLines, type Line } from "../../../src/files/index.js";
import { thrownBy } from "../../helpers/thrown-by.js";

async function* chunksOf(...chunks: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function read(chunks: AsyncIterable<Buffer>): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of readLines({ name: "file.txt", chunks, size: undefined })) lines.push(line);
  return lines;
}

async function texts(...chunks: (string | Buffer)[]): Promise<string[]> {
  return (await read(chunksOf(...chunks))).map(({ text }) => text);
}

describe("lines", () => {
  test.each([
    ["an empty file", "", []],
    ["no line end at the end", "a\nb", ["a", "b"]],
    ["a line end at the end", "a\nb\n", ["a", "b"]],
    ["CRLF", "a\r\nb\r\n", ["a", "b"]],
    ["a byte order mark", "\ufeffa\nb\n", ["a", "b"]],
    ["blank lines", "\n \na\n\t\r\n\nb\n\n", ["a", "b"]],
    ["white space in a line", "  a b \n", ["  a b "]],
    ["separators that end no line", "a\u2028b\u0085c\rd\n", ["a\u2028b\u0085c\rd"]],
  ])("reads %s", async (_, text, lines) => {
    expect(await texts(text)).toEqual(lines);
  });

  test("are the same however the bytes come", async () => {
    const bytes = Buffer.from("naïve\r\n🎉👨‍👩‍👧\n\nend");
    const whole = await read(chunksOf(bytes));
    expect(whole.map(({ text }) => text)).toEqual(["naïve", "🎉👨‍👩‍👧", "end"]);
    for (const size of [1, 2, 3, 5, 7]) {
      const count = Math.ceil(bytes.length / size);
      const chunks = Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
      expect(await read(chunksOf(...chunks))).toEqual(whole);
    }
  });

  test("know their number and the byte they end at, blank lines counted", async () => {
    const lines = await read(chunksOf("é\r\n\nb"));
    expect(lines).toEqual([
      { text: "é", number: 1, source: "file.txt", endByte: 4 },
      { text: "b", number: 3, source: "file.txt", endByte: 6 },
    ]);
  });
});

describe("refusals", () => {
  test("names the line that is not UTF-8", async () => {
    const error = await thrownBy(() => texts("fine\n", Buffer.from([0xff, 0xfe, 0x0a])));
    expect(error.message).toBe("Line 2 of file.txt must be UTF-8 text, but is not.");
    expect(error.details).toEqual({ path: "file.txt", line: 2 });
  });

  test("stops reading where a line is longer than any text", async () => {
    let served = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      const chunk = Buffer.alloc(2 ** 22, "a");
      for (; served < 100; served++) yield chunk;
    }
    const error = await thrownBy(() => read(endless()));
    expect(error.message).toBe("Line 1 of file.txt must be at most 64 MiB, but is longer.");
    expect(served).toBeLessThan(20);
  });
});
