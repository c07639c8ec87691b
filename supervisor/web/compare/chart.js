// Draws times as inline SVG, without a library: positions in per cent, so that a drawing fits any width and its text stays readable.

import { drawing, make } from '../dom.js';
import { NAMES } from '../transports/all.js';
import { duration } from '../words.js';

/** One run: the wait for the first words in a pale colour, the rest of the reply in a strong one. */
export function timeline(measurements) {
  const scale = scaleTo(measurements.map(({ totalMs }) => totalMs));
  const rows = measurements.map(({ transport, firstMs, totalMs, error }) => {
    const first = firstMs ?? totalMs;
    const wait = ['rect', { class: 'wait', x: '0%', y: 6, width: scale.at(first), height: 12, rx: 3 }];
    const flow = ['rect', { class: 'flow', x: scale.at(first), y: 6, width: scale.at(Math.max(totalMs - first, scale.hair)), height: 12, rx: 3 }];
    return row(transport, scale, error ? [wait] : [wait, flow], 24, error ? 'no reply' : `${duration(first)} / ${duration(totalMs)}`);
  });
  return make('div.chart', { role: 'group', 'aria-label': 'First words and total time of this run' }, rows, axis(scale));
}

/**
 * Many runs: a dot for each, a line at p50, a broken one at p95.
 * @param {string} title
 * @param {Array<{transport: string, values: number[], p50: number, p95: number}>} series
 */
export function dots(title, series) {
  const scale = scaleTo(series.flatMap(({ values }) => values));
  const rows = series.filter(({ values }) => values.length).map(({ transport, values, p50, p95 }) => {
    const marks = values.map((value, index) => ['circle', { class: 'dot', cx: scale.at(value), cy: 9 + (index * 5) % 11, r: 3.5 }]);
    const line = (value, kind) => ['line', { class: kind, x1: scale.at(value), x2: scale.at(value), y1: 2, y2: 26 }];
    return row(transport, scale, [...marks, line(p95, 'p95'), line(p50, 'p50')], 28, `p50 ${duration(p50)}`);
  });
  return make('figure.plot', {}, make('figcaption', {}, title), make('div.chart', {}, rows, axis(scale)));
}

function row(transport, scale, shapes, height, words) {
  const grid = scale.ticks.map((tick) => ['line', { class: 'grid', x1: scale.at(tick), x2: scale.at(tick), y1: 0, y2: height }]);
  const svg = drawing({ class: `strip of-${transport}`, height }, ...grid, ...shapes);
  return make('div.chart-row', {}, make('span.chart-name', {}, NAMES[transport]), svg, make('span.chart-value', {}, words));
}

function axis({ ticks, at }) {
  const svg = drawing({ class: 'strip axis', height: 18 }, ...ticks.map((tick, index) => ['text', { x: at(tick), y: 13, class: index ? 'tick' : 'tick-first' }, index ? duration(tick) : '0']));
  return make('div.chart-row', {}, make('span.chart-name'), svg, make('span.chart-value'));
}

/** From zero to the largest value, with a tick at every round step. */
function scaleTo(values) {
  const end = Math.max(...values, 1);
  const power = 10 ** Math.floor(Math.log10(end));
  const step = [0.2, 0.25, 0.5, 1, 2].map((factor) => factor * power).find((size) => end / size <= 5.5);
  const ticks = Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step);
  // The last hundredths are left for the dot at the very end.
  return { ticks, hair: end * 0.004, at: (value) => `${((value / end) * 97 + 0.5).toFixed(2)}%` };
}
