// "Why this answer": what was understood, where it went, which agents took part, what it took.

import { bar, make } from './dom.js';
import { openDrawer } from './drawer.js';
import { openTurn } from './why/turn.js';
import { duration, money, percent, sentenceCase, signed } from './words.js';

const OUTCOMES = { answered: 'answered', reduced: 'by lesser means', late: 'too late', failed: 'failed', skipped: 'not asked', abandoned: 'stopped' };

/**
 * @param {Object} reply body of the reply
 * @param {HTMLElement} from the button that asked for it
 * @param {() => Promise<Object>} load fetches the full record of the turn
 */
export function openWhy(reply, from, load) {
  const body = make('div.why', {}, understood(reply), routed(reply.route), took(reply));
  body.append(section('Agents', agentRows(reply.agents ?? [], reply.timing?.total_ms)), fullRecord(load, from));
  openDrawer({ eyebrow: 'Why this answer', title: 'How Veldra came to this reply', body }, from);
}

function understood({ intent, sentiment }) {
  const feeling = Number(sentiment?.score ?? 0);
  return section('What we understood', facts(
    intent && ['Request', sentenceCase(intent.label), measured(`${percent(intent.confidence)} sure`, bar(0, intent.confidence))],
    sentiment && ['Mood', sentenceCase(sentiment.label), measured(signed(feeling), moodBar(feeling))],
  ));
}

// From the middle: displeased to the left, pleased to the right.
const moodBar = (score) => bar(Math.min(0.5, (score + 1) / 2), Math.max(0.5, (score + 1) / 2), score < 0 ? 'bar-bad' : '');

const measured = (words, drawing) => make('span.measured', {}, drawing, words);

function routed(route) {
  if (!route) return '';
  const target = route.target === 'human' ? 'A person' : 'This assistant';
  return section('Where it went', facts(['Meant for', target], route.queue && ['Queue', sentenceCase(route.queue)], route.reason && ['Because', route.reason]));
}

function took({ model, arm, usage = {}, timing = {} }) {
  const tokens = `${usage.input_tokens ?? 0} read, ${usage.output_tokens ?? 0} written`;
  return section('What it took', facts(
    ['Time', duration(timing.total_ms)], ['First words after', duration(timing.first_token_ms)],
    model && ['Model', model], arm && ['Experiment', arm], ['Tokens', tokens], ['Cost', money(usage.cost_usd)],
  ));
}

/** @param {Array<{agent: string, outcome: string, took_ms: number, started_ms?: number}>} agents */
function agentRows(agents, totalMs) {
  const longest = Math.max(totalMs ?? 0, ...agents.map((agent) => (agent.started_ms ?? 0) + agent.took_ms), 0.001);
  const rows = agents.map(({ agent, outcome, took_ms: ms, started_ms: start = 0, note, ...tokensOf }) => {
    const { input_tokens: read = 0, output_tokens: written = 0, cost_usd: cost = 0 } = tokensOf;
    const word = make(`span.outcome.outcome-${outcome}`, {}, OUTCOMES[outcome] ?? outcome);
    const tokens = read + written > 0 && `${read} → ${written} tokens`;
    const detail = [tokens, cost > 0 && money(cost), note].filter(Boolean).join(' · ');
    const asked = outcome !== 'skipped';
    const drawing = asked && bar(start / longest, (start + ms) / longest, ['answered', 'reduced'].includes(outcome) ? '' : 'bar-bad');
    const took = make('span.took', {}, asked ? duration(ms) : '–');
    return make('li', {}, make('span.agent', {}, sentenceCase(agent)), word, took, drawing, detail && make('span.agent-note', {}, detail));
  });
  return make('ul.agents', {}, rows);
}

function fullRecord(load, from) {
  const place = make('section.record', { 'aria-live': 'polite' });
  const button = make('button.wide', { type: 'button' }, 'Show every finding');
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      const record = await load();
      if (!button.isConnected) return; // the drawer was closed meanwhile
      openTurn(record, from);
      document.getElementById('drawer-close').focus();
    } catch (problem) {
      button.disabled = false;
      place.replaceChildren(button, make('p.failure', {}, `${problem.message} ${problem.hint ?? ''}`));
    }
  });
  place.append(button);
  return place;
}

/** The agents of a full record, each with its outcome and its time. */
export const agentsOf = ({ reports = [], timing }) => agentRows(reports.map(rowOf), timing?.total_ms);

function rowOf({ agent, outcome = {}, started_ms, took_ms, usage = {} }) {
  const note = outcome.message ?? outcome.reason;
  return { agent, outcome: outcome.status, started_ms, took_ms, note, input_tokens: usage.input_tokens, output_tokens: usage.output_tokens, cost_usd: (usage.micro_usd ?? 0) / 1e6 };
}

export const section = (title, ...content) => make('section', {}, make('h3', {}, title), ...content);

/** A list of name, value and an optional drawing beside it. */
export function facts(...rows) {
  const items = rows.filter(Boolean).map(([name, ...values]) => make('div', {}, make('dt', {}, name), make('dd', {}, ...values)));
  return make('dl.facts', {}, items);
}
