// The list of live and recent conversations at the left: what is being talked about, with whom, in which mood.

import { byId, make } from '../dom.js';
import { sentenceCase, signed } from '../words.js';
import { channelOf, moment, sentencesOf } from './words.js';

const REFRESH_MS = 4_000;
const TYPING_MS = 250;

export class LiveList {
  #service;
  #open;
  #query = '';
  #timer = 0;
  #typing = 0;
  #reading = null;
  #told = '';

  /** @param {import('./service.js').Service} service @param {(id: string) => void} open opens a case */
  constructor(service, open) {
    this.#service = service;
    this.#open = open;
  }

  /** Begins or ends to keep the list up to date. */
  show(shown) {
    clearInterval(this.#timer);
    this.#reading?.abort();
    if (!shown) return;
    this.#timer = setInterval(() => !document.hidden && this.#read(), REFRESH_MS);
    this.#read();
  }

  search(query) {
    this.#query = query;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#read(), TYPING_MS);
  }

  async #read() {
    this.#reading?.abort();
    const reading = this.#reading = new AbortController();
    try {
      const found = await this.#service.conversations(this.#query, reading.signal);
      if (!reading.signal.aborted) this.#show(found);
    } catch (problem) {
      if (!reading.signal.aborted) this.#say(sentencesOf(problem));
    }
  }

  #show(found) {
    this.#say(found.length ? '' : this.#query ? 'No conversation fits these words.' : 'Nobody has written yet.');
    const told = JSON.stringify(found);
    if (told === this.#told) return;
    this.#told = told;
    const focused = document.activeElement?.closest?.('#live button')?.dataset.session;
    byId('live').replaceChildren(...found.map((conversation) => make('li', {}, this.#item(conversation))));
    if (focused) byId('live').querySelector(`[data-session="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  #item({ session_id: session, case_id: id, channel, name, text, mood, intent, queue, target, at, turns }) {
    const lines = [
      make('span.case-line', {}, make('strong.case-who', {}, name || 'Visitor'), make('time.case-wait', { datetime: at }, moment(at))),
      make('span.case-line', {},
        make('span.case-queue', {}, [channelOf(channel), intent && sentenceCase(intent), queue && sentenceCase(queue)].filter(Boolean).join(' · ')),
        mood != null && make(`span.mood-word${mood < -0.3 ? '.mood-low' : ''}`, { title: 'Mood' }, signed(mood))),
      make('span.case-summary', {}, text),
      make('span.case-line.quiet', {}, make('span', {}, `${turns} message${turns === 1 ? '' : 's'}`), make('span', {}, id ? 'Open the case' : target === 'human' ? 'Meant for a person' : 'With the assistant')),
    ];
    if (!id) return make('div.case.case-quiet', {}, lines);
    return make('button.case', { type: 'button', 'data-session': session, onclick: () => this.#open(id) }, lines);
  }

  #say(text) {
    byId('live-empty').textContent = text;
    byId('live-empty').hidden = text === '';
  }
}
