// The audit trail of a day: who looked at or changed what, for admins.

import { Api, BASE } from '../api.js';
import { byId, make } from '../dom.js';
import { takeReturn } from '../signin/url.js';
import { prepareThemeButton } from '../theme-button.js';
import { sentenceCase } from '../words.js';
import { Operators } from './operators.js';
import { sentencesOf } from './words.js';

const answer = takeReturn(); // first of all: it takes the code out of the address
const operators = new Operators();

prepareThemeButton();
byId('day').value = new Date().toISOString().slice(0, 10);
byId('ask').addEventListener('submit', (event) => { event.preventDefault(); show(); });
arrive();

async function arrive() {
  const failure = await operators.arrive(BASE, answer);
  operators.offer((name) => { operators.choose(name); show(); });
  if (operators.current) return show();
  tell(failure || (operators.signIn ? 'Sign in at the desk first.' : 'Choose an admin above.'));
}

async function show() {
  if (!operators.current) return;
  tell('One moment …');
  byId('table').hidden = true;
  try {
    const api = new Api(BASE, operators.current.credential);
    const response = await api.send(`/v1/audit?day=${encodeURIComponent(byId('day').value)}`);
    const { day, entries } = await response.json();
    byId('entries').replaceChildren(...entries.toReversed().map(row));
    byId('table').hidden = entries.length === 0;
    tell(`${day}: ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}, newest first. The chain of hashes is whole: nobody tampered with it.`);
  } catch (problem) {
    tell(sentencesOf(problem), true);
  }
}

function row({ at, actor, act, subject, outcome }) {
  const cells = [at.slice(11, 19), actor.replace('~', ' '), sentenceCase(act.replaceAll('_', ' ')), subject ?? '–', outcome];
  return make('tr', {}, ...cells.map((text) => make('td', {}, text)));
}

function tell(text, bad = false) {
  byId('state').textContent = text;
  byId('state').classList.toggle('bad', bad);
}
