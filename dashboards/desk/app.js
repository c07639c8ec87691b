// Starts the desk: finds out who works, signs them in, and begins their shift.

import { BASE } from '../api.js';
import { byId, make } from '../dom.js';
import { prepareDrawer } from '../drawer.js';
import { takeReturn } from '../signin/url.js';
import { prepareThemeButton } from '../theme-button.js';
import { prepareDialogs } from './dialogs.js';
import { prepareKeys } from './keys.js';
import { announce, prepareSound } from './notices.js';
import { Operators } from './operators.js';
import { Shift, showPane } from './shift.js';
import { sentencesOf } from './words.js';

const answer = takeReturn(); // first of all: it takes the code out of the address
const operators = new Operators();
const keys = {};
let shift = null;

prepareDrawer();
prepareThemeButton();
prepareDialogs();
prepareSound();
prepareKeys(keys);
prepareViews();
arrive();

async function arrive() {
  const failure = await operators.arrive(BASE, answer);
  operators.offer(workAs);
  offerSignOut();
  if (operators.current) return begin();
  if (operators.signIn) return gate('Sign in to work at the desk', 'Cases that wait for a person are here.', { notice: failure, words: 'Sign in', act: signIn });
  if (operators.all.length) return gate('Who works?', 'This is a demonstration: choose an operator, above or here.', { people: operators.all });
  gate('Nobody can work here', 'This server names no operators. Set an issuer of identities, or start the demonstration.', {});
}

function begin() {
  byId('gate').hidden = true;
  byId('main').hidden = false;
  shift = new Shift(operators, refused);
  Object.assign(keys, shift.keys(), { '/': () => { showPane('queue'); byId('search').focus(); byId('search').select(); }, v: otherView });
  shift.start();
}

function workAs(name) {
  shift?.stop();
  operators.choose(name);
  byId('identity').value = name;
  history.replaceState(null, '', location.pathname);
  begin();
  announce(`You now work as ${name}`);
}

/** The server knows who it is, and does not let them in; or no longer knows. */
function refused(problem) {
  shift.stop();
  shift = null;
  for (const key of Object.keys(keys)) delete keys[key];
  const again = operators.signIn && { words: problem.status === 401 ? 'Sign in again' : 'Sign out', act: problem.status === 401 ? signIn : signOut };
  gate(problem.status === 401 ? 'Your sign-in has ended' : 'The desk is for operators', sentencesOf(problem), { ...again, people: operators.signIn ? [] : operators.all });
}

function gate(title, text, { notice = '', words, act, people = [] }) {
  byId('main').hidden = true;
  byId('gate').hidden = false;
  byId('gate-title').textContent = title;
  byId('gate-words').textContent = text;
  byId('gate-notice').textContent = notice;
  byId('gate-notice').hidden = notice === '';
  byId('gate-do').hidden = !act;
  byId('gate-do').textContent = words ?? '';
  byId('gate-do').onclick = act;
  byId('gate-people').replaceChildren(...people.map(({ name }) => make('li', {}, make('button.answer', { type: 'button', onclick: () => workAs(name) }, name))));
}

function offerSignOut() {
  if (!operators.signIn || !operators.current) return;
  byId('account').hidden = false;
  byId('account-name').textContent = operators.current.name;
  byId('sign-out').addEventListener('click', signOut);
}

function signIn() {
  operators.signIn.begin().catch((error) => {
    byId('gate-notice').textContent = error.message;
    byId('gate-notice').hidden = false;
  });
}

async function signOut() {
  byId('sign-out').disabled = true;
  location.assign(await operators.signIn.end());
}

function prepareViews() {
  const tabs = [byId('view-cases'), byId('view-live')];
  tabs.forEach((tab, index) => {
    tab.addEventListener('click', () => choose(tab));
    tab.addEventListener('keydown', (event) => {
      if (!['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
      event.preventDefault();
      choose(tabs[1 - index]);
      tabs[1 - index].focus();
    });
  });
  byId('search').addEventListener('input', () => shift?.search(byId('search').value.trim()));
  byId('search').addEventListener('keydown', leaveSearch);
  document.querySelectorAll('.panes button').forEach((button) => button.addEventListener('click', () => showPane(button.dataset.pane)));
}

function leaveSearch(event) {
  if (!['Escape', 'Enter', 'ArrowDown'].includes(event.key)) return;
  event.preventDefault();
  if (event.key === 'Escape') {
    byId('search').value = '';
    shift?.search('');
  }
  if (byId('live-view').hidden) shift?.focusList();
  else byId('live').querySelector('button')?.focus();
}

function choose(tab) {
  for (const each of [byId('view-cases'), byId('view-live')]) {
    each.setAttribute('aria-selected', String(each === tab));
    each.tabIndex = each === tab ? 0 : -1;
    byId(each.getAttribute('aria-controls')).hidden = each !== tab;
  }
  shift?.live.show(tab.id === 'view-live');
}

function otherView() {
  const tab = byId('live-view').hidden ? byId('view-live') : byId('view-cases');
  choose(tab);
  tab.focus();
}
