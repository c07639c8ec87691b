// Percentiles and sums over repeated runs.

import { rate } from './measure.js';

/** The nearest-rank percentile: a value that was really measured. NaN of nothing. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/**
 * Sums up one transport's measurements. Runs without a reply count as errors and in nothing else.
 * @param {import('./measure.js').Measurement[]} runs
 */
export function summary(runs) {
  const replied = runs.filter(({ error }) => error === null);
  return {
    runs: runs.length,
    first: spread(replied.map(({ firstMs }) => firstMs)),
    total: spread(replied.map(({ totalMs }) => totalMs)),
    rate: percentile(replied.map(rate), 0.5),
    received: percentile(replied.map(({ received }) => received), 0.5),
    sent: percentile(replied.map(({ sent }) => sent), 0.5),
    retries: runs.reduce((sum, { retries }) => sum + retries, 0),
    errors: runs.length - replied.length,
  };
}

function spread(values) {
  return { values, p50: percentile(values, 0.5), p95: percentile(values, 0.95), p99: percentile(values, 0.99) };
}
