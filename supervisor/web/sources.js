// Shows what a reply rests on: markers in the text, chips below it, and the passage itself in the drawer.

import { make } from './dom.js';
import { openDrawer } from './drawer.js';
import { renderText } from './reply-text.js';
import { headings, kindOf, language, shortSource, yearSpans } from './words.js';

/** More chips than this are folded away. */
const SHOWN = 4;

/** Makes the function that turns `[n]` into a marker; numbers without a source stay plain text. */
export function markerOf(citations) {
  return (number) => {
    const citation = citations[number - 1];
    if (!citation) return null;
    const { title, heading } = shortSource(citation);
    const label = `Source ${number}: ${[title, heading].filter(Boolean).join(', ')}`;
    const button = make('button.marker', { type: 'button', 'aria-label': label, title: label, 'aria-haspopup': 'dialog' }, `${number}`);
    button.addEventListener('click', () => openPassage(citation, number, button));
    // The word joiner keeps the marker on the line of the word that it belongs to.
    return make('sup', {}, '\u2060', button);
  };
}

/** The row of source chips; null when there are none. */
export function sourceRow(citations) {
  if (citations.length === 0) return null;
  const chips = citations.map((citation, index) => make('li', { hidden: index >= SHOWN }, chip(citation, index + 1)));
  const list = make('ul.sources', { 'aria-label': 'Sources' }, chips);
  if (citations.length > SHOWN) list.append(unfold(chips));
  return list;
}

function chip(citation, number) {
  const { title, heading } = shortSource(citation);
  const path = heading && [make('span.chip-arrow', { 'aria-hidden': 'true' }, '›'), make('span.chip-heading', {}, heading)];
  const words = make('span.chip-words', {}, make('span.chip-title', {}, title), ' ', ...(path || []));
  const button = make('button.chip', { type: 'button', 'aria-haspopup': 'dialog' }, make('span.chip-number', {}, `${number}`), words);
  button.addEventListener('click', () => openPassage(citation, number, button));
  return button;
}

function unfold(chips) {
  const folded = chips.slice(SHOWN);
  const button = make('button.chip.chip-more', { type: 'button' }, `${folded.length} more`);
  const item = make('li', {}, button);
  button.addEventListener('click', () => {
    folded.forEach((chip) => { chip.hidden = false; });
    item.remove();
    folded[0].firstElementChild.focus();
  });
  return item;
}

function openPassage(citation, number, from) {
  const body = document.createDocumentFragment();
  const path = headings(citation);
  if (path.length) body.append(make('ol.path', { 'aria-label': 'Section' }, path.map((heading) => make('li', {}, heading))));
  body.append(make('blockquote.passage', {}, renderText(citation.text)), applies(citation));
  openDrawer({ eyebrow: `Source ${number} · ${kindOf(citation.kind)}`, title: citation.title || citation.document, body }, from);
}

function applies({ applies = {}, kind }) {
  const { models = [], years = [], markets = [], language: tag } = applies;
  if (kind === 'record') return make('p.quiet', {}, 'From what Veldra knows about you and your car.');
  const rows = [
    ['Models', models.join(', ') || 'All models'],
    ['Model years', yearSpans(years) || 'All years'],
    ['Markets', markets.map((market) => market.toUpperCase()).join(', ') || 'All markets'],
    tag && ['Language', language(tag)],
  ].filter(Boolean);
  const list = make('dl.facts', {}, rows.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))));
  return make('section', { 'aria-label': 'Applies to' }, make('h3', {}, 'Applies to'), list);
}
