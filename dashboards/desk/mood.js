// Draws how a customer felt in each message, as a small line from displeased below to pleased above.

import { drawing, make } from '../dom.js';
import { signed } from '../words.js';

const WIDTH = 160;
const HEIGHT = 44;
const EDGE = 5;

/** @param {number[]} mood from -1 to 1, the oldest first */
export function moodTrend(mood) {
  if (mood.length === 0) return make('span.quiet', {}, 'Not known');
  const x = (index) => (mood.length === 1 ? WIDTH / 2 : EDGE + (index * (WIDTH - 2 * EDGE)) / (mood.length - 1));
  const y = (score) => HEIGHT / 2 - Math.min(1, Math.max(-1, Number(score) || 0)) * (HEIGHT / 2 - EDGE);
  const points = mood.map((score, index) => [x(index), y(score)]);
  const dot = ([cx, cy], index) => ['circle', { class: mood[index] < -0.1 ? 'mood-dot mood-bad' : 'mood-dot', cx, cy, r: index === mood.length - 1 ? 4 : 2.5 }];
  const line = ['polyline', { class: 'mood-line', points: points.map((point) => point.map((value) => value.toFixed(1)).join(',')).join(' ') }];
  const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'mood', role: 'img', 'aria-hidden': null, 'aria-label': spoken(mood) };
  const zero = ['path', { class: 'mood-zero', d: `M0 ${HEIGHT / 2}H${WIDTH}` }];
  return make('span.mood-trend', {}, drawing(box, zero, line, ...points.map(dot)), make('span.mood-now', {}, signed(mood.at(-1))));
}

function spoken(mood) {
  const [first, last] = [mood[0], mood.at(-1)];
  if (mood.length === 1) return `Mood ${signed(last)}`;
  const way = last < first - 0.1 ? 'getting worse' : last > first + 0.1 ? 'getting better' : 'steady';
  return `Mood over ${mood.length} messages, from ${signed(first)} to ${signed(last)}, ${way}`;
}
