// Starts the chat and ties the parts together: who speaks, in which tone, in which conversation.

import { Api } from './api.js';
import { prepareComposer } from './composer.js';
import { Conversation } from './conversation.js';
import { byId, icon, make } from './dom.js';
import { closeDrawer, prepareDrawer } from './drawer.js';
import { choose, keepIdentity, lastIdentity, preference } from './memory.js';
import { Messages } from './messages.js';
import { openWhy } from './why.js';

const BASE = document.querySelector('meta[name="motorline-api"]')?.content ?? '';
const VISITOR = { name: 'Visitor', token: null, vehicles: [] };
const SUGGESTIONS = [
  'A red battery light came on',
  'What tyre pressure does my car need?',
  'Book a service',
  'How do I charge to 100 %?',
  'What does P0301 mean?',
];

let identities = [VISITOR];
let identity = VISITOR;
let conversation;

const composer = prepareComposer(say);
const messages = new Messages({ edit: composer.put, say, why: explain });

prepareDrawer();
prepareTheme();
prepareTone();
prepareSuggestions();
prepareTools();
const ready = offerIdentities().then(enter);

async function say(text) {
  await ready; // somebody may type faster than the identities arrive
  showWelcome(false);
  conversation.say(text, byId('tone').value);
}

function explain(reply, from) {
  openWhy(reply, from, () => conversation.record(reply.turn_id));
}

/** Opens the conversation of the current identity. */
function enter() {
  conversation?.leave();
  closeDrawer();
  messages.clear();
  conversation = new Conversation(new Api(BASE, identity.token), identity.name, messages);
  showWelcome(conversation.empty);
  greet();
  conversation.restore();
}

function startAnew() {
  conversation.forget();
  enter();
  announce('New conversation');
  composer.focus();
}

async function offerIdentities() {
  const demo = await new Api(BASE).demoIdentities();
  if (demo.length === 0) return;
  identities = [...demo, VISITOR];
  const select = byId('identity');
  select.append(...identities.map(({ name, vehicles }) => make('option', { value: name }, [name, ...vehicles.slice(0, 1).map(short)].join(' · '))));
  identity = identities.find(({ name }) => name === lastIdentity()) ?? identities[0];
  select.value = identity.name;
  select.addEventListener('change', () => speakAs(select.value));
  byId('identity-picker').hidden = false;
}

function speakAs(name) {
  identity = identities.find((other) => other.name === name) ?? VISITOR;
  keepIdentity(identity.name);
  enter();
  announce(`You now speak as ${identity.name}`);
}

function showWelcome(shown) {
  byId('welcome').hidden = !shown;
  document.body.classList.toggle('talking', !shown);
}

function greet() {
  const [first] = identity.name.split(' ');
  byId('greeting').textContent = identity.token ? `Hello ${first}, how can we help?` : 'How can we help?';
  byId('lead').textContent = identity.vehicles.length
    ? `Ask about your ${identity.vehicles.join(' or your ')}, or anything around it.`
    : 'Ask about warning lights, charging, tyres or your next service. Every answer shows its sources.';
}

function prepareSuggestions() {
  const button = (text) => make('button.suggestion', { type: 'button', onclick: () => { say(text); composer.focus(); } }, make('span', {}, text), icon('arrow'));
  byId('suggestions').append(...SUGGESTIONS.map((text) => make('li', {}, button(text))));
}

function prepareTools() {
  const settings = byId('settings');
  byId('new').prepend(icon('new'));
  byId('new').addEventListener('click', startAnew);
  settings.append(icon('settings'));
  settings.addEventListener('click', () => settings.setAttribute('aria-expanded', String(settings.getAttribute('aria-expanded') !== 'true')));
}

function prepareTone() {
  const tone = byId('tone');
  tone.value = preference('tone');
  if (tone.selectedIndex < 0) tone.value = '';
  tone.addEventListener('change', () => choose('tone', tone.value));
}

function prepareTheme() {
  const button = byId('theme');
  const root = document.documentElement;
  const show = () => {
    button.setAttribute('aria-pressed', String(root.dataset.theme === 'dark'));
    button.replaceChildren(icon(root.dataset.theme === 'dark' ? 'sun' : 'moon'));
  };
  button.addEventListener('click', () => {
    root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
    choose('theme', root.dataset.theme);
  });
  new MutationObserver(show).observe(root, { attributeFilter: ['data-theme'] });
  show();
}

function announce(text) {
  byId('status').textContent = text;
}

const short = (vehicle) => vehicle.replace('Veldra ', '');
