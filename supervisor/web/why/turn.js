// Why a turn went as it did, all of it: one view for the customer's chat and the operators' desk, made from the record alone.

import { make } from '../dom.js';
import { openDrawer } from '../drawer.js';
import { findingsOf } from '../findings.js';
import { facts, section } from '../why.js';
import { duration, money, percent, sentenceCase } from '../words.js';
import { bill } from './bill.js';
import { evidence } from './evidence.js';
import { timeline } from './timeline.js';

const LOST = { late: 'did not answer in time', abandoned: 'was stopped, because nobody listened any more' };
const STATES = { proposed: 'proposed; done only after a yes', carried_out: 'done', failed: 'not done', declined: 'not wanted' };
const CONSENT = { yes: 'The customer agreed', no: 'The customer declined', change: 'The customer wanted it otherwise', unclear: 'The answer was not plain' };
const MEMORIES = { resolved: 'done before', preference: 'preference', open: 'left open' };

/** Opens it in the drawer, as wide as the window allows. @param {Object} record @param {HTMLElement} from the button that asked for it */
export function openTurn(record, from) {
  openDrawer({ eyebrow: 'Why this answer', title: headline(record), body: turnView(record), wide: true }, from);
}

export function headline({ turn }) {
  const text = turn?.text ?? '';
  return text.length > 90 ? `“${text.slice(0, 88).trimEnd()} …”` : `“${text}”`;
}

/** @param {Object} record of a closed turn, as the API tells it @returns {HTMLElement} */
export function turnView(record) {
  const parts = [summary(record), reduced(record), timeline(record), route(record), evidence(record), bill(record), actions(record), memory(record), findings(record)];
  return make('div.why.why-turn', {}, parts);
}

const all = ({ reports = [] }, kind) => reports.flatMap(({ findings = [] }) => findings).filter(({ finding }) => finding === kind);

function summary(record) {
  const { reports = [], reply = {}, timing = {}, usage = {}, degraded = [] } = record;
  const [intent] = all(record, 'intent');
  const asked = reports.filter(({ outcome }) => outcome?.status !== 'skipped').length;
  const calls = reports.flatMap(({ calls: made = [] }) => made).length;
  return section('In short', facts(
    intent && ['Request', `${sentenceCase(intent.label)}, ${percent(intent.confidence)} sure`],
    ['Agents', `${asked} asked, ${degraded.length === 0 ? 'all of them in full' : `${degraded.length} of them with less than they should`}`],
    ['Time', `${duration(timing.total_ms)}, first words after ${duration(timing.first_token_ms)}`],
    ['Model', `${[reply.model || 'none', reply.arm].filter(Boolean).join(', in the experiment ')}, ${calls} call${calls === 1 ? '' : 's'}`],
    ['Cost', `${money((usage.micro_usd ?? 0) / 1e6)}, ${usage.input_tokens ?? 0} tokens read, ${usage.output_tokens ?? 0} written`],
  ));
}

/** What is missing or less than it should be, and why. */
function reduced({ reports = [], degraded = [] }) {
  const less = reports.filter(({ agent }) => degraded.includes(agent));
  if (less.length === 0) return null;
  const line = ({ agent, outcome = {} }) => {
    const words = outcome.status === 'reduced' ? `answered by lesser means: ${outcome.reason}` : LOST[outcome.status] ?? `failed (${outcome.kind}): ${outcome.message}`;
    return make('li', {}, make('strong', {}, sentenceCase(agent)), ` ${words}`);
  };
  return make('section.less', {}, make('h3', {}, 'Missing, or less than it should be'), make('ul', {}, less.map(line)));
}

function route(record) {
  const found = all(record, 'route').at(-1);
  if (!found) return section('Where it went', make('p.quiet', {}, 'Nobody decided: the routing agent gave no answer.'));
  const { target, queue, reason, tone, tier, agents = [], safety } = found;
  return section('Where it went', facts(
    ['Meant for', target === 'human' ? 'A person' : 'The assistant'], ['Queue', sentenceCase(queue)], ['Rule and reason', reason],
    ['Manner', `${sentenceCase(tone)}, ${tier} model`], ['Then asked', agents.length ? agents.map(sentenceCase).join(', ') : 'Nobody'],
    safety && ['Said first', safety.text],
  ));
}

function actions(record) {
  const verdicts = all(record, 'verdict');
  const found = all(record, 'action');
  if (found.length + verdicts.length === 0) return null;
  const answered = ({ consent, actions: meant = [] }) => make('li', {}, make('strong', {}, CONSENT[consent] ?? sentenceCase(consent)), meant.length ? ` to: ${meant.map((action) => action.summary).join(' ')}` : '');
  const came = ({ agent, kind, summary: words, state = {}, parameters = {} }) => {
    const more = Object.entries(parameters).map(([name, value]) => `${sentenceCase(name).toLowerCase()} ${value}`).join(', ');
    return make('li', {}, make(`span.outcome.outcome-${state.status === 'failed' ? 'failed' : 'answered'}`, {}, STATES[state.status] ?? state.status),
      make('span', {}, words), make('span.quiet', {}, [sentenceCase(agent), sentenceCase(kind), more, state.outcome ?? state.reason].filter(Boolean).join(' · ')));
  };
  return section('Actions, and what became of them', make('ul.actions-list', {}, verdicts.map(answered), found.map(came)));
}

/** What was known of the customer from before. */
function memory(record) {
  const [profile] = all(record, 'profile');
  if (!profile) return null;
  const { name, vehicles = [], history = [], memories = [], consents = {} } = profile;
  const list = (lines) => (lines.length ? make('ul', {}, lines.map((line) => make('li', {}, line))) : 'Nothing');
  return section('What was known from before', facts(
    ['Profile', [name, ...vehicles.map(({ year, model, variant }) => `${year} ${model} ${variant}`)].filter(Boolean).join(', ')],
    ['Past matters', list(history.map(({ on, summary: words, open }) => `${on}: ${words}${open ? ' (open)' : ''}`))],
    ['Remembered', list(memories.map(({ kind, text }) => `${text} (${MEMORIES[kind] ?? kind})`))],
    ['Agreed to', [consents.marketing && 'offers', consents.vehicle_data && 'use of the car’s data'].filter(Boolean).join(', ') || 'Nothing'],
  ));
}

const findings = (record) => make('section.record', {}, ...findingsOf(record));
