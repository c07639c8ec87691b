// Lists every call of a language model that a turn made: who asked, what came of it, what it cost.

import { make } from './dom.js';
import { duration, money, sentenceCase } from './words.js';

const OUTCOMES = { complete: 'complete', length: 'cut at its maximum', filtered: 'stopped by a filter', failed: 'failed', left: 'left for another' };

/** @returns {Node[]} a heading and a line a call; nothing where no model was asked */
export function callsOf({ reports = [] }) {
  const calls = reports.flatMap(({ agent, calls: made = [] }) => made.map((call) => ({ agent, ...call })));
  if (calls.length === 0) return [];
  return [make('h3', {}, 'Model calls'), make('ul.calls', {}, calls.map(line))];
}

function line({ agent, model, outcome = {}, usage = {}, estimated, first_ms: first, took_ms: took, prompt_version: version }) {
  const came = outcome.status === 'failed' ? `failed (${outcome.kind})` : OUTCOMES[outcome.status] ?? outcome.status;
  const cost = `${usage.input_tokens ?? 0} → ${usage.output_tokens ?? 0} tokens, ${money((usage.micro_usd ?? 0) / 1e6)}${estimated ? ' (our estimate)' : ''}`;
  const times = [first != null && `first words after ${duration(first)}`, `took ${duration(took)}`].filter(Boolean).join(', ');
  return make('li', {}, make('span.finding-kind', {}, sentenceCase(agent)), make('span', {}, `${model}: ${came}`),
    make('span.quiet', {}, [times, cost, version && `prompt ${version.slice(0, 12)}`].filter(Boolean).join(' · ')));
}
