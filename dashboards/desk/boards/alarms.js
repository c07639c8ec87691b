// The alarms with how they stand, and their runbooks in the panel at the side.

import { byId, make } from '../../dom.js';
import { openDrawer } from '../../drawer.js';
import { sentenceCase } from '../../words.js';
import { moment, sentencesOf } from '../words.js';
import { written } from './numbers.js';

const STATES = { alarm: 'Alarm', ok: 'OK', insufficient_data: 'No data' };

export class Alarms {
  #api;
  /** @type {Map<string, {button: HTMLElement, item: HTMLElement, alarm: Object}>} */
  #items = new Map();

  /** @param {import('../../api.js').Api} api as the operator */
  constructor(api) {
    this.#api = api;
  }

  async show(signal) {
    const { alarms } = await (await this.#api.send('/v1/alarms', { signal })).json();
    const on = alarms.filter(({ state }) => state === 'alarm');
    const words = on.length ? `${on.length} on: ${on.map(nameOf).join(', ')}` : 'None is on.';
    const told = byId('alarms-told');
    told.dataset.state = on.length ? 'alarm' : 'ok';
    // Said anew only when it changed.
    if (told.textContent !== words) told.textContent = words;
    this.#place(alarms.map((alarm) => this.#item(alarm)));
  }

  /** An alarm's item stays the same element: it may have the focus, or get it back from the panel. */
  #item(alarm) {
    const shown = this.#items.get(alarm.name) ?? this.#made(alarm.name);
    shown.alarm = alarm;
    shown.button.className = `alarm alarm-${alarm.state}`;
    const state = alarm.only_on_aws ? 'On AWS only' : STATES[alarm.state];
    [nameOf(alarm), state, valueOf(alarm)].forEach((words, index) => { shown.button.children[index].textContent = words; });
    return shown.item;
  }

  #made(name) {
    const button = make('button', { type: 'button', 'aria-haspopup': 'dialog' }, make('span.alarm-name'), make('span.alarm-state'), make('span.alarm-value'));
    const shown = { button, item: make('li', {}, button), alarm: null };
    button.addEventListener('click', () => this.#open(shown.alarm.runbook, nameOf(shown.alarm), button, shown.alarm));
    this.#items.set(name, shown);
    return shown;
  }

  #place(items) {
    const list = byId('alarms');
    if (items.length === list.children.length && items.every((item, index) => item === list.children[index])) return;
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    list.replaceChildren(...items);
    focused?.focus();
  }

  /** Opens the panel with what an alarm means and its runbook. */
  #open(name, title, from, alarm) {
    const body = make('div.runbook', {}, make('p', {}, alarm.description.replace(/\s*Runbook: \S+$/, '')), alarm.since && make('p.quiet', {}, `So since ${moment(alarm.since)}.`));
    openDrawer({ eyebrow: 'Runbook', title, body }, from);
    return this.#read(name, body);
  }

  /** Reads a runbook into the open panel; its links lead to others, in the same place. */
  async #read(name, body) {
    try {
      const runbook = await (await this.#api.send(`/v1/runbooks/${encodeURIComponent(name)}`)).json();
      byId('drawer-title').textContent = runbook.title;
      body.append(...new DOMParser().parseFromString(runbook.html, 'text/html').body.childNodes);
    } catch (problem) {
      body.append(make('p.notice', {}, sentencesOf(problem)));
    }
    for (const block of body.querySelectorAll('pre')) block.tabIndex = 0;
    for (const link of body.querySelectorAll('a[href^="#"]')) {
      link.addEventListener('click', (event) => {
        event.preventDefault();
        const next = make('div.runbook');
        byId('drawer-body').replaceChildren(next);
        byId('drawer-body').scrollTop = 0;
        byId('drawer-body').focus();
        this.#read(link.getAttribute('href').slice(1), next);
      });
    }
  }
}

const nameOf = ({ runbook }) => sentenceCase(runbook.replaceAll('-', ' '));

function valueOf({ value, threshold, compares, composite, only_on_aws, silent }) {
  if (composite) return silent ? 'Alarm of alarms, silent now' : 'Alarm of alarms';
  if (only_on_aws) return sentenceCase(compares);
  const now = value === undefined ? 'no value' : written(value);
  return `${sentenceCase(compares)}: ${now} (limit ${written(threshold)})`;
}
