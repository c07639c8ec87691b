// The waterfall of a turn: a table with the picture as one of its columns, so that both say the same.

import { drawing, make } from '../dom.js';
import { duration, sentenceCase } from '../words.js';

const OUTCOMES = { answered: 'answered', reduced: 'by lesser means', late: 'too late', failed: 'failed', skipped: 'not asked', abandoned: 'stopped' };
const CALLS = { complete: 'complete', length: 'cut at its maximum', filtered: 'stopped by a filter', failed: 'failed', left: 'left for another' };
const STAGES = { analyze: 'What is it about', route: 'Who acts', act: 'What is done', respond: 'The reply' };
const BAD = ['late', 'failed', 'abandoned'];
/** The drawing's own width: whole numbers are easier to read in the page's source. */
const WIDTH = 1000;

export function timeline({ reports = [], timing = {} }) {
  const end = Math.max(timing.total_ms ?? 0, ...reports.map(({ started_ms: from = 0, took_ms: took = 0 }) => from + took), 0.001);
  const stages = [...new Set(reports.map(({ stage }) => stage))];
  const rows = stages.flatMap((stage) => rowsOf(stage, reports.filter((report) => report.stage === stage), end));
  const whole = row('whole', 'The whole turn', { from: 0, took: timing.total_ms ?? end, first: timing.first_token_ms }, outcome('', 'closed'), end);
  const named = (name) => make('th', { scope: 'col' }, name);
  const head = make('tr', {}, named('Part'), make('th.axis', { scope: 'col' }, axis(end)), ['Began', 'Took', 'Came to'].map(named));
  const caption = make('caption.visually-hidden', {}, 'Stages, agents and model calls in the order of time. The bars show what the columns say; a mark stands where the first words came.');
  const table = make('table.timeline', {}, caption, make('thead', {}, head), make('tbody', {}, rows, whole));
  return make('section', {}, make('h3', {}, 'In the order of time'), make('div.wide-table', { tabindex: 0, role: 'group', 'aria-label': 'Timeline' }, table));
}

function rowsOf(stage, reports, end) {
  const asked = reports.filter(({ outcome: came }) => came?.status !== 'skipped');
  const from = Math.min(...asked.map((report) => report.started_ms));
  const until = Math.max(...asked.map((report) => report.started_ms + report.took_ms));
  const span = asked.length ? { from, took: until - from } : null;
  const agents = [...reports].sort((one, other) => one.started_ms - other.started_ms);
  return [row('stage', STAGES[stage] ?? sentenceCase(stage), span, null, end), ...agents.flatMap((report) => agentRows(report, end))];
}

function agentRows({ agent, outcome: came = {}, started_ms: from, took_ms: took, calls = [] }, end) {
  const span = came.status === 'skipped' ? null : { from, took };
  const word = outcome(`outcome-${came.status}`, OUTCOMES[came.status] ?? came.status, came.status === 'skipped' && came.reason);
  const own = row('agent', sentenceCase(agent), span, word, end, BAD.includes(came.status));
  return [own, ...calls.map((call) => callRow(call, end))];
}

function callRow({ model, outcome: came = {}, started_ms: from, took_ms: took, first_ms: first }, end) {
  const failed = came.status === 'failed';
  const word = outcome(failed ? 'outcome-failed' : '', failed ? `failed: ${came.kind}` : CALLS[came.status] ?? came.status);
  return row('call', model, { from, took, first: first == null ? null : from + first }, word, end, failed);
}

const outcome = (kind, words, more) => [make(`span.outcome.${kind || 'outcome-skipped'}`, {}, words), more && make('span.quiet', {}, ` ${more}`)];

function row(kind, name, span, came, end, bad = false) {
  const cell = (...content) => make('td', {}, ...content);
  const began = span ? duration(span.from) : '–';
  const took = span ? duration(span.took) : '–';
  return make(`tr.row-${kind}`, {}, make('th', { scope: 'row' }, name), make('td.picture', {}, span && picture(span, end, bad)), cell(began), cell(took), cell(came ?? ''));
}

function picture({ from, took, first }, end, bad) {
  const at = (ms) => Math.min(WIDTH, Math.max(0, (ms / end) * WIDTH));
  const width = Math.max(4, at(from + took) - at(from));
  const mark = first != null && ['rect', { class: 'span-mark', x: Math.min(WIDTH - 3, at(first)), y: 0, width: 3, height: 12 }];
  const shapes = [['rect', { class: 'span-whole', width: WIDTH, height: 12 }], ['rect', { class: `span-part${bad ? ' span-bad' : ''}`, x: Math.min(at(from), WIDTH - width), y: 2, width, height: 8 }], mark];
  return drawing({ viewBox: `0 0 ${WIDTH} 12`, preserveAspectRatio: 'none', class: 'span' }, ...shapes.filter(Boolean));
}

const axis = (end) => make('span.axis-words', {}, make('span', {}, '0'), make('span', {}, duration(end / 2)), make('span', {}, duration(end)));
