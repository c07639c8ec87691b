// The conversation in the middle: loads it, shows what is new without touching what is there, and follows its end.

import { byId, make } from '../dom.js';
import { Problem } from '../problem.js';
import { turnLine, wordLine } from './turns.js';
import { nameOf, sentencesOf } from './words.js';

const NEAR_PX = 160;

export class Talk {
  #service;
  #people;
  #heard;
  #body = null;
  #shown = new Map();
  #reading = null;
  #again = false;

  /**
   * @param {import('./service.js').Service} service
   * @param {(staff: string) => {name: string, mine: boolean}} people
   * @param {(told: {case?: Object, suggestion: Object|null}) => void} heard told of what comes with the conversation
   */
  constructor(service, people, heard) {
    this.#service = service;
    this.#people = people;
    this.#heard = heard;
  }

  /** Shows another case's conversation; none with null. */
  open(body) {
    this.#reading?.abort();
    this.#reading = null;
    this.#again = false;
    this.#body = body;
    this.#shown.clear();
    byId('messages').replaceChildren();
    byId('log').hidden = body === null;
    this.#say(body ? 'Loading …' : '');
    byId('log').setAttribute('aria-live', 'off'); // what was said before is not read aloud
    if (body) this.refresh();
  }

  /** Reads what is new. While it is being read, one more reading at most is planned. */
  async refresh() {
    const body = this.#body;
    if (!body) return;
    if (this.#reading) {
      this.#again = true;
      return;
    }
    const reading = this.#reading = new AbortController();
    try {
      const told = await this.#service.conversation(body.case_id, reading.signal);
      if (reading.signal.aborted) return;
      this.#show(told);
      this.#heard({ ...told, suggestion: told.suggestion ?? null });
    } catch (problem) {
      if (reading.signal.aborted) return;
      if (this.#shown.size === 0) this.#fail(problem);
    } finally {
      if (this.#reading === reading) this.#reading = null;
      if (this.#again && !reading.signal.aborted) {
        this.#again = false;
        this.refresh();
      }
    }
  }

  /** Shows a word at once that the server has just taken. */
  add(word) {
    this.#show({ turns: [], words: [word] });
  }

  /** Adds a line that stays at the end until it is removed. */
  append(item) {
    byId('messages').append(item);
    this.#toEnd();
  }

  #show({ turns = [], words = [] }) {
    const log = byId('log');
    const first = this.#shown.size === 0;
    const follow = first || log.scrollHeight - log.clientHeight - log.scrollTop < NEAR_PX;
    this.#say('');
    const name = nameOf(this.#body);
    for (const record of turns) this.#place(`turn ${record.turn.id}`, record.turn.received, () => turnLine(record, name));
    for (const word of words) this.#place(`word ${word.seq}`, word.at, () => wordLine(word, this.#people(word.by)));
    if (this.#shown.size === 0) this.#say('Nothing was said here yet.');
    if (follow) this.#toEnd();
    if (first) setTimeout(() => log.setAttribute('aria-live', 'polite'), 500);
  }

  // Once shown, a line stays as it is: a closed turn and a spoken word never change.
  #place(key, at, makeLine) {
    if (this.#shown.has(key)) return;
    const line = makeLine();
    line.at = Date.parse(at);
    this.#shown.set(key, line);
    const later = [...byId('messages').children].find((other) => other.at === undefined || other.at > line.at);
    byId('messages').insertBefore(line, later ?? null);
  }

  #fail(problem) {
    const words = problem instanceof Problem ? sentencesOf(problem) : 'The conversation could not be shown.';
    const again = make('button.link', { type: 'button', onclick: () => { this.#say('Loading …'); this.refresh(); } }, 'Try again');
    byId('log-state').replaceChildren(words, ' ', again);
    byId('log-state').hidden = false;
    if (!(problem instanceof Problem)) throw problem;
  }

  #say(text) {
    byId('log-state').textContent = text;
    byId('log-state').hidden = text === '';
  }

  #toEnd() {
    byId('log').scrollTop = byId('log').scrollHeight;
  }
}
