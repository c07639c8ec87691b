// Holds what arrives until somebody reads it: the bridge from callbacks to `for await`.

export class Inbox {
  #waiting = [];
  #failure = null;
  #wake = () => {};

  put(item) {
    this.#waiting.push(item);
    this.#wake();
  }

  /** Ends the reading with an error, after what has arrived before it. */
  fail(error) {
    this.#failure ??= error;
    this.#wake();
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      while (this.#waiting.length) yield this.#waiting.shift();
      if (this.#failure) throw this.#failure;
      await new Promise((resolve) => { this.#wake = resolve; });
    }
  }
}
