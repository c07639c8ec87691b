// The place to write: grows with the text, counts near the limit, Enter sends, Shift+Enter makes a new line.

import { byId, icon } from './dom.js';

/** What the API accepts, in characters. */
const LIMIT = 4000;
const COUNT_FROM = 3600;

/**
 * @param {(text: string) => void} say takes a text that is neither empty nor too long
 * @returns {{put: (text: string) => void, focus: () => void}}
 */
export function prepareComposer(say) {
  const text = byId('text');
  byId('send').append(icon('send'));
  text.addEventListener('input', () => show(text));
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId('composer').requestSubmit(byId('send').disabled ? null : byId('send'));
  });
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    submit(text, say);
  });
  show(text);
  return { put: (words) => put(text, words), focus: () => text.focus() };
}

function submit(text, say) {
  const said = clean(text.value);
  if (said === '') return;
  if (length(said) > LIMIT) return refuse(text, said);
  put(text, '');
  say(said);
}

function refuse(text, said) {
  byId('counter').textContent = `${count(said)} – please shorten your message to ${LIMIT.toLocaleString('en')} characters.`;
  text.focus();
}

function put(text, words) {
  text.value = words;
  show(text);
  text.focus();
}

function show(text) {
  const said = clean(text.value);
  const over = length(said) > LIMIT;
  byId('field').dataset.text = text.value; // its shadow copy gives the field its height, see style.css
  byId('send').disabled = said === '';
  byId('counter').textContent = length(said) >= COUNT_FROM ? count(said) : '';
  byId('counter').classList.toggle('over', over);
  if (over) text.setAttribute('aria-invalid', 'true');
  else text.removeAttribute('aria-invalid');
}

// Control characters come with pasted text and would be refused by the API; new lines and tabs stay.
const clean = (text) => text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '').trim();
const length = (text) => [...text].length;
const count = (text) => `${length(text).toLocaleString('en')} of ${LIMIT.toLocaleString('en')}`;
