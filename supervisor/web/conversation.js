// One identity's conversation: says things in order, keeps what is unsent, and restores itself after a reload.

import { uuid } from './api.js';
import { Listener } from './listen.js';
import { keep, recall } from './memory.js';
import { take } from './transports/persist.js';

/**
 * @typedef {Object} Saying a message of the customer that has no reply so far
 * @property {string} key idempotency key, the same for every attempt
 * @property {Object} body of the request; fixed at the first attempt, as the key demands
 * @property {boolean} [tried] whether the server may have seen it
 * @property {Object} [failure] why the last attempt failed: {message, hint, retryAfterS, status}
 */

export class Conversation {
  #api;
  #identity;
  #view;
  #transport;
  #session;
  #unsent;
  #seen = new Set();
  #said = new Set();
  #end = new AbortController();
  #line = Promise.resolve();
  #listener;

  /**
   * @param {import('./api.js').Api} api with the identity's token
   * @param {string} identity name under which the tab remembers it
   * @param {import('./messages.js').Messages} view
   * @param {() => import('./transports/persist.js').Transport} transport the one to use now
   */
  constructor(api, identity, view, transport) {
    this.#api = api;
    this.#identity = identity;
    this.#view = view;
    this.#transport = transport;
    this.#listener = new Listener((after) => api.words(this.#session, after, this.#end.signal), (word) => view.person(word));
    ({ session: this.#session, unsent: this.#unsent } = recall(identity));
  }

  get empty() {
    return this.#session === null && this.#unsent.length === 0;
  }

  /** Shows what was said before, then goes on with what was still on its way. */
  async restore() {
    await this.#showPast();
    if (this.#end.signal.aborted) return;
    for (const saying of this.#unsent) {
      // What the transcript may already hold stays hidden until the server says which turn it was.
      const bubble = this.#view.customer(saying.body.text, new Date(), this.#said.has(saying.body.text));
      // Who had to sign in again has done so by now.
      if (saying.failure && saying.failure.status !== 401) this.#showFailure(saying, bubble);
      else this.#enqueue(saying, bubble);
    }
  }

  /** Says something new; with a decision, it is what the button says that was pressed. */
  say(text, tone, decision) {
    const saying = { key: uuid(), body: { channel: 'web', text, tone: tone || undefined, locale: navigator.language || 'en', decision } };
    this.#unsent.push(saying);
    this.#keep();
    return this.#enqueue(saying, this.#view.customer(text, new Date()));
  }

  /** Notes when the customer wants to be called back. */
  callBack(wish) {
    return this.#api.callBack(this.#session, wish);
  }

  /** Notes whether the reply of a turn helped. */
  rate(turn, rating) {
    return this.#api.rate(this.#session, turn, rating);
  }

  /** Loads everything that is known about one turn. */
  record(turn) {
    return this.#api.record(this.#session, turn, this.#end.signal);
  }

  /** Stops showing anything; what is unsent stays remembered for the identity's return. */
  leave() {
    this.#end.abort();
    this.#listener.stop();
    this.#view.typing(false);
  }

  /** Leaves and forgets, so that the identity's next conversation starts anew. */
  forget() {
    this.leave();
    keep(this.#identity, { session: null, unsent: [] });
  }

  async #showPast() {
    if (this.#session === null) return;
    try {
      const { turns = [] } = await this.#api.transcript(this.#session, this.#end.signal);
      const words = turns.some(({ handoff }) => handoff) ? await this.#listener.past() : [];
      this.#view.quietly(() => inOrder(turns, words).forEach(({ turn, word }) => (turn ? this.#showTurn(turn) : this.#view.person(word))));
      this.#listen(turns.at(-1));
    } catch (problem) {
      if (this.#end.signal.aborted) return;
      if (problem.status === 404) this.#startAnew();
      else this.#view.unrestored(problem, () => this.restore());
    }
  }

  #showTurn(turn) {
    this.#seen.add(turn.turn_id);
    this.#said.add(turn.text);
    const moment = turn.received ? new Date(turn.received) : new Date();
    this.#view.customer(turn.text, moment);
    this.#view.reply(turn, moment);
  }

  // One after the other: the second message waits for the session that the first one opens.
  #enqueue(saying, bubble) {
    this.#line = this.#line.then(() => this.#deliver(saying, bubble));
    return this.#line;
  }

  async #deliver(saying, bubble) {
    if (this.#end.signal.aborted) return;
    if (!saying.tried) saying.body.session_id = this.#session ?? undefined;
    Object.assign(saying, { tried: true, failure: undefined });
    this.#keep();
    this.#view.typing(true);
    const draft = this.#view.draft();
    try {
      const reply = await this.#hear(saying, bubble, draft);
      draft.end();
      if (!this.#end.signal.aborted) this.#finish(saying, bubble, reply);
    } catch (problem) {
      draft.end();
      if (!this.#end.signal.aborted) this.#fail(saying, bubble, problem);
    }
  }

  /** Takes the turn, showing its words as they arrive. @returns the whole reply, which stands above all that was shown before */
  async #hear(saying, bubble, draft) {
    const onPause = (attempt, of, pauseS) => bubble.trying(attempt, of, pauseS, draft.begun);
    for await (const event of take(this.#transport(), saying, this.#end.signal, onPause)) {
      if (event.kind === 'closed') return event.data;
      if (event.kind !== 'restart') bubble.sent();
      draft.hear(event);
    }
    throw new Error('a turn ends with its reply or with a problem');
  }

  #finish(saying, bubble, reply) {
    this.#view.typing(false);
    this.#session ??= reply.session_id;
    this.#drop(saying);
    if (this.#seen.has(reply.turn_id)) return bubble.remove(); // the transcript shows it already
    this.#seen.add(reply.turn_id);
    bubble.sent();
    this.#view.reply(reply, new Date());
    this.#listen(reply);
  }

  /** A person may speak as long as the last reply belongs to a case. */
  #listen(reply) {
    if (reply?.handoff && !this.#end.signal.aborted) this.#listener.start();
    else this.#listener.stop();
  }

  #fail(saying, bubble, problem) {
    this.#view.typing(false);
    if (problem.field === 'session_id') this.#startAnew(saying);
    const { message, hint, status, retryAfterS } = problem;
    saying.failure = { message, hint, status, retryAfterS: retryAfterS ?? undefined };
    this.#keep();
    this.#showFailure(saying, bubble);
  }

  #showFailure(saying, bubble) {
    const retry = () => { bubble.sent(); this.#enqueue(saying, bubble); };
    const edit = () => { this.#drop(saying); bubble.remove(); this.#view.edit(saying.body.text); };
    bubble.failed(saying.failure, retry, edit);
  }

  // The server no longer knows the session: a new request, hence a new key.
  #startAnew(saying) {
    this.#session = null;
    if (saying) Object.assign(saying, { key: uuid(), tried: false });
    this.#keep();
  }

  #drop(saying) {
    this.#unsent = this.#unsent.filter((other) => other !== saying);
    this.#keep();
  }

  #keep() {
    keep(this.#identity, { session: this.#session, unsent: this.#unsent });
  }
}

/** Turns, and between them what people said, by their moments. */
function inOrder(turns, words) {
  const all = [...turns.map((turn) => ({ turn, at: turn.received })), ...words.map((word) => ({ word, at: word.at }))];
  return all.sort((a, b) => new Date(a.at) - new Date(b.at));
}
