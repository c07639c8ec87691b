// Starts the boards: finds out who looks, which board and span they want, and shows both anew every quarter of a minute.

import { Api, BASE } from '../../api.js';
import { byId, make } from '../../dom.js';
import { prepareDrawer } from '../../drawer.js';
import { prepareThemeButton } from '../../theme-button.js';
import { Operators } from '../operators.js';
import { sentencesOf } from '../words.js';
import { Alarms } from './alarms.js';
import { Charts } from './charts.js';

const REFRESH_MS = 15_000;
const SPANS = [[1, '1 h'], [3, '3 h'], [24, '24 h']];

const operators = new Operators();
let looking = null;

prepareDrawer();
prepareThemeButton();
arrive();

async function arrive() {
  await operators.arrive(BASE, null);
  operators.offer(workAs);
  if (operators.current) return begin();
  if (operators.signIn) return gate('Sign in at the desk first', 'The boards are for operators: the desk signs you in, then come back.', []);
  if (operators.all.length) return gate('Who works?', 'This is a demonstration: choose an operator, above or here.', operators.all);
  gate('Nobody can work here', 'This server names no operators. Set an issuer of identities, or start the demonstration.', []);
}

function workAs(name) {
  operators.choose(name);
  byId('identity').value = name;
  begin();
}

/** Looks as the operator, until somebody else does. */
async function begin() {
  looking?.stop.abort();
  const api = new Api(BASE, operators.current.credential);
  const run = { stop: new AbortController(), charts: new Charts(api), alarms: new Alarms(api), boards: [] };
  looking = run;
  byId('gate').hidden = true;
  byId('main').hidden = false;
  try {
    run.boards = (await (await api.send('/v1/boards', { signal: run.stop.signal })).json()).boards;
  } catch (problem) {
    return refused(problem);
  }
  await show(run);
  while (looking === run) {
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
    // A page that nobody sees asks for nothing.
    if (looking === run && !document.hidden) await show(run);
  }
}

/** Shows what the address wants, with the values of now. */
async function show(run) {
  const { board, hours } = wanted(run.boards);
  offerChoices(run.boards, board, hours);
  byId('charts-title').textContent = board.title;
  document.title = `${board.title} – Veldra desk`;
  try {
    const { signal } = run.stop;
    await Promise.all([run.alarms.show(signal), run.charts.show(board.name, hours, signal)]);
    told('live', `Measured until ${new Date().toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })}`);
    notice('');
  } catch (problem) {
    if (looking !== run || problem.name === 'AbortError') return;
    if (problem.status === 401 || problem.status === 403) return refused(problem);
    told('lost', 'Not up to date');
    notice(sentencesOf(problem));
  }
}

function refused(problem) {
  looking = null;
  gate('The boards cannot be shown', sentencesOf(problem), operators.signIn ? [] : operators.all);
}

function wanted(boards) {
  const address = new URLSearchParams(location.hash.slice(1));
  const hours = SPANS.map(([span]) => span).find((span) => String(span) === address.get('hours')) ?? 3;
  return { board: boards.find(({ name }) => name === address.get('board')) ?? boards[0], hours };
}

function offerChoices(boards, current, hours) {
  const link = ({ name, title }) => make('li', {}, make('a', { href: `#board=${name}&hours=${hours}`, 'aria-current': name === current.name && 'page' }, title));
  const button = ([span, words]) => make('button', { type: 'button', 'data-hours': span, 'aria-pressed': String(span === hours), onclick: () => { location.hash = `board=${current.name}&hours=${span}`; } }, words);
  kept(byId('boards'), boards.map(link), 'a');
  kept(byId('spans'), SPANS.map(button), 'button');
}

/** Puts new children in the place of old ones; what had the focus has it again. */
function kept(parent, children, focusable) {
  const index = [...parent.querySelectorAll(focusable)].indexOf(document.activeElement);
  parent.replaceChildren(...children);
  if (index >= 0) parent.querySelectorAll(focusable)[index]?.focus();
}

function gate(title, text, people) {
  byId('main').hidden = true;
  byId('gate').hidden = false;
  byId('gate-title').textContent = title;
  byId('gate-words').textContent = text;
  byId('gate-people').replaceChildren(...people.map(({ name }) => make('li', {}, make('button.answer', { type: 'button', onclick: () => workAs(name) }, name))));
}

function told(state, words) {
  const element = byId('link-state');
  element.hidden = false;
  element.dataset.state = state;
  element.textContent = words;
}

function notice(words) {
  byId('charts-notice').textContent = words;
  byId('charts-notice').hidden = words === '';
}

addEventListener('hashchange', () => { if (looking) show(looking); });
