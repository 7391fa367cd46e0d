/** A growing list of numbers in float32: four bytes each, for what there is one of for every pair. */
export class FloatList {
  #values = new Float32Array(1024);
  #length = 0;

  add(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float32Array(this.#length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  /** The numbers so far, ascending. */
  sorted(): Float32Array {
    return this.#values.slice(0, this.#length).sort();
  }
}
