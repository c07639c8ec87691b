// "Your data", below what is remembered: everything as one file to take along, and the button that erases all of it.

import { make } from './dom.js';

/**
 * @param {import('./api.js').Api} api as the customer
 * @param {(text: string) => void} announce tells screen readers what was done
 * @param {() => void} erased what is to be done once nothing is kept any more
 */
export function yourData(api, announce, erased) {
  const section = make('section.your-data', { 'aria-labelledby': 'your-data' });
  const show = (...children) => section.replaceChildren(make('h3', { id: 'your-data' }, 'Everything that is kept of you'), ...children);
  offer(section, show, { api, announce, erased });
  return section;
}

function offer(section, show, ways) {
  const download = make('button.wide', { type: 'button', onclick: () => attempt(section, download, () => save(ways)) }, 'Download my data');
  const erase = make('button.erase.wide', { type: 'button', onclick: () => ask(section, show, ways) }, 'Erase everything …');
  show(make('p.quiet', {}, 'Conversations, appointments, what people wrote to you, your profile: yours to take along, and to erase.'), download, erase);
  return erase;
}

async function save({ api, announce }) {
  const text = JSON.stringify(await api.exported(), null, 2);
  const href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  make('a', { href, download: `my-data-${new Date().toISOString().slice(0, 10)}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
  announce('Your data is downloaded.');
}

function ask(section, show, ways) {
  const keep = make('button.wide', { type: 'button', onclick: () => offer(section, show, ways).focus() }, 'Keep my data');
  const sure = make('button.erase.wide', { type: 'button', onclick: () => attempt(section, sure, () => erase(show, ways, keep)) }, 'Yes, erase everything');
  const warning = 'All conversations, memories, appointments and your profile are erased for good. Booked slots become free, and nobody can bring anything back.';
  show(make('p', { id: 'erase-warning' }, warning), sure, keep);
  sure.setAttribute('aria-describedby', 'erase-warning');
  keep.focus();
}

async function erase(show, { api, announce, erased }, keep) {
  keep.disabled = true;
  announce('Erasing. This takes some seconds.');
  const receipt = await api.eraseAll().finally(() => { keep.disabled = false; });
  const pieces = receipt.stores.filter(({ pieces: some }) => some > 0);
  const line = ({ store, pieces: some }) => make('li', {}, make('span.finding-kind', {}, store.replaceAll('_', ' ')), make('span', {}, `${some} erased`));
  const done = make('button.wide', { type: 'button', onclick: erased }, 'Close');
  show(
    make('p', {}, 'Nothing is kept of you any more. This is your receipt:'),
    make('ul.lines', {}, ...pieces.map(line)),
    make('p.quiet', {}, `Receipt ${receipt.receipt_id} of ${new Date(receipt.ended).toLocaleString()}`),
    done,
  );
  document.getElementById('remembered-list')?.remove();
  announce('Everything is erased. The receipt is shown.');
  done.focus();
}

/** Does what a button asks for; what fails is said above it, and may be asked for again. */
async function attempt(section, button, work) {
  section.querySelector('[role=alert]')?.remove();
  section.setAttribute('aria-busy', 'true');
  button.disabled = true;
  try {
    await work();
  } catch (problem) {
    button.before(make('p', { role: 'alert' }, [problem.message, problem.hint].filter(Boolean).join(' ')));
  } finally {
    button.disabled = false;
    section.removeAttribute('aria-busy');
  }
}
