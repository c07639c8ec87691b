// Builds elements from plain values; text only ever arrives as text nodes, never as markup.

const SVG = 'http://www.w3.org/2000/svg';

/** Icons as strokes on a 24 × 24 grid. */
const ICONS = {
  send: 'M12 19V5M5.5 11.5 12 5l6.5 6.5',
  new: 'M12 20h8M4 20l1-4.5L16.5 4a2.1 2.1 0 0 1 3 3L8 18.5 4 20',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4',
  moon: 'M20 14.2A8.5 8.5 0 0 1 9.8 4a8.5 8.5 0 1 0 10.2 10.2z',
  settings: 'M4 7h9M18 7h2M4 17h2M11 17h9M15.5 4.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4M8.5 14.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4',
  close: 'M6 6l12 12M18 6 6 18',
  leave: 'M14 4h4.5A1.5 1.5 0 0 1 20 5.5v13a1.5 1.5 0 0 1-1.5 1.5H14M4 12h11M11 8l4 4-4 4',
  compare: 'M5 20v-7M12 20V4M19 20V9',
  back: 'M19 12H5M11 6l-6 6 6 6',
  stop: 'M7 7h10v10H7z',
  person: 'M12 12.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20c1-3.4 3.9-5 7.5-5s6.5 1.6 7.5 5',
  shield: 'M12 3 4.5 6v5.5c0 4.6 3 7.9 7.5 9.5 4.5-1.6 7.5-4.9 7.5-9.5V6zM12 8.5v4M12 16v.01',
  question: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9.6 9.4A2.5 2.5 0 0 1 14.4 10c0 1.7-2.4 2-2.4 3.6M12 16.8v.01',
  thumb: 'M7 11v9H4v-9zM7 12l4-8.5c1.5 0 2.5 1 2.5 2.5v3.5h5a2 2 0 0 1 2 2.4l-1.2 6a2 2 0 0 1-2 1.6H7',
  thumbDown: 'M7 13V4H4v9zM7 12l4 8.5c1.5 0 2.5-1 2.5-2.5v-3.5h5a2 2 0 0 0 2-2.4l-1.2-6a2 2 0 0 0-2-1.6H7',
  arrow: 'M5 12h14M13 6l6 6-6 6',
  memory: 'M12 6.5V20M12 6.5C10.5 5 8 4.5 4 4.5V18c4 0 6.5.5 8 2 1.5-1.5 4-2 8-2V4.5c-4 0-6.5.5-8 2',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v5.5M12 7.8v.01',
};

/**
 * Makes an element. Values of `attributes` that are null, undefined or false are left out; `onclick` and the like are listeners.
 * @param {string} tag such as `p`, or with classes `p.note.small`
 * @param {Object} [attributes]
 * @param {...(Node|string|null|undefined|false)} children
 */
export function make(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length) element.classList.add(...classes);
  set(element, attributes);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Makes one of the icons; it is decoration, the words stand beside it or in the label of its button. */
export function icon(name) {
  return drawing({ viewBox: '0 0 24 24', class: 'icon' }, ['path', { d: ICONS[name] }]);
}

/** Makes the small round picture of the assistant. */
export function mark() {
  const line = 'M7.5 9.5 16 23.5l8.5-14M12.6 9.5 16 15.2l3.4-5.7';
  return drawing({ viewBox: '0 0 32 32', class: 'mark' }, ['circle', { class: 'mark-ground', cx: 16, cy: 16, r: 16 }], ['path', { class: 'mark-line', d: line }]);
}

/**
 * Makes a horizontal bar of a span inside a whole, as a drawing: a strict content policy allows no style attribute.
 * @param {number} from 0 to 1
 * @param {number} to 0 to 1
 */
export function bar(from, to, kind = '') {
  const start = clamp(from) * 100;
  const width = Math.max(1.2, (clamp(to) - clamp(from)) * 100);
  const x = Math.min(start, 100 - width);
  const box = { viewBox: '0 0 100 6', preserveAspectRatio: 'none', class: `bar ${kind}` };
  return drawing(box, ['rect', { class: 'bar-whole', width: 100, height: 6 }], ['rect', { class: 'bar-part', x, width, height: 6 }]);
}

/** Finds the element of an id that index.html promises. */
export const byId = (id) => document.getElementById(id);

/**
 * Makes a drawing; the words beside it say the same.
 * @param {Object} attributes
 * @param {...[string, Object, string?]} shapes each an element's name, its attributes, and the text in it
 */
export function drawing(attributes, ...shapes) {
  const svg = document.createElementNS(SVG, 'svg');
  set(svg, { 'aria-hidden': 'true', ...attributes });
  for (const [name, values, text = ''] of shapes) {
    const shape = document.createElementNS(SVG, name);
    set(shape, values);
    shape.textContent = text;
    svg.append(shape);
  }
  return svg;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
}

const clamp = (value) => Math.min(1, Math.max(0, Number(value) || 0));
