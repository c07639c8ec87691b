// The charts of a board: pictures that the server draws, and the same values as a table.

import { byId, make } from '../../dom.js';
import { clock } from '../../words.js';
import { written } from './numbers.js';

/** So many periods stand in a table, the newest first. */
const ROWS = 120;

export class Charts {
  #api;
  /** @type {Map<string, {article: HTMLElement, picture: HTMLElement, values: HTMLElement, details: HTMLDetailsElement}>} */
  #shown = new Map();
  #board = '';

  /** @param {import('../../api.js').Api} api as the operator */
  constructor(api) {
    this.#api = api;
  }

  async show(board, hours, signal) {
    const { charts } = await (await this.#api.send(`/v1/boards/${encodeURIComponent(board)}?hours=${hours}`, { signal })).json();
    if (board !== this.#board) {
      this.#board = board;
      this.#shown = new Map(charts.map((chart) => [chart.name, this.#place(chart)]));
      byId('chart-grid').replaceChildren(...[...this.#shown.values()].map(({ article }) => article));
    }
    await Promise.all(charts.map((chart) => this.#fill(chart, hours, signal)));
  }

  #place(chart) {
    const picture = make('div.chart-picture');
    const values = make('div.chart-values', { tabindex: '0', role: 'group', 'aria-label': `Values of ${chart.title}` });
    const details = make('details', {}, make('summary', { 'aria-label': `Values of ${chart.title}` }, 'Values'), values);
    const article = make(`article.chart.chart-${chart.width}${chart.only_on_aws ? '.chart-elsewhere' : ''}`, { 'aria-label': chart.title }, picture, chart.only_on_aws ? null : details);
    return { article, picture, values, details };
  }

  async #fill(chart, hours, signal) {
    const shown = this.#shown.get(chart.name);
    if (!shown) return;
    const fill = () => { if (shown.details.open) shown.values.replaceChildren(table(chart)); };
    shown.details.ontoggle = fill;
    fill();
    const { clientWidth, clientHeight } = shown.picture;
    const size = clientWidth > 0 ? `&width=${between(clientWidth, 240, 2400)}&height=${between(clientHeight, 140, 1600)}` : '';
    const answer = await this.#api.send(`${chart.picture}?hours=${hours}${size}`, { signal, headers: { Accept: 'image/svg+xml' } });
    const drawn = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml').documentElement;
    if (drawn.nodeName === 'svg' && shown === this.#shown.get(chart.name)) shown.picture.replaceChildren(document.importNode(drawn, true));
  }
}

/** Each period with the value of each line. */
function table({ title, unit, lines, begins, period_s }) {
  if (lines.length === 0) return make('p.empty', {}, 'No values in this span.');
  const start = new Date(begins).valueOf();
  const count = lines[0].values.length;
  const head = make('tr', {}, make('th', { scope: 'col' }, 'Time'), ...lines.map(({ label }) => make('th', { scope: 'col' }, label)));
  const row = (index) => {
    const at = new Date(start + index * period_s * 1000);
    return make('tr', {}, make('th', { scope: 'row' }, clock(at)), ...lines.map(({ values }) => make('td', {}, written(values[index]))));
  };
  const rows = Array.from({ length: Math.min(count, ROWS) }, (_, index) => row(count - 1 - index));
  return make('table', {}, make('caption.visually-hidden', {}, unit ? `${title}, in ${unit}` : title), make('thead', {}, head), make('tbody', {}, ...rows));
}

const between = (value, least, most) => Math.round(Math.min(most, Math.max(least, value)));
