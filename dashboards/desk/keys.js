// The keyboard: single keys for all that an operator does, shown in the help, and switched off for those whom they disturb.

import { byId, make } from '../dom.js';
import { choose, preference } from '../memory.js';

const SHOWN = [
  ['j, k or ↓, ↑', 'Next and previous case'],
  ['Enter', 'Claim and open the case'],
  ['Space', 'Open it without claiming it'],
  ['c', 'Claim the open case'],
  ['r', 'Write a reply'],
  ['u', 'Use the suggested reply'],
  ['Ctrl + Enter', 'Send'],
  ['Esc', 'Leave the field, or close'],
  ['t', 'Transfer to a queue'],
  ['e', 'Resolve with a note'],
  ['b', 'Return to the assistant'],
  ['/', 'Search'],
  ['v', 'Cases or conversations'],
  ['?', 'This help'],
];

/**
 * @param {Object<string, () => void>} does what each key does; Ctrl+Enter, Enter and Space are the editor's and the list's own
 */
export function prepareKeys(does) {
  byId('keys').replaceChildren(...SHOWN.map(([keys, words]) => make('div', {}, make('dt', {}, ...split(keys)), make('dd', {}, words))));
  byId('keys-on').checked = on();
  byId('keys-on').addEventListener('change', () => choose('desk.keys', byId('keys-on').checked ? '' : 'off'));
  byId('help-open').append('?');
  byId('help-open').addEventListener('click', openHelp);
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (writes(event.target) || document.querySelector('dialog[open]')) return;
    const arrow = event.key.startsWith('Arrow');
    if ((!on() && !arrow) || (arrow && event.target !== document.body)) return;
    const act = event.key === '?' ? openHelp : does[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function openHelp() {
  byId('help').showModal();
  byId('help-close').focus();
}

const on = () => preference('desk.keys') !== 'off';

const writes = (element) => element.matches?.('input:not([type=checkbox], [type=radio]), textarea, select') ?? false;

const split = (keys) => keys.split(/(, | or | \+ )/).map((part) => (/^(, | or | \+ )$/.test(part) ? part : make('kbd', {}, part)));
