// Shows where a matter stands that a person takes over, and takes the wish to be called back.

import { icon, make } from './dom.js';
import { sentenceCase, wait } from './words.js';

/** What a person is called on the page, by the id that the server gives them. */
export const nameOf = (staff) => sentenceCase(String(staff ?? '').replaceAll(/[._-]+/g, ' ')) || 'A person';

/**
 * @param {{route?: Object, handoff?: Object}} reply
 * @param {(wish: string) => Promise<void>} callBack notes when the customer wants to be called
 * @returns {Node|null}
 */
export function handover({ route, handoff }, callBack) {
  if (!handoff && route?.target !== 'human') return null;
  const words = make('div', {}, make('p', {}, ...standing(route, handoff), ' ', make('span.quiet', {}, 'You can keep writing here.')));
  if (handoff?.opens) words.append(callBackForm(callBack));
  return make('div.handover', {}, icon('person'), words);
}

function standing(route, handoff) {
  if (!handoff) return ['A person should take this', ...queueOf(route?.queue), '.'];
  const { held_by: person, position, wait_minutes: minutes, opens, queue } = handoff;
  if (person) return [make('strong', {}, `${nameOf(person)} is with you`), '.'];
  if (opens) return ['A person takes this over', ...queueOf(queue), '. They are there again ', make('strong', {}, opens), '.'];
  const place = position === 1 ? 'You are next' : position && `You are number ${position} in the queue`;
  const time = minutes ? `, about ${wait(minutes * 60)}` : '';
  return [make('strong', {}, place ? `${place}${time}` : 'You are in the queue'), ...queueOf(queue), '.'];
}

const queueOf = (queue) => (queue ? [': ', make('strong', {}, sentenceCase(queue))] : []);

function callBackForm(callBack) {
  const id = `callback-${Math.random().toString(36).slice(2)}`;
  const field = make('input', { id, type: 'text', maxlength: 200, required: true, autocomplete: 'off', placeholder: 'tomorrow morning' });
  const button = make('button.answer', { type: 'submit' }, 'Call me back');
  const said = make('p.quiet', { role: 'status' });
  const form = make('form.callback', {}, make('label', { for: id }, 'When should we call you?'), make('div.callback-row', {}, field, button), said);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const wish = field.value.trim();
    if (wish === '') return field.focus();
    button.disabled = true;
    try {
      await callBack(wish);
      form.replaceWith(make('p', { role: 'status' }, 'Noted: we call you back, ', make('strong', {}, wish), '.'));
    } catch (problem) {
      button.disabled = false;
      said.textContent = [problem.message, problem.hint].filter(Boolean).join(' ');
    }
  });
  return form;
}
