// Keeps the operator's claims alive while the page is open, and finds out when one is lost.

/** A claim is renewed when a third of its time is over: two renewals may fail before it lapses. */
const SHARE = 1 / 3;
const SHORTEST_MS = 500;
const LONGEST_MS = 40_000;

export class Claims {
  #service;
  #told;
  #due = new Map();
  #asking = new Set();
  #given = new Set();

  /**
   * @param {import('./service.js').Service} service
   * @param {{renewed: (body: Object) => void, lost: (body: Object, problem: import('../problem.js').Problem) => void}} told
   */
  constructor(service, told) {
    this.#service = service;
    this.#told = told;
  }

  /** Takes in what the operator holds; each claim's time is counted from when it was heard of. */
  keep(mine) {
    const held = new Set(mine.map(({ case_id: id }) => id));
    for (const [id, { doubt }] of this.#due) if (!held.has(id) && !doubt) this.#due.delete(id);
    for (const body of mine) {
      const { until } = body.state;
      if (this.#due.get(body.case_id)?.until === until) continue;
      const pause = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, leftOf(body) * SHARE));
      this.#due.set(body.case_id, { until, body, at: performance.now() + pause });
    }
  }

  /** Renews what is due. */
  tick() {
    const now = performance.now();
    for (const { body, at } of this.#due.values()) if (now >= at) this.check(body);
  }

  /** The operator gives a case away by themselves: that it is gone then is no loss. */
  async giving(id, doing) {
    this.#given.add(id);
    this.#due.delete(id);
    try {
      return await doing;
    } catch (problem) {
      this.#given.delete(id);
      throw problem;
    }
  }

  /** The operator takes a case, perhaps again. */
  taken(id) {
    this.#given.delete(id);
  }

  /** Asks the server whether the operator holds a case: by renewing the claim, so that the answer is the last word. */
  async check(body) {
    const id = body.case_id;
    if (this.#asking.has(id) || this.#given.has(id)) return;
    this.#asking.add(id);
    try {
      const renewed = await this.#service.renew(id);
      if (!this.#given.has(id)) this.#told.renewed(renewed);
    } catch (problem) {
      const over = [404, 409].includes(problem.status);
      if (over) this.#due.delete(id);
      else this.#due.set(id, { body, until: body.state.until, at: performance.now() + SHORTEST_MS * 4, doubt: true }); // asked until there is an answer
      if (over && !this.#given.has(id)) this.#told.lost(body, problem);
    } finally {
      this.#asking.delete(id);
    }
  }
}

// When it was told, the server's clock stood at opening plus age: so the clock of this device does not matter.
function leftOf({ opened, waited_s: age, state }) {
  return Date.parse(state.until) - (Date.parse(opened) + age * 1000) || LONGEST_MS;
}
