/**
 * Compiles a normalization table as sentencepiece does: a trie over UTF-8 bytes as a double array, then what characters
 * are replaced by. Wasteful, with room for all 256 children of each node.
 *
 * @param table - What becomes of what.
 * @returns `precompiled_charsmap` of a `tokenizer.json`.
 */
export function compileCharsMap(table: Readonly<Record<string, string>>): string {
  const units: number[] = [0];
  const replacements: Buffer[] = [];
  let replacementBytes = 0;
  /** Where each node's children stand, by the bytes that lead to it. */
  const blocks = new Map<string, number>();
  const childrenOf = (path: string, unit: number): number => {
    const known = blocks.get(path);
    if (known !== undefined) return known;
    const block = 256 * (blocks.size + 1);
    blocks.set(path, block);
    units[unit] = ((units[unit] ?? 0) & 0xff) | ((unit ^ block) << 10);
    return block;
  };
  for (const [from, to] of Object.entries(table)) {
    let [path, unit] = ["", 0];
    for (const byte of Buffer.from(from)) {
      unit = childrenOf(path, unit) + byte;
      units[unit] ??= byte;
      path += `${byte} `;
    }
    const leaf = childrenOf(path, unit);
    units[unit] = (units[unit] ?? 0) | 0x100;
    units[leaf] = replacementBytes | 0x80000000;
    replacements.push(Buffer.from(`${to}\0`));
    replacementBytes += Buffer.byteLength(to) + 1;
  }
  const trie = Uint32Array.from({ length: 256 * (blocks.size + 1) }, (_, index) => units[index] ?? 0);
  const length = Uint32Array.of(trie.byteLength);
  return Buffer.concat([Buffer.from(length.buffer), Buffer.from(trie.buffer), ...replacements]).toString("base64");
}
