// Starts the chat and ties the parts together: who speaks, in which tone, over which transport, in which conversation.

import { Api, BASE } from './api.js';
import { prepareComposer } from './composer.js';
import { Conversation } from './conversation.js';
import { byId, icon, make } from './dom.js';
import { closeDrawer, prepareDrawer } from './drawer.js';
import { choose, preference } from './memory.js';
import { Messages } from './messages.js';
import { openRemembered } from './remembered.js';
import { takeReturn } from './signin/url.js';
import { Speakers } from './speakers.js';
import { prepareThemeButton } from './theme-button.js';
import { NAMES, chosenFrom, transportsOf } from './transports/all.js';
import { openWhy } from './why.js';

const SUGGESTIONS = [
  'A red battery light came on',
  'What tyre pressure does my car need?',
  'Book a service',
  'How do I charge to 100 %?',
  'What does P0301 mean?',
];

const answer = takeReturn(); // first of all: it takes the code out of the address
const speakers = new Speakers();
let transports = {};
let conversation;

const composer = prepareComposer((text) => say(text));
const messages = new Messages({ edit: composer.put, decide, callBack: (wish) => conversation.callBack(wish), rate: (turn, rating) => conversation.rate(turn, rating), why: explain, signIn: () => speakers.signIn && signIn });

prepareDrawer();
prepareThemeButton();
prepareTone();
prepareSuggestions();
prepareTools();
const ready = arrive();

async function arrive() {
  notify(await speakers.arrive(BASE, answer));
  offerIdentities();
  offerSignIn();
  enter();
}

async function say(text, decision) {
  await ready; // somebody may type faster than the identities arrive
  showWelcome(false);
  conversation.say(text, byId('tone').value, decision);
}

function decide(text, decision) {
  say(text, decision);
  composer.focus();
}

function explain(reply, from) {
  openWhy(reply, from, () => conversation.record(reply.turn_id));
}

/** Opens the conversation of whoever speaks. */
function enter() {
  conversation?.leave();
  Object.values(transports).forEach((transport) => transport.close());
  closeDrawer();
  messages.clear();
  const api = new Api(BASE, speakers.current.credential);
  transports = transportsOf(api, speakers.client);
  offerTransports();
  offerMemory(api);
  conversation = new Conversation(api, speakers.current.key, messages, () => chosenFrom(transports, byId('transport').value));
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

function offerIdentities() {
  if (speakers.all.length < 2) return;
  const select = byId('identity');
  select.append(...speakers.all.map(({ name, vehicles }) => make('option', { value: name }, [name, ...vehicles.slice(0, 1).map(short)].join(' · '))));
  select.value = speakers.current.name;
  select.addEventListener('change', () => {
    speakers.choose(select.value);
    enter();
    announce(`You now speak as ${speakers.current.name}`);
  });
  byId('identity-picker').hidden = false;
}

function offerSignIn() {
  if (!speakers.signIn) return;
  const { known, name } = speakers.current;
  byId('account').hidden = false;
  byId('account-name').textContent = known ? name : '';
  byId('sign').append(icon(known ? 'leave' : 'person'), known ? 'Sign out' : 'Sign in');
  byId('sign').addEventListener('click', known ? signOut : signIn);
}

function signIn() {
  speakers.signIn.begin().catch((error) => notify(error.message));
}

async function signOut() {
  byId('sign').disabled = true;
  conversation.forget();
  location.assign(await speakers.signIn.end());
}

function offerTransports() {
  const select = byId('transport');
  select.replaceChildren(...Object.entries(NAMES).filter(([name]) => transports[name]).map(([value, name]) => make('option', { value }, name)));
  select.value = chosenFrom(transports, preference('transport'))?.name ?? '';
}

/** Only a customer has memories here. */
function offerMemory(api) {
  const button = byId('remembered');
  button.hidden = !speakers.current.known;
  button.onclick = () => openRemembered(api, button, announce, startAnew);
}

function showWelcome(shown) {
  byId('welcome').hidden = !shown;
  document.body.classList.toggle('talking', !shown);
}

function greet() {
  const { name, known, vehicles } = speakers.current;
  const [first] = name.split(' ');
  byId('greeting').textContent = known ? `Hello ${first}, how can we help?` : 'How can we help?';
  byId('lead').textContent = vehicles.length
    ? `Ask about your ${vehicles.join(' or your ')}, or anything around it.`
    : 'Ask about warning lights, charging, tyres or your next service. Every answer shows its sources.';
}

function prepareSuggestions() {
  const button = (text) => make('button.suggestion', { type: 'button', onclick: () => { say(text); composer.focus(); } }, make('span', {}, text), icon('arrow'));
  byId('suggestions').append(...SUGGESTIONS.map((text) => make('li', {}, button(text))));
}

function prepareTools() {
  const settings = byId('settings');
  byId('new').prepend(icon('new'));
  byId('remembered').append(icon('memory'));
  byId('new').addEventListener('click', startAnew);
  settings.append(icon('settings'));
  settings.addEventListener('click', () => settings.setAttribute('aria-expanded', String(settings.getAttribute('aria-expanded') !== 'true')));
  byId('transport').addEventListener('change', () => choose('transport', byId('transport').value));
}

function prepareTone() {
  const tone = byId('tone');
  tone.value = preference('tone');
  if (tone.selectedIndex < 0) tone.value = '';
  tone.addEventListener('change', () => choose('tone', tone.value));
}

function notify(text) {
  byId('notice').textContent = text;
  byId('notice').hidden = text === '';
}

function announce(text) {
  byId('status').textContent = text;
}

const short = (vehicle) => vehicle.replace('Veldra ', '');
