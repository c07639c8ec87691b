// What a reply rests on: each source with the sentences that cite it, and what was found and not used.

import { make } from '../dom.js';
import { renderText } from '../reply-text.js';
import { headings, kindOf } from '../words.js';

/** A sentence of the reply ends behind its mark, and the numbers of its sources. */
const SENTENCE = /[^.!?…\n]*(?:[.!?…](?!\s|$|["”')\]])[^.!?…\n]*)*[.!?…]*["”')]*(?:\s*\[\d{1,2}\])*/g;
const CITED = /\[(\d{1,2})\]/g;

export function evidence({ reply = {}, reports = [] }) {
  const { citations = [], text = '' } = reply;
  const sentences = (text.match(SENTENCE) ?? []).map((sentence) => sentence.trim()).filter(Boolean);
  const used = citations.map((citation, index) => source(citation, index + 1, sentences.filter((sentence) => numbersIn(sentence).includes(index + 1))));
  const found = reports.flatMap(({ findings = [] }) => findings).filter(({ finding }) => finding === 'passage');
  const left = found.filter((passage) => !citations.some((citation) => same(citation, passage)));
  const uncited = sentences.filter((sentence) => numbersIn(sentence).length === 0);
  return make('section.evidence', {}, make('h3', {}, 'What the reply rests on'),
    used.length ? make('ol.evidence-list', {}, used) : make('p.quiet', {}, 'Nothing was cited.'),
    uncited.length > 0 && text && fold('Sentences that state nothing of a source', make('ul', {}, uncited.map((sentence) => make('li', {}, sentence)))),
    left.length > 0 && fold(`${left.length} passage${left.length === 1 ? '' : 's'} found and not used`, make('ol.evidence-list', {}, left.map((passage) => source(passage, null, [])))));
}

const numbersIn = (sentence) => [...sentence.matchAll(CITED)].map(([, number]) => Number(number));
const same = (one, other) => one.document === other.document && one.section === other.section && one.text === other.text;
const plain = (sentence) => sentence.replace(CITED, '').replace(/\s+/g, ' ').trim();

function source({ title, document: name, section, kind, score, text }, number, sentences) {
  const relevance = kind === 'record' ? kindOf(kind) : `${kindOf(kind)} · ${name} · relevance ${Number(score ?? 0).toFixed(2)}`;
  const head = make('p.evidence-head', {}, number && make('span.chip-number', {}, `${number}`), make('strong', {}, [title || name, ...headings({ section })].join(' › ')));
  const says = sentences.map((sentence) => make('li', {}, `“${plain(sentence)}”`));
  return make('li', {}, head, make('p.quiet', {}, relevance), says.length > 0 && make('ul.says', { 'aria-label': 'Sentences that rest on it' }, says),
    fold('The passage', make('blockquote.passage', {}, renderText(text))));
}

const fold = (words, body) => make('details.findings', {}, make('summary', {}, make('span.agent', {}, words)), body);
