// All runs of this browser: percentiles in a table, and every run as a dot.

import { byId, make } from '../dom.js';
import { keepMeasurements, measurements } from '../memory.js';
import { NAMES } from '../transports/all.js';
import { bytes, duration, perSecond } from '../words.js';
import { dots } from './chart.js';
import { summary } from './statistics.js';

/** Older measurements than these make room. */
const KEPT = 900;
/** A drawing of fewer runs than this says no more than the table. */
const DRAWN_FROM = 3;

export function remember(measurement) {
  keepMeasurements([...measurements(), measurement].slice(-KEPT));
}

export function forgetAll() {
  keepMeasurements([]);
}

/** Shows the runs that `counts` chooses. */
export function showHistory(counts) {
  const runs = measurements().filter(counts);
  const series = Object.keys(NAMES).map((transport) => ({ transport, ...summary(runs.filter((run) => run.transport === transport)) })).filter((one) => one.runs);
  byId('history-empty').hidden = series.length > 0;
  byId('history').replaceChildren(...(series.length ? [...drawn(series), table(series, runs)] : []));
}

function drawn(series) {
  if (Math.max(...series.map(({ first }) => first.values.length)) < DRAWN_FROM) return [];
  const plots = [dots('First words', series.map(({ transport, first }) => ({ transport, ...first }))), dots('Total time', series.map(({ transport, total }) => ({ transport, ...total })))];
  return [make('div.plots', {}, plots), make('p.quiet.legend', {}, 'A dot for each run; the line stands at p50, the broken line at p95.')];
}

function table(series, runs) {
  const unit = runs.every(({ words }) => words) ? 'Words/s' : runs.some(({ words }) => words) ? 'Tokens or words/s' : 'Tokens/s';
  const head = (words, more = {}) => make('th', { scope: 'col', ...more }, words);
  const groups = make('tr', {}, head('Transport', { rowspan: 2 }), head('Runs', { rowspan: 2 }), head('First words', { colspan: 3, scope: 'colgroup' }),
    head('Total time', { colspan: 3, scope: 'colgroup' }), ...[unit, 'Received', 'Sent', 'Retries', 'Errors'].map((words) => head(words, { rowspan: 2 })));
  const shares = make('tr', {}, ['p50', 'p95', 'p99', 'p50', 'p95', 'p99'].map((words) => head(words)));
  const body = series.map(({ transport, runs: count, first, total, rate, received, sent, retries, errors }) => make('tr', { 'data-transport': transport },
    make('th', { scope: 'row' }, make('span.key', { class: `key of-${transport}`, 'aria-hidden': 'true' }), NAMES[transport]),
    [String(count), ...[first, total].flatMap(({ p50, p95, p99 }) => [p50, p95, p99].map((ms) => known(ms, duration))),
      known(rate, perSecond), known(received, bytes), known(sent, bytes), String(retries), String(errors)].map((value) => make('td', {}, value))));
  const caption = make('caption', {}, 'Percentiles of the runs with a reply; rates and bytes are medians');
  return make('div.table.percentiles', { tabindex: 0, role: 'group', 'aria-label': 'Table of percentiles' }, make('table', {}, caption, make('thead', {}, groups, shares), make('tbody', {}, body)));
}

const known = (value, put) => (Number.isFinite(value) ? put(value) : '–');
