// The two buttons below a reply by which a customer says whether it helped. Whoever changes their mind presses the other.

import { icon, make } from './dom.js';

const CHOICES = [['up', 'This helped', 'thumb'], ['down', 'This did not help', 'thumbDown']];

/**
 * @param {string} turn the turn of the reply
 * @param {(turn: string, rating: string) => Promise<unknown>} rate
 */
export function rating(turn, rate) {
  const said = make('span.rating-said', { role: 'status' });
  const buttons = CHOICES.map(([value, label, picture]) => make('button.rate', { type: 'button', 'aria-label': label, title: label, 'aria-pressed': 'false', onclick: () => choose(value) }, icon(picture)));
  const press = (value) => buttons.forEach((button, at) => button.setAttribute('aria-pressed', String(CHOICES[at][0] === value)));
  let kept = null;

  async function choose(value) {
    press(value);
    said.textContent = '';
    try {
      await rate(turn, value);
      kept = value;
      said.textContent = 'Thank you';
    } catch (problem) {
      press(kept);
      said.textContent = `Not noted: ${problem.message}`;
    }
  }

  return make('span.rating', { role: 'group', 'aria-label': 'Did this reply help?' }, ...buttons, said);
}
