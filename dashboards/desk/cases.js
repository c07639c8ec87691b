// What the desk knows of all cases: who waits, who holds what, and what has changed since it last looked.

import { PRIORITIES, nameOf } from './words.js';

/** @typedef {Object} Case a case as the API tells it, and `heard`: when it was heard of, in milliseconds of this page */

export class Cases {
  /** Every queue with how many wait in it and how many people work in it. */
  queues = [];
  /** The operator's id, as the server tells it. */
  me = null;
  #all = new Map();
  #known = false;

  /**
   * Takes in how it stands now.
   * @returns {{arrived: Case[], gone: Case[], mine: Case[]}} what came to wait since; what of mine is no longer mine; what is mine
   */
  take({ you = null, cases = [], queues = [] }) {
    this.me = you;
    const before = this.#all;
    this.#all = new Map(cases.map((body) => [body.case_id, { ...body, heard: performance.now() }]));
    this.queues = queues;
    const waited = (id) => before.get(id)?.state.status === 'waiting';
    const arrived = this.#known ? [...this.#all.values()].filter((body) => body.state.status === 'waiting' && !waited(body.case_id)) : [];
    const gone = [...before.values()].filter((body) => this.isMine(body) && !this.isMine(this.#all.get(body.case_id)));
    this.#known = true;
    return { arrived, gone, mine: this.mine };
  }

  /** Takes in one case that was told as the answer to something done here. */
  put(body) {
    if (body.state.status === 'done') this.#all.delete(body.case_id);
    else this.#all.set(body.case_id, { ...body, heard: performance.now() });
  }

  get(id) {
    return this.#all.get(id) ?? null;
  }

  get mine() {
    return [...this.#all.values()].filter((body) => this.isMine(body));
  }

  get waiting() {
    return [...this.#all.values()].filter((body) => body.state.status === 'waiting');
  }

  get count() {
    return this.#all.size;
  }

  isMine(body) {
    return body?.state.status === 'held' && body.state.by === this.me;
  }

  /**
   * The cases of a choice, the most urgent first and the longest waiting first among these.
   * @param {{scope: 'waiting'|'mine'|'all', queue: string, text: string}} choice empty texts choose everything
   */
  chosen({ scope, queue, text }) {
    const scopes = { waiting: this.waiting, mine: this.mine, all: [...this.#all.values()] };
    const found = scopes[scope].filter((body) => (!queue || body.queue === queue) && holds(body, text));
    return found.sort((a, b) => rank(a) - rank(b) || Date.parse(a.opened) - Date.parse(b.opened));
  }
}

/** Seconds since a case was opened, by now. The server says how many, so that the clock of this device does not matter. */
export const ageOf = (body, now = performance.now()) => (body.waited_s ?? 0) + (now - body.heard) / 1000;

const rank = (body) => (PRIORITIES.indexOf(body.priority) + PRIORITIES.length) % PRIORITIES.length;

function holds(body, text) {
  const { packet = {} } = body;
  const all = [nameOf(body), body.queue, body.priority, packet.intent, packet.summary, packet.reason, packet.car, ...(packet.hazards ?? [])];
  const words = all.filter(Boolean).join(' ').toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => words.includes(word));
}
