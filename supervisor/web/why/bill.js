// The calls of language models as lines of a bill that add up to what the turn cost, with what each was asked with.

import { make } from '../dom.js';
import { duration, money, sentenceCase } from '../words.js';

const OUTCOMES = { complete: 'complete', length: 'cut at its maximum', filtered: 'stopped by a filter', failed: 'failed', left: 'left for another' };
const COLUMNS = ['Agent', 'Model', 'Prompt', 'Asked with', 'Came to', 'Read', 'Written', 'Cost'];

export function bill({ reports = [], usage = {}, reply = {} }) {
  const calls = reports.flatMap(({ agent, calls: made = [] }) => made.map((call) => ({ agent, ...call })));
  const written = reply.prompt_version && make('p.quiet', {}, `The reply was written under prompt ${reply.prompt_version}.`);
  if (calls.length === 0) return make('section', {}, make('h3', {}, 'Model calls and their cost'), make('p.quiet', {}, 'No model was called: everything was said by rules, scripts and tables.'), written);
  const sum = (pick) => calls.reduce((all, { usage: used = {} }) => all + (used[pick] ?? 0), 0);
  const agrees = ['input_tokens', 'output_tokens', 'micro_usd'].every((name) => sum(name) === (usage[name] ?? 0));
  const foot = make('tr', {}, make('th', { scope: 'row', colspan: 5 }, agrees ? 'The turn, the sum of its calls' : 'The sum of its calls'), number(sum('input_tokens')), number(sum('output_tokens')), number(money(sum('micro_usd') / 1e6)));
  const head = make('tr', {}, COLUMNS.map((name) => make(`th${['Read', 'Written', 'Cost'].includes(name) ? '.number' : ''}`, { scope: 'col' }, name)));
  const table = make('table.bill', {}, make('caption.visually-hidden', {}, 'Every model call of the turn and what it cost'), make('thead', {}, head), make('tbody', {}, calls.map(line)), make('tfoot', {}, foot));
  return make('section', {}, make('h3', {}, 'Model calls and their cost'), make('div.wide-table', { tabindex: 0, role: 'group', 'aria-label': 'Model calls' }, table),
    !agrees && make('p.failure', {}, `The turn says ${money((usage.micro_usd ?? 0) / 1e6)}: a call is missing here.`), written, ...calls.filter(({ answer }) => answer).map(answer));
}

const number = (value) => make('td.number', {}, `${value}`);

function line({ agent, model, prompt_version: version, temperature, max_output_tokens: most, outcome = {}, usage = {}, estimated, first_ms: first, took_ms: took }) {
  const came = outcome.status === 'failed' ? `failed: ${outcome.kind}` : OUTCOMES[outcome.status] ?? outcome.status;
  const times = [first != null && `first words ${duration(first)}`, `took ${duration(took)}`].filter(Boolean).join(', ');
  const asked = most > 0 ? `temperature ${Number(temperature).toFixed(1)}, at most ${most} tokens` : 'not recorded';
  return make('tr', {}, make('th', { scope: 'row' }, sentenceCase(agent)), make('td', {}, model), make('td', {}, make('code', {}, version || 'none')), make('td', {}, asked),
    make('td', {}, came, make('span.quiet', {}, ` ${times}`)), number(usage.input_tokens ?? 0), number(usage.output_tokens ?? 0),
    number(`${money((usage.micro_usd ?? 0) / 1e6)}${estimated ? ' (estimate)' : ''}`));
}

/** Told to operators only: what the gate withheld stands here too. */
function answer({ agent, model, answer: text }) {
  const words = `What ${model} answered ${sentenceCase(agent).toLowerCase()}, word for word`;
  return make('details.findings', {}, make('summary', {}, make('span.agent', {}, words)), make('blockquote.passage', {}, text));
}
