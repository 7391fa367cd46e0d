/**
 * A pair's scores as a line of JSON: `{"score": …}` for a model of one label, else `{"scores": […], "label": "…"}` with
 * the label of the highest score, the first of equal ones.
 *
 * @param scores - Shape [labels].
 */
export function formatScores(scores: Float32Array, id2label: Readonly<Record<number, string>>): string {
  if (scores.length === 1) return JSON.stringify({ score: scores[0] });
  const best = scores.indexOf(Math.max(...scores));
  return JSON.stringify({ scores: [...scores], label: id2label[best] });
}
