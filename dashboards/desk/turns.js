// Makes the lines of a conversation: what a customer said, what the assistant answered and why, what people said.

import { icon, make, mark } from '../dom.js';
import { findingsOf } from '../findings.js';
import { renderText } from '../reply-text.js';
import { markerOf, sourceRow } from '../sources.js';
import { agentsOf, section } from '../why.js';
import { openTurn } from '../why/turn.js';
import { duration, sentenceCase } from '../words.js';
import { channelOf, moment, sentencesOf } from './words.js';

const MISSED = ['late', 'failed', 'abandoned'];

/** @param {Object} record of a turn @param {string} name the customer's @returns {HTMLElement} */
export function turnLine(record, name) {
  const { turn, reply } = record;
  const channel = turn.channel && turn.channel !== 'web' ? ` · ${channelOf(turn.channel)}` : '';
  const pressed = turn.decision && make('p.quiet', {}, turn.decision.accepted ? 'Pressed “yes”' : 'Pressed “no”');
  const said = make('article.bubble', { 'aria-label': name }, make('p', {}, turn.text));
  const customer = make('div.customer', {}, head(name, turn.received, channel), said, pressed);
  const answered = reply?.text ? assistant(record) : make('p.quiet.unanswered', {}, 'A person holds the case: the assistant stayed silent.');
  return make('li.message.turn', {}, customer, answered, inside(record));
}

/** @param {Object} word what a person said @param {{name: string, mine: boolean}} person */
export function wordLine(word, { name, mine }) {
  const said = make('article.bubble', { 'aria-label': name }, make('p', {}, word.text));
  return make(`li.message.person${mine ? '.mine' : ''}`, {}, head(mine ? `${name} (you)` : name, word.at), said);
}

/** What is on its way to the customer. @returns {{item: HTMLElement, failed: Function, sending: Function}} */
export function unsentLine(text) {
  const state = make('div.delivery', {}, make('p.quiet', {}, 'Sending …'));
  const item = make('li.message.person.mine', {}, make('article.bubble', { 'aria-label': 'You' }, make('p', {}, text)), state);
  return {
    item,
    sending: () => { item.classList.remove('unsent'); state.replaceChildren(make('p.quiet', {}, 'Sending …')); },
    failed: (problem, retry, edit) => {
      item.classList.add('unsent');
      const link = (words, onclick) => make('button.link', { type: 'button', onclick }, words);
      state.replaceChildren(make('p.failure', { role: 'alert' }, make('strong', {}, 'Not sent'), ' – ', link('Retry', retry), ' · ', link('Edit', edit)),
        make('p.quiet', {}, sentencesOf(problem)));
      item.scrollIntoView({ block: 'nearest' });
    },
  };
}

function head(name, at, more = '') {
  return make('p.said-by', {}, make('strong', {}, name), at && make('time', { datetime: at }, moment(at)), more && make('span', {}, more));
}

function assistant({ reply, reports = [], closed }) {
  const route = findingOf(reports, 'route');
  const citations = reply.citations ?? [];
  const text = make('div.text', {}, renderText(reply.text, markerOf(citations)));
  const safety = route?.safety && make('p.flag', {}, icon('shield'), 'Safety advice');
  const card = make('article.card', { 'aria-label': 'Assistant' }, safety, text, sourceRow(citations));
  return make(`div.assistant${route?.safety ? '.safety' : ''}`, {}, make('span.avatar', {}, mark()), make('div.answered', {}, head('Assistant', closed), card));
}

/** What every agent found in this turn, made when somebody opens it. */
function inside(record) {
  const { reports = [], timing } = record;
  const asked = reports.filter(({ outcome }) => outcome.status !== 'skipped');
  const missed = asked.filter(({ outcome }) => MISSED.includes(outcome.status)).length;
  const intent = findingOf(reports, 'intent');
  const words = [intent && sentenceCase(intent.label), `${asked.length} agents`, timing && duration(timing.total_ms)].filter(Boolean).join(' · ');
  const summary = make('summary', {}, words, missed > 0 && make('span.outcome.outcome-failed', {}, `${missed} without an answer`));
  const details = make('details.inside', {}, summary);
  details.addEventListener('toggle', () => {
    if (!details.open || details.children.length > 1) return;
    details.append(make('div.inside-body', {}, section('Agents, in the order of time', agentsOf(record)), ...findingsOf(record), whyButton(record)));
  });
  return details;
}

/** Everything about the turn, as wide as the window allows: timeline, evidence, bill. */
function whyButton(record) {
  const button = make('button.wide', { type: 'button', 'aria-haspopup': 'dialog' }, 'Why this answer');
  button.addEventListener('click', () => openTurn(record, button));
  return button;
}

const findingOf = (reports, kind) => reports.flatMap(({ findings = [] }) => findings).find(({ finding }) => finding === kind);
