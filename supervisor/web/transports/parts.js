// Joins messages that were too large for one frame and came in parts.

export class Parts {
  #pieces = new Map();

  /** @returns {Object|null} the message itself, joined if it is the last missing part; null while parts are missing */
  joined(message) {
    if (message?.type !== 'part') return message;
    const id = `${message.key} ${message.seq}`;
    const pieces = this.#pieces.get(id) ?? new Map();
    this.#pieces.set(id, pieces.set(message.part, message.data));
    if (pieces.size < message.parts) return null;
    this.#pieces.delete(id);
    return JSON.parse([...pieces].sort(([a], [b]) => a - b).map(([, piece]) => piece).join(''));
  }
}
