/** Benchmark workloads: the same texts on every run. */
import { seededRandom } from "../helpers/seeded-random.js";

/** A call of `rank`. */
export interface Workload {
  name: string;
  query: string;
  documents: readonly string[];
}

const query = "how do you find the mass of a stone";

/** Each is one token of the embedded model's tokenizer, with the space before it. */
const words =
  "water light river stone house garden winter summer animal plant family school doctor market window letter number " +
  "island village bridge forest mountain music history science metal paper glass bread sugar blood heart brain engine " +
  "energy system process method result reason answer question problem country city people person child woman man year";

const shortWords = "a of the is in to and it for on by as at or an if we so no up";

/** Words in a fixed random order; every second one short, which gives English's four to five characters a token. */
function* endlessWords(seed: number): Generator<string> {
  const random = seededRandom(seed);
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] as string;
  const [long, short] = [words.split(" "), shortWords.split(" ")];
  for (;;) {
    yield pick(long);
    yield pick(short);
  }
}

/** A text of about `characters` characters, cut at a word's end. */
function textOfCharacters(characters: number, seed: number): string {
  let text = "";
  for (const word of endlessWords(seed)) {
    if (text.length + word.length > characters) return text.trimStart();
    text += ` ${word}`;
  }
  return text;
}

/** A text of `tokens` tokens. */
function textOfTokens(tokens: number, seed: number): string {
  const source = endlessWords(seed);
  return Array.from({ length: tokens }, () => source.next().value as string).join(" ");
}

function many(count: number, make: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/**
 * Documents as long as GooAQ's answers: 54 to 388 characters, 252 on average.
 *
 * The square root of a uniform number leans to the upper end: of 54 … 388 its mean is 277; two thirds of such and one
 * third of plain uniform ones have GooAQ's.
 */
function gooaqDocuments(count: number): string[] {
  const random = seededRandom(7);
  const [shortest, longest] = [54, 388];
  return many(count, (index) => {
    const share = index % 3 === 0 ? random() : Math.sqrt(random());
    return textOfCharacters(Math.round(shortest + share * (longest - shortest)), index);
  });
}

/** All workloads, by name. */
export const workloads: readonly Workload[] = [
  { name: "100 GooAQ-length documents", query, documents: gooaqDocuments(100) },
  { name: "100 documents of 128 tokens", query, documents: many(100, (index) => textOfTokens(128, index)) },
  { name: "8 documents of 2048 tokens", query, documents: many(8, (index) => textOfTokens(2048, index)) },
  { name: "1 document of 8192 tokens", query, documents: [textOfTokens(8192, 1)] },
  { name: "1000 documents of 16 tokens", query, documents: many(1000, (index) => textOfTokens(16, index)) },
  {
    name: "99 GooAQ-length documents and one of 8192 tokens",
    query,
    documents: [...gooaqDocuments(99), textOfTokens(8192, 1)],
  },
  { name: "2000 GooAQ-length documents", query, documents: gooaqDocuments(2000) },
];

/** A point of a growth curve. */
export interface GrowthWorkload extends Workload {
  /** What grows. */
  axis: string;
  x: number;
}

const lengths = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192];
const counts = [1, 3, 10, 30, 100, 300, 1000, 3000, 10000];

/** About 16,000 tokens of documents of each length; and documents as long as GooAQ's in each number. */
export const growthWorkloads: readonly GrowthWorkload[] = [
  ...lengths.map((tokens) => ({
    axis: "tokens of a document",
    x: tokens,
    name: `documents of ${tokens} tokens`,
    query,
    documents: many(Math.max(1, Math.round(16_384 / tokens)), (index) => textOfTokens(tokens, index)),
  })),
  ...counts.map((count) => ({
    axis: "documents",
    x: count,
    name: `${count} documents`,
    query,
    documents: gooaqDocuments(count),
  })),
];

/** @throws {RangeError} If there is none of that name. */
export function workloadNamed(name: string): Workload {
  const workload = [...workloads, ...growthWorkloads].find((candidate) => candidate.name === name);
  if (workload === undefined) throw new RangeError(`There is no workload "${name}".`);
  return workload;
}
