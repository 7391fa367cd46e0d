/** Everything that an iterable yields; Node.js 20 has no `Array.fromAsync`. */
export async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const collected: Value[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}
