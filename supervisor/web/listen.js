// Listens for what a person says in the conversation while a case is open: people answer in their own time, not in a turn.

const EVERY_MS = 2_000;
const LONGEST_MS = 30_000;

/**
 * @typedef {Object} Word something that a person said
 * @property {number} seq
 * @property {string} at
 * @property {string} by
 * @property {string} text
 */

export class Listener {
  #read;
  #tell;
  #after = 0;
  #pause = EVERY_MS;
  #timer = null;

  /**
   * @param {(after: number) => Promise<Word[]>} read
   * @param {(word: Word) => void} tell
   */
  constructor(read, tell) {
    this.#read = read;
    this.#tell = tell;
  }

  /** What was said so far; it will not be told again. */
  async past() {
    const words = await this.#read(this.#after).catch(() => []);
    this.#heard(words);
    return words;
  }

  start() {
    this.#timer ??= setTimeout(() => this.#listen(), 0);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #listen() {
    try {
      const words = document.hidden ? [] : (await this.#read(this.#after)).filter(({ seq }) => seq > this.#after);
      if (this.#timer === null) return;
      this.#heard(words);
      words.forEach(this.#tell);
      this.#pause = EVERY_MS;
    } catch (problem) {
      // Where the server knows no words there is nobody to listen to.
      if ([403, 404, 405].includes(problem.status)) return this.stop();
      this.#pause = Math.min(this.#pause * 2, LONGEST_MS);
    }
    if (this.#timer !== null) this.#timer = setTimeout(() => this.#listen(), this.#pause);
  }

  #heard(words) {
    this.#after = Math.max(this.#after, ...words.map(({ seq }) => seq));
  }
}
