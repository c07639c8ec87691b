// "What I remember": all that is kept of earlier conversations, in the drawer, each conversation with a button that erases it; below
// it what the customer may do with everything that is kept of them.

import { make } from './dom.js';
import { openDrawer } from './drawer.js';
import { yourData } from './privacy.js';

const KINDS = { resolved: 'Done', preference: 'How you like it', open: 'Open' };

/**
 * Opens the drawer and fills it once the server has answered.
 * @param {import('./api.js').Api} api as the customer
 * @param {HTMLElement} from the button that asked for it
 * @param {(text: string) => void} announce tells screen readers what was done
 * @param {() => void} erased what is to be done once nothing is kept of the customer any more
 */
export function openRemembered(api, from, announce, erased) {
  const body = make('div', { id: 'remembered-list', 'aria-busy': 'true' }, make('p.quiet', {}, 'One moment …'));
  const both = make('div.remembered', {}, body, yourData(api, announce, erased));
  openDrawer({ eyebrow: 'Your data', title: 'What I remember', body: both }, from);
  const show = () => fill(body, api, announce, show);
  show();
}

async function fill(body, api, announce, again) {
  try {
    const { memories } = await api.memory();
    body.replaceChildren(...(memories.length ? listed(memories, erasing(api, body, announce, again)) : [nothing()]));
  } catch (problem) {
    body.replaceChildren(make('p', { role: 'alert' }, problem.message), make('button.wide', { type: 'button', onclick: again }, 'Try again'));
  }
  body.removeAttribute('aria-busy');
}

function listed(memories, erase) {
  const sessions = [...new Set(memories.map(({ session_id: session }) => session))];
  const each = sessions.map((session) => conversation(memories.filter(({ session_id: of }) => of === session), () => erase(session)));
  return [
    make('p.quiet', {}, 'This is kept of earlier conversations, so that you need not say it twice. Erasing it leaves the conversations themselves as they are.'),
    ...each,
    make('button.wide', { type: 'button', onclick: () => erase(null) }, 'Erase all of it'),
  ];
}

function conversation(memories, erase) {
  const day = new Date(memories[0].at).toLocaleDateString(undefined, { dateStyle: 'long' });
  const line = ({ kind, text }) => make('li', {}, make('span.finding-kind', {}, KINDS[kind] ?? kind), make('span', {}, text));
  const button = make('button.erase', { type: 'button', onclick: erase, 'aria-label': `Erase what is kept of the conversation of ${day}` }, 'Erase');
  return make('section', {}, make('h3', {}, day), make('ul.lines', {}, ...memories.map(line)), button);
}

const nothing = () => make('p', {}, 'I remember nothing of earlier conversations.');

/** Erases what is kept of one conversation, or of all; the list is read anew, and the focus stays in the drawer. */
function erasing(api, body, announce, again) {
  return async (session) => {
    body.setAttribute('aria-busy', 'true');
    try {
      await api.forget(session);
      announce(session ? 'Erased.' : 'All of it is erased.');
      await again();
    } catch (problem) {
      body.removeAttribute('aria-busy');
      body.prepend(make('p', { role: 'alert' }, problem.message));
    }
    document.getElementById('drawer-body').focus();
  };
}
