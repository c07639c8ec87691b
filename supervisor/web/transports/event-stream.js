// Reads the format of server-sent events as the HTML standard defines it, from a body that arrives in any pieces.

/** @typedef {{id: string, event: string, data: string}} Message */

export class EventStream {
  #rest = '';
  #begun = false;
  #afterReturn = false;
  #id = '';
  #event = '';
  #data = [];

  /**
   * Takes the next piece of the stream.
   * @param {string} piece may end anywhere, even between CR and LF
   * @returns {Message[]} the messages that are complete with it
   */
  push(piece) {
    let text = piece;
    if (!this.#begun && text) text = text.replace(/^\uFEFF/, '');
    if (this.#afterReturn && text) text = text.replace(/^\n/, ''); // the second half of a CR LF
    this.#begun ||= piece !== '';
    if (piece) this.#afterReturn = piece.endsWith('\r');
    const lines = (this.#rest + text).split(/\r\n|\r|\n/);
    this.#rest = lines.pop();
    return lines.flatMap((line) => this.#take(line));
  }

  #take(line) {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return []; // a comment: the server's heartbeat
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.#data.push(value);
    if (field === 'event') this.#event = value;
    if (field === 'id' && !value.includes('\0')) this.#id = value;
    return [];
  }

  #dispatch() {
    const message = { id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') };
    const empty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    return empty ? [] : [message];
  }
}
