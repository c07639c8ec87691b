// Lists what each agent found, one line a finding, in words; a kind it does not know is listed by its fields.

import { make } from './dom.js';
import { percent, sentenceCase, signed } from './words.js';

/** @returns {Node[]} a heading and one disclosure per agent that found something */
export function findingsOf(record) {
  const reports = (record.reports ?? []).filter((report) => report.findings?.length);
  if (reports.length === 0) return [make('p.quiet', {}, 'No findings were recorded.')];
  return [make('h3', {}, 'Findings'), ...reports.map(disclosure), make('p.quiet', {}, `Turn ${record.turn?.id ?? ''}, closed ${moment(record.closed)}`)];
}

function disclosure({ agent, stage, findings }) {
  const count = `${findings.length} finding${findings.length === 1 ? '' : 's'}`;
  const summary = make('summary', {}, make('span.agent', {}, sentenceCase(agent)), make('span.quiet', {}, [sentenceCase(stage), count].filter(Boolean).join(' · ')));
  return make('details.findings', {}, summary, make('ul', {}, findings.map((finding) => make('li', {}, ...line(finding)))));
}

function line({ finding: kind, ...fields }) {
  const [main, ...more] = LINES[kind]?.(fields) ?? [listed(fields)];
  const second = more.filter(Boolean).join(' · ');
  return [make('span.finding-kind', {}, sentenceCase(kind)), make('span', {}, main), second && make('span.quiet', {}, second)];
}

const CONSENT = { yes: 'The customer agreed', no: 'The customer declined', change: 'The customer wants it otherwise', unclear: 'No plain answer' };
const STATES = { proposed: 'only after your yes', carried_out: 'done', failed: 'not done', declined: 'not wanted' };

const LINES = {
  intent: ({ label, confidence, alternatives = [], urgency }) => [
    `${sentenceCase(label)}, ${percent(confidence)}`, urgency && `urgency ${urgency}`,
    alternatives.length > 0 && `else ${alternatives.map(([name, share]) => `${sentenceCase(name).toLowerCase()} ${percent(share)}`).join(', ')}`,
  ],
  sentiment: ({ polarity, score, intensity, urgency, hazards = [] }) => [
    `${sentenceCase(polarity)}, ${signed(score)}`, `intensity ${percent(intensity)}`, urgency && `urgency ${urgency}`,
    hazards.length > 0 && `hazards: ${hazards.map(({ name, evidence }) => `${name} (“${evidence}”)`).join(', ')}`,
  ],
  profile: ({ name, vehicles = [], market }) => [
    name, vehicles.map(({ year, model, variant }) => `${year} Veldra ${model} ${variant}`).join(', '), market && `market ${market.toUpperCase()}`,
  ],
  passage: ({ title, section, score }) => [title, section, `relevance ${Number(score).toFixed(2)}`],
  route: ({ target, queue, reason, tier, agents = [] }) => [
    `${target === 'human' ? 'A person' : 'The assistant'}, queue ${sentenceCase(queue)}`, reason, tier && `${tier} model`,
    agents.length > 0 && `then asks ${agents.join(', ')}`,
  ],
  fact: ({ text, source }) => [text, source],
  verdict: ({ consent, actions = [] }) => [CONSENT[consent] ?? sentenceCase(consent), actions.map(({ summary }) => summary).join(' ') || 'to a proposal that is no longer open'],
  statement: ({ text, source, closes }) => [text, source, closes && 'deals with the matter'],
  action: ({ kind, summary, state = {} }) => [summary ?? sentenceCase(kind), STATES[state.status] ?? 'only after your yes', state.outcome ?? state.reason],
  handoff: ({ queue, held_by: person, position, wait_minutes: minutes, opens }) => [
    person ? `${person} holds it` : `Waits in the queue ${sentenceCase(queue)}`, position && `place ${position}`, minutes && `about ${minutes} min`, opens && `people are there ${opens}`,
  ],
  suggestion: ({ text, citations = [], model }) => [text, `suggested to the person, not said`, model, `${citations.length} source${citations.length === 1 ? '' : 's'}`],
  withheld: ({ name, rule }) => [`${name} was not shown`, rule],
  offer: ({ name, summary, reason }) => [name, summary, reason],
  reply: ({ text, citations = [], model }) => [text, model, `${citations.length} source${citations.length === 1 ? '' : 's'}`],
};

function listed(fields) {
  return Object.entries(fields).map(([name, value]) => `${sentenceCase(name)}: ${typeof value === 'object' ? JSON.stringify(value) : value}`).join(' · ');
}

function moment(text) {
  const date = new Date(text);
  return Number.isNaN(date.valueOf()) ? '' : date.toLocaleString();
}
