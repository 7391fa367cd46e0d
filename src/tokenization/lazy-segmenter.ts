/**
 * A source of segmenters that makes its one when it is first asked: loading the rules takes some 5 ms.
 *
 * The locale is fixed, so that a text is cut in the same places on every machine.
 */
export function lazySegmenter(granularity: "grapheme" | "sentence" | "word"): () => Intl.Segmenter {
  let segmenter: Intl.Segmenter | undefined;
  return () => (segmenter ??= new Intl.Segmenter("en", { granularity }));
}
