// Shows a week of what was learned: the figures, what emerged, what had no answer, which dangers pile up.

import { Api, BASE } from '../api.js';
import { bar, byId, make } from '../dom.js';
import { prepareThemeButton } from '../theme-button.js';
import { sentenceCase } from '../words.js';
import { Operators } from './operators.js';
import { sentencesOf } from './words.js';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

const operators = new Operators();
let monday = mondayOf(new Date());
let api = null;
let asked = 0;

prepareThemeButton();
byId('earlier').addEventListener('click', () => show(-1));
byId('later').addEventListener('click', () => show(1));
byId('report').addEventListener('click', saveReport);
arrive();

async function arrive() {
  await operators.arrive(BASE, null);
  if (operators.current) return begin();
  byId('found').removeAttribute('aria-busy');
  if (operators.signIn) return notice('Sign in at the desk first, and come back here.');
  notice('Who works? This is a demonstration: choose an operator.');
  const people = operators.all.map(({ name }) => make('li', {}, make('button.answer', { type: 'button', onclick: () => { operators.choose(name); begin(); } }, name)));
  byId('people').replaceChildren(...people);
  byId('people').hidden = false;
}

function begin() {
  byId('people').hidden = true;
  api = new Api(BASE, operators.current.credential);
  return show(0);
}

/** Shows the week that is so many weeks from the one that is shown. */
async function show(weeks) {
  if (!api) return;
  monday = new Date(monday.getTime() + weeks * WEEK_MS);
  const mine = (asked += 1);
  const week = nameOf(monday);
  const sunday = new Date(monday.getTime() + WEEK_MS - DAY_MS);
  byId('title').textContent = `Insights, week ${week}`;
  byId('when').textContent = `${dayOf(monday)} to ${dayOf(sunday)} (UTC)`;
  byId('later').disabled = monday.getTime() + WEEK_MS > Date.now();
  byId('found').setAttribute('aria-busy', 'true');
  try {
    const found = await read(week);
    if (mine !== asked) return; // another week was asked for meanwhile
    byId('notice').hidden = true;
    byId('found').replaceChildren(...parts(found));
    byId('status').textContent = `Week ${week} is shown`;
  } catch (problem) {
    if (mine !== asked) return;
    byId('found').replaceChildren();
    notice(sentencesOf(problem));
  }
  byId('found').removeAttribute('aria-busy');
}

async function read(week) {
  const window = `from=${monday.toISOString()}&until=${new Date(monday.getTime() + WEEK_MS).toISOString()}`;
  const get = async (path) => (await api.send(path)).json();
  const [insights, agents, models, intents] = await Promise.all([
    get(`/v1/insights?week=${week}`), ...['agent', 'model', 'intent'].map((by) => get(`/v1/analytics?${window}&by=${by}`)),
  ]);
  return { insights, all: agents.all, agents: agents.groups, models: models.groups, intents: intents.groups };
}

function parts({ insights, all, agents, models, intents }) {
  return [
    tiles(all),
    make('div.parts', {},
      dangers(insights), topics(insights), questions(insights), moods(insights),
      bill('Cost by agent', 'Agent', agents), bill('Cost by model', 'Model', models), intentsOf(intents)),
  ];
}

function tiles(all) {
  const tile = (name, value, note) => make('div.tile', {}, make('dt', {}, name), make('dd', {}, value), note && make('dd', {}, note));
  return make('dl.tiles', {},
    tile('Containment', share(all.containment), `${all.escalated} of ${all.conversations} went to a person`),
    tile('First-contact resolution', share(all.first_contact_resolution), `${all.resolved_first} of ${all.matters} matters; final after 7 days`),
    tile('Repeat contact', share(all.repeat_contact), `${all.repeated} of ${all.matters} within 7 days`),
    tile('Escalations', String(all.escalated), 'conversations with a person'),
    tile('Turns', String(all.turns), `${all.degraded} degraded`),
    tile('Rated helpful', share(all.satisfaction), `${all.feedback_up} up, ${all.feedback_down} down`),
    tile('Median reply', milliseconds(all.latency_ms.p50), `95 of 100 within ${milliseconds(all.latency_ms.p95)}`),
    tile('Cost of models', dollars(all.micro_usd), all.micro_usd_per_conversation === null ? '' : `${dollars(all.micro_usd_per_conversation)} a conversation`));
}

function dangers({ clusters, dangers: all }) {
  const lines = clusters.map(({ model, hazard, reports, usual }) => make('p', {}, make('strong', {}, `${model}: ${sentenceCase(hazard)}. `), `${reports} reports within 7 days; usual are ${usual.toFixed(1)}.`));
  const rows = all.map(({ model, hazard, reports }) => [model, sentenceCase(hazard), number(reports)]);
  const section = part('Dangers by model', lines.length ? lines : 'No danger piles up on a model.', table(['Model', 'Danger', number('Reports')], rows));
  section.classList.toggle('part-alarm', clusters.length > 0);
  return section;
}

