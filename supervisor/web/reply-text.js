// Shows the plain text of replies and passages: paragraphs, lists, tables, emphasis, and [n] as source markers.

import { make } from './dom.js';

const BULLET = /^\s*[-*•]\s+/;
const NUMBER = /^\s*(\d{1,3})[.)]\s+/;
const HEADING = /^#{1,6}\s+/;
const TABLE = /^\s*\|.*\|\s*$/;
const RULE = /^[\s|:-]+$/;
const INLINE = /(\*\*[^*\n]+\*\*|`[^`\n]+`|\s*\[\d{1,2}\])/;

/**
 * @param {string} text
 * @param {(number: number) => Node|null} [marker] makes the marker of a source; null when there is no such source
 * @returns {DocumentFragment}
 */
export function renderText(text, marker = () => null) {
  const page = document.createDocumentFragment();
  for (const block of blocks(String(text ?? ''))) page.append(SHAPES[block.kind](block.lines, marker));
  return page;
}

/** Groups the lines: a block is a run of lines of one kind; an empty line ends it. */
function blocks(text) {
  const found = [];
  let current = null;
  for (const line of text.split(/\r?\n/)) {
    const kind = line.trim() ? kindOf(line) : null;
    const continues = current && kind === 'paragraph' && /^\s{2,}/.test(line) && current.kind !== 'paragraph';
    if (continues) current.lines.push(`${current.lines.pop()} ${line.trim()}`);
    else if (kind && current?.kind === kind && kind !== 'heading') current.lines.push(line);
    else if (kind) found.push((current = { kind, lines: [line] }));
    else current = null;
  }
  return found;
}

function kindOf(line) {
  if (TABLE.test(line)) return 'table';
  if (HEADING.test(line)) return 'heading';
  if (BULLET.test(line)) return 'bullets';
  return NUMBER.test(line) ? 'numbers' : 'paragraph';
}

const SHAPES = {
  paragraph: (lines, marker) => make('p', {}, lines.flatMap((line, index) => (index ? [make('br'), ...inline(line, marker)] : inline(line, marker)))),
  heading: ([line], marker) => make('p.subheading', {}, inline(line.replace(HEADING, ''), marker)),
  bullets: (lines, marker) => make('ul', {}, lines.map((line) => make('li', {}, inline(line.replace(BULLET, ''), marker)))),
  numbers(lines, marker) {
    const start = Number(NUMBER.exec(lines[0])[1]);
    return make('ol', { start: start === 1 ? null : start }, lines.map((line) => make('li', {}, inline(line.replace(NUMBER, ''), marker))));
  },
  table(lines, marker) {
    const rows = lines.filter((line) => !RULE.test(line)).map((line) => line.trim().slice(1, -1).split('|'));
    const row = (cells, tag) => make('tr', {}, cells.map((cell) => make(tag, { scope: tag === 'th' && 'col' }, inline(cell.trim(), marker))));
    const [head, ...body] = rows;
    const table = make('table', {}, make('thead', {}, row(head ?? [], 'th')), make('tbody', {}, body.map((cells) => row(cells, 'td'))));
    return make('div.table', { tabindex: 0, role: 'group', 'aria-label': 'Table' }, table);
  },
};

function inline(line, marker) {
  return line.split(INLINE).filter(Boolean).map((part) => {
    if (/^\*\*.+\*\*$/.test(part)) return make('strong', {}, part.slice(2, -2));
    if (/^`.+`$/.test(part)) return make('code', {}, part.slice(1, -1));
    const number = /^\s*\[(\d{1,2})\]$/.exec(part);
    return (number && marker(Number(number[1]))) || part;
  });
}
