const minus = "−";

/** A ratio with three decimals: 0.812. */
export function ratio(value: number): string {
  return value.toFixed(3).replace("-", minus);
}

/** A difference with its sign: +0.051. What rounds to nothing has none. */
export function signed(value: number): string {
  const text = Math.abs(value).toFixed(3);
  if (Number(text) === 0) return text;
  return `${value < 0 ? minus : "+"}${text}`;
}

/** A count with separators: 12,000. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/** A part as a percentage: 93 %. */
export function percent(value: number): string {
  return `${(value * 100).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`;
}

/** A p-value, as precisely as one should be read. */
export function pValue(value: number): string {
  return value < 0.001 ? "< 0.001" : value.toFixed(3);
}

/** A time: 0.42 ms, 12 ms, 1.3 s. */
export function milliseconds(value: number): string {
  if (value >= 1000) return `${(value / 1000).toFixed(2)} s`;
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

/** A score: as many decimals as tell its bins apart. */
export function score(value: number): string {
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2).replace("-", minus);
}