function topics({ topics: all }) {
  const rows = all.map(({ kind, name, turns, share: now, usual_share: usual }) => [kind === 'intent' ? sentenceCase(name) : name, number(turns), number(`${share(usual)} → ${share(now)}`)]);
  return part('Emerging topics', all.length ? '' : 'No topic’s share rose significantly against the four weeks before.', table(['Topic', number('Turns'), number('Share')], rows));
}

function questions({ unanswered, missing_articles: articles, other_questions: others }) {
  const words = (all) => make('ul', {}, ...all.map((question) => make('li', {}, `“${question.words}”`)));
  const missing = articles.map(({ title, questions: all }) => make('div.asked', {}, make('strong', {}, title), ` – missing article, ${all.length} questions`, words(all.slice(0, 3))));
  const alone = others.length > 0 && make('div.asked', {}, 'Asked once', words(others.slice(0, 20)));
  return part('Unanswered questions', `${unanswered} ${unanswered === 1 ? 'turn' : 'turns'} had no answer. Names and numbers are taken out.`, ...missing, alone);
}

function moods({ moods_by_day: days, moods_by_intent: intents }) {
  const all = (mood) => mood.negative + mood.neutral + mood.positive;
  const row = (name, mood) => [name, number(all(mood)), number(share(mood.negative_share)), mood.negative > 0 ? bar(0, mood.negative_share) : ''];
  const head = (of) => [of, number('Turns'), number('Displeased'), make('span.visually-hidden', {}, 'As a bar')];
  return part('Mood', '', table(head('Day'), days.map((mood) => row(mood.of, mood))),
    table(head('Intent'), intents.slice(0, 8).map((mood) => row(sentenceCase(mood.of), mood))));
}

function bill(title, of, groups) {
  const paid = groups.filter(({ figures }) => figures.micro_usd > 0 || figures.input_tokens > 0);
  paid.sort((a, b) => b.figures.micro_usd - a.figures.micro_usd);
  const rows = paid.map(({ value, figures }) => [value, minor(figures.input_tokens), minor(figures.output_tokens), number(dollars(figures.micro_usd))]);
  return part(title, rows.length ? '' : 'No model was paid.', table([of, minor('Tokens read'), minor('Written'), number('Cost')], rows));
}

function intentsOf(groups) {
  const rows = groups.slice(0, 15).map(({ value, figures }) => [sentenceCase(value), number(figures.turns), number(share(figures.containment)), number(share(figures.first_contact_resolution)), minor(dollars(figures.micro_usd))]);
  return part('By intent', rows.length ? '' : 'No turns.', table(['Intent', number('Turns'), number('Contained'), number('FCR'), minor('Cost')], rows));
}

function part(title, text, ...content) {
  const lines = Array.isArray(text) ? text : [text && make('p', {}, text)];
  return make('section.part', {}, make('h2', {}, title), ...lines, ...content);
}

/** A cell that is set as a number. */
const number = (value) => ({ value: String(value), kind: 'number' });
/** One that a narrow screen does without. */
const minor = (value) => ({ value: String(value), kind: 'number.minor' });

function table(head, rows) {
  if (rows.length === 0) return null;
  const cell = (tag, attributes) => (content) => (content?.value === undefined ? make(tag, attributes, content) : make(`${tag}.${content.kind}`, attributes, content.value));
  return make('table', {}, make('thead', {}, make('tr', {}, ...head.map(cell('th', { scope: 'col' })))), make('tbody', {}, ...rows.map((row) => make('tr', {}, ...row.map(cell('td', {}))))));
}

async function saveReport() {
  if (!api) return;
  const week = nameOf(monday);
  try {
    const page = await (await api.send(`/v1/reports/${week}`, { headers: { Accept: 'text/html' } })).blob();
    const link = make('a', { href: URL.createObjectURL(page), download: `motorline-${week}.html` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    byId('status').textContent = 'The report is saved';
  } catch (problem) {
    notice(sentencesOf(problem));
  }
}

function notice(text) {
  byId('notice').textContent = text;
  byId('notice').hidden = false;
}

/** The Monday of a moment's week, at midnight (UTC). */
function mondayOf(moment) {
  const midnight = Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth(), moment.getUTCDate());
  return new Date(midnight - ((moment.getUTCDay() + 6) % 7) * DAY_MS);
}

/** The week of a Monday as ISO 8601 names it: its Thursday says which year it belongs to. */
function nameOf(first) {
  const thursday = new Date(first.getTime() + 3 * DAY_MS);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / WEEK_MS) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

const dayOf = (date) => date.toLocaleDateString(undefined, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
const share = (value) => (value === null || value === undefined ? '–' : `${(value * 100).toFixed(1)} %`);
const dollars = (microUsd) => `$${(microUsd / 1e6).toFixed(4)}`;
const milliseconds = (value) => (value === null ? '–' : `${Math.round(value)} ms`);
