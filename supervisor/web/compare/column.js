// One transport's column: its figures, and the reply as it arrives.

import { make } from '../dom.js';
import { plainMarker, settled } from '../draft.js';
import { renderText } from '../reply-text.js';
import { NAMES } from '../transports/all.js';
import { bytes, duration, perSecond } from '../words.js';
import { rate } from './measure.js';

const ABOUT = {
  rest: 'One request, one answer: nothing to read before everything is there.',
  sse: 'One request whose answer goes on: words as they are written.',
  websocket: 'One connection for all turns, open before the question is asked.',
};

export class Column {
  element;
  #state = make('span.state', {}, 'ready');
  #figures = make('dl.figures');
  #text = make('div.text.live', { tabindex: 0, role: 'group' });
  #note = make('p.quiet.note');
  #words = '';
  #drawing = 0;

  /** @param {string} transport its name */
  constructor(transport) {
    const heading = make('h3', { id: `column-${transport}` }, NAMES[transport]);
    this.#text.setAttribute('aria-label', `Reply over ${NAMES[transport]}`);
    this.element = make(`section.column.of-${transport}`, { 'aria-labelledby': `column-${transport}` },
      make('div.column-head', {}, heading, this.#state), make('p.quiet.about', {}, ABOUT[transport]), this.#figures, this.#text, this.#note);
    this.#show({});
  }

  begin() {
    this.#words = '';
    this.#note.textContent = '';
    this.#text.replaceChildren();
    this.#be('asking', 'asking …');
    this.#show({});
  }

  /** Hears an event of the turn. */
  event({ kind, data }) {
    if (kind === 'restart') this.#words = '';
    if (kind === 'delta') this.#words += data.text;
    if (kind === 'closed') this.#words = data.reply;
    if (kind === 'delta') this.#be('speaking', 'arriving …');
    this.#drawing ||= requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#text.replaceChildren(renderText(settled(this.#words), plainMarker));
    });
  }

  retry(attempt, of, pauseS) {
    this.#be('retrying', `retry ${attempt} of ${of} in ${Math.ceil(pauseS)} s`);
  }

  /** Shows a finished measurement. */
  end(measurement) {
    this.#be(measurement.error ? 'failed' : 'done', measurement.error ? 'no reply' : 'done');
    this.#note.textContent = measurement.error ?? '';
    this.#show(measurement);
  }

  stopped() {
    this.#be('ready', 'stopped');
  }

  #show({ firstMs, totalMs, tokens, words, sent, received, retries, error }) {
    const known = (value, put) => (value === undefined || value === null || (error && put !== String) ? '–' : put(value));
    const unit = words ? 'Words per second' : 'Tokens per second';
    const rows = [
      ['First words', known(firstMs, duration)], ['Total time', known(totalMs, duration)],
      [unit, known(tokens, () => perSecond(rate({ tokens, totalMs })))], [words ? 'Words' : 'Tokens', known(tokens, String)],
      ['Received', known(received, bytes)], ['Sent', known(sent, bytes)], ['Retries', known(retries, String)], ['Errors', known(retries, () => '0')],
    ];
    if (error) rows.at(-1)[1] = '1';
    this.#figures.replaceChildren(...rows.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))));
  }

  #be(state, words) {
    this.#state.dataset.state = state;
    this.#state.textContent = words;
  }
}
