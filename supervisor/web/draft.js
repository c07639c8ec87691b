// The reply while it is being written: what was done so far, and the words as they arrive. Not read aloud: the finished reply is.

import { byId, make, mark } from './dom.js';
import { renderText } from './reply-text.js';
import { stepOf } from './words.js';

/** A marker whose source is not known before the reply is closed. */
export const plainMarker = (number) => make('sup', {}, '\u2060', make('span.marker', {}, `${number}`));

export class Draft {
  #place = byId('draft');
  #text = '';
  #steps = [];
  #drawing = 0;
  #shown;

  /** @param {(place: HTMLElement, begun: boolean) => void} shown told after each change, and whether there are words */
  constructor(shown) {
    this.#shown = shown;
  }

  get begun() {
    return this.#text !== '';
  }

  /** Takes the next event of the turn. */
  hear({ kind, data }) {
    if (kind === 'restart') this.#text = '';
    if (kind === 'delta') this.#text += data?.text ?? '';
    if (kind === 'report' && ['answered', 'reduced'].includes(data?.outcome)) this.#steps.push(stepOf(data.agent));
    // One drawing for all that arrives within a frame.
    this.#drawing ||= requestAnimationFrame(() => this.#draw());
  }

  /** Takes it away: the reply is there, or will not come. */
  end() {
    cancelAnimationFrame(this.#drawing);
    this.#place.replaceChildren();
    byId('progress').textContent = '';
  }

  #draw() {
    this.#drawing = 0;
    const steps = this.#steps.filter(Boolean).slice(-2).join(', ');
    byId('progress').textContent = this.begun ? 'Writing …' : steps && `${steps.charAt(0).toUpperCase()}${steps.slice(1)} …`;
    const text = make('div.text', {}, renderText(settled(this.#text), plainMarker));
    this.#place.replaceChildren(...(this.begun ? [make('span.avatar', {}, mark()), make('div.card', {}, text)] : []));
    this.#shown(this.#place, this.begun);
  }
}

/** The text without what is only half there at its end: a marker, or the signs of an emphasis. */
export function settled(text) {
  const whole = text.replace(/\s*\[\d{0,2}$/, '').replace(/\*{1,2}$/, '');
  const line = whole.slice(whole.lastIndexOf('\n') + 1);
  const open = line.split('**').length % 2 === 0;
  return open ? `${whole}**` : whole;
}
