// Starts the comparison page: asks the same question over every transport, and shows what each one took.

import { Api, BASE } from '../api.js';
import { byId, icon } from '../dom.js';
import { Speakers } from '../speakers.js';
import { prepareThemeButton } from '../theme-button.js';
import { NAMES, transportsOf } from '../transports/all.js';
import { timeline } from './chart.js';
import { Column } from './column.js';
import { forgetAll, remember, showHistory } from './history.js';
import { measure } from './measure.js';

const MOST_RUNS = 100;

const speakers = new Speakers();
const columns = {};
let transports = {};
let running = null;

prepareThemeButton();
byId('back').prepend(icon('back'));
byId('stop').prepend(icon('stop'));
byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  run();
});
byId('stop').addEventListener('click', () => running?.abort());
byId('clear').addEventListener('click', clear);
for (const id of ['question', 'order', 'counted']) byId(id).addEventListener('change', refresh);
arrive();

async function arrive() {
  await speakers.arrive(BASE);
  transports = transportsOf(new Api(BASE, speakers.current.credential), speakers.client);
  for (const name of Object.keys(NAMES).filter((other) => transports[other])) columns[name] = new Column(name);
  byId('columns').replaceChildren(...Object.values(columns).map(({ element }) => element));
  byId('speaker').textContent = `Asked as ${speakers.current.known ? speakers.current.name : 'a visitor'}`;
  byId('start').disabled = false;
  refresh();
}

async function run() {
  if (running || !byId('form').reportValidity()) return;
  running = new AbortController();
  const ask = asked();
  const rounds = Math.min(MOST_RUNS, Math.max(1, Number(byId('runs').value) || 1));
  busy(true);
  try {
    for (let round = 0; round < rounds; round += 1) {
      tell(rounds > 1 ? `Run ${round + 1} of ${rounds}` : 'Asking …');
      await once(ask, round, running.signal);
    }
    tell(rounds > 1 ? `${rounds} runs done` : 'Done');
  } catch {
    for (const name of Object.keys(columns)) columns[name].stopped();
    tell('Stopped');
  }
  running = null;
  Object.values(transports).forEach((transport) => transport.close());
  busy(false);
}

/** Asks once over each transport. Who goes first changes from round to round, so that nobody always finds the server warm. */
async function once(ask, round, signal) {
  const names = Object.keys(columns);
  const order = names.map((_, index) => names[(index + round) % names.length]);
  await Promise.allSettled(order.map((name) => transports[name].open()));
  const done = {};
  const one = async (name) => { done[name] = await measureOver(name, ask, signal); };
  if (ask.order === 'together') await Promise.all(order.map(one));
  else for (const name of order) await one(name);
  byId('timeline').replaceChildren(timeline(names.map((name) => done[name])));
  byId('last').hidden = false;
  refresh();
}

async function measureOver(name, ask, signal) {
  const column = columns[name];
  column.begin();
  const measurement = await measure(transports[name], ask, signal, column);
  column.end(measurement);
  remember(measurement);
  return measurement;
}

const asked = () => ({ question: byId('question').value.trim(), order: byId('order').value });

function refresh() {
  const { question, order } = asked();
  const everything = byId('counted').value === 'all';
  showHistory((run) => everything || (run.question === question && run.order === order));
}

function clear() {
  forgetAll();
  refresh();
  tell('The history of this browser is cleared');
}

function busy(on) {
  byId('start').disabled = on;
  byId('stop').hidden = !on;
  (on ? byId('stop') : byId('start')).focus();
}

function tell(text) {
  byId('progress').textContent = text;
}
