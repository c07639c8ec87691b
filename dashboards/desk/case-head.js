// The head of the open case: whose it is, how urgent, who holds it since when, and what can be done with it.

import { byId, make } from '../dom.js';
import { sentenceCase } from '../words.js';
import { nameOf } from './words.js';

/**
 * @param {Object} body the case
 * @param {'mine'|'waiting'|'held'|'done'} standing
 * @param {Object<string, () => void>} does
 * @param {{me: string, name: (staff: string) => string}} people
 * @returns {boolean} whether it had changed
 */
export function showHead(body, standing, does, people) {
  const told = JSON.stringify([body.case_id, standing, body.state.by, body.queue, body.priority, body.packet.name]);
  if (byId('case-head').dataset.told === told) return false;
  byId('case-head').dataset.told = told;
  byId('case-name').textContent = nameOf(body);
  const age = standing !== 'done' && make('span', {}, 'open for ', make('span', { id: 'case-age' }, ''));
  const parts = [
    make(`span.priority.priority-${body.priority}`, {}, sentenceCase(body.priority)), make('span', {}, sentenceCase(body.queue)),
    make(`span.standing.standing-${standing}`, {}, standingOf(body, standing, people)), age,
  ];
  byId('case-state').replaceChildren(...parts.filter(Boolean));
  byId('case-do').replaceChildren(...buttons(standing, does));
  return true;
}

/** What stands below the field for the reply. */
export function hintOf(body, standing, name) {
  return {
    mine: 'Ctrl + Enter sends. The assistant is silent while you hold the case.',
    waiting: 'Claim the case to reply.',
    held: `${name(body.state.by)} holds the case; only they can reply.`,
  }[standing] ?? '';
}

function buttons(standing, { claim, transfer, giveBack, resolve }) {
  if (standing === 'waiting') return [button('Claim', 'c', claim, '.answer-yes')];
  if (standing !== 'mine') return [];
  return [button('Transfer', 't', transfer), button('Return', 'b', giveBack), button('Resolve', 'e', resolve, '.answer-yes')];
}

function button(words, key, act, classes = '') {
  return make(`button.answer${classes}`, { type: 'button', onclick: act, 'aria-keyshortcuts': key }, words, ' ', make('kbd', { 'aria-hidden': 'true' }, key));
}

function standingOf({ state }, standing, { me, name }) {
  if (standing === 'mine') return 'You hold it';
  if (standing === 'waiting') return 'Waits';
  if (standing === 'held') return `${name(state.by)} holds it`;
  const how = state.ending?.how === 'returned' ? 'Returned' : 'Resolved';
  return `${how} by ${state.by === me ? 'you' : name(state.by)}${state.ending?.note ? `: ${state.ending.note}` : ''}`;
}
