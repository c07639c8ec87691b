// The questions before a case is given away: to which queue, with which note, back to the assistant.

import { byId, make } from '../dom.js';
import { sentenceCase } from '../words.js';
import { sentencesOf } from './words.js';

const LONGEST_NOTE = 1000;

/** Makes the dialogs closable. */
export function prepareDialogs() {
  byId('ask-cancel').addEventListener('click', () => byId('ask').close());
  for (const dialog of [byId('ask'), byId('help')]) dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  byId('help-close').addEventListener('click', () => byId('help').close());
}

/** Asks for a queue. `transfer` is given its name; the dialog stays open, and says why, when that fails. */
export function askQueue({ queue: own, name }, queues, transfer) {
  const option = ({ queue, waiting, people, open, opens }) => {
    const state = open === false ? `closed${opens ? `, opens ${opens}` : ''}` : `${waiting} waiting, ${people} ${people === 1 ? 'person' : 'people'}`;
    const radio = make('input', { type: 'radio', name: 'queue', value: queue, required: true });
    return make('label.queue-option', {}, radio, make('span', {}, sentenceCase(queue), queue === own && ' (back to wait)'), make('span.quiet', {}, state));
  };
  const others = [...queues].sort((a, b) => (a.queue === own) - (b.queue === own));
  const body = make('fieldset.queue-options', {}, make('legend.visually-hidden', {}, 'Queue'), others.map(option));
  show(`Transfer ${name}’s case`, body, 'Transfer', (form) => {
    const queue = new FormData(form).get('queue');
    if (!queue) throw new Error('Choose a queue.');
    return transfer(queue);
  });
  body.querySelector('input')?.focus();
}

/** Asks for a note. */
export function askNote({ name }, resolve) {
  const note = make('textarea', { id: 'note', rows: 3, maxlength: LONGEST_NOTE, required: true });
  const label = make('label.note', { for: 'note' }, 'What settled it? One sentence, for the record and for the next conversation.');
  note.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    byId('ask-form').requestSubmit(byId('ask-do'));
  });
  show(`Resolve ${name}’s case`, make('div', {}, label, note), 'Resolve', () => {
    const text = note.value.trim();
    if (!text) throw new Error('Say in a sentence what settled it.');
    return resolve(text);
  });
  note.focus();
}

/** Asks whether the assistant may go on. */
export function askReturn({ name }, giveBack) {
  show(`Return ${name} to the assistant?`, make('p', {}, 'The case ends, and the assistant answers the next message.'), 'Return', giveBack);
  byId('ask-do').focus();
}

function show(title, body, words, act) {
  byId('ask-title').textContent = title;
  byId('ask-body').replaceChildren(body);
  byId('ask-do').textContent = words;
  byId('ask-failure').textContent = '';
  byId('ask-do').disabled = false;
  byId('ask-form').onsubmit = async (event) => {
    event.preventDefault();
    byId('ask-do').disabled = true;
    try {
      await act(byId('ask-form'));
      byId('ask').close();
    } catch (problem) {
      byId('ask-failure').textContent = sentencesOf(problem);
    } finally {
      byId('ask-do').disabled = false;
    }
  };
  byId('ask').showModal();
}
