// The desk's part of the API: cases, what was said in them, and what a person does with them.

/** How often something that was said is sent again before the operator is asked; each time under the same key. */
const PAUSES_MS = [500, 1500, 4000];

export class Service {
  #api;

  /** @param {import('../api.js').Api} api as the operator */
  constructor(api) {
    this.#api = api;
  }

  /** @returns {Promise<{cases: Object[], queues: Array<{queue: string, waiting: number, people: number}>}>} */
  queue(signal) {
    return this.#read('/v1/handoffs', { signal });
  }

  /** @returns {Promise<Object>} one case, also one that is done */
  case(id, signal) {
    return this.#read(path(id), { signal });
  }

  /** @returns {Promise<{turns: Object[], words: Object[], suggestion: Object|null}>} */
  conversation(id, signal) {
    return this.#read(path(id, '/conversation'), { signal });
  }

  /** @returns {Promise<Object[]>} live and recent conversations, newest first */
  async conversations(query, signal) {
    const body = await this.#read(`/v1/conversations?query=${encodeURIComponent(query)}`, { signal });
    return body.conversations ?? [];
  }

  claim = (id) => this.#act(id, '/claim');
  renew = (id) => this.#act(id, '/renew');
  transfer = (id, queue) => this.#act(id, '/transfer', { queue });
  resolve = (id, note) => this.#act(id, '/resolve', { note });
  giveBack = (id) => this.#act(id, '/return');

  /** Says something to the customer; the key makes sure that it is said once, however often it is sent. */
  async say(id, text, key) {
    for (const pause of [...PAUSES_MS, null]) {
      try {
        return await this.#act(id, '/words', { text }, { 'Idempotency-Key': key });
      } catch (problem) {
        if (pause === null || !problem.passing || problem.status === 409) throw problem;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
    throw new Error('the last attempt returns or throws');
  }

  #act(id, what, body, headers = {}) {
    const json = body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } };
    return this.#read(path(id, what), { method: 'POST', headers, ...json });
  }

  async #read(address, options) {
    return (await this.#api.send(address, options)).json();
  }
}

const path = (id, rest = '') => `/v1/handoffs/${encodeURIComponent(id)}${rest}`;
