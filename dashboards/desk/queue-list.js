// The list of cases at the left: what waits and how long, who holds what; moved in by keys, opened by a click.

import { byId, icon, make } from '../dom.js';
import { sentenceCase } from '../words.js';
import { ageOf } from './cases.js';
import { nameOf, stopwatch } from './words.js';

const SCOPES = { waiting: 'Waiting', mine: 'Mine', all: 'All' };
const EMPTY = { waiting: 'Nobody waits for a person.', mine: 'You hold no case.', all: 'There is no open case.' };

export class QueueList {
  #list = byId('cases');
  #items = new Map();
  #cases;
  #does;
  #people;
  #choice = { scope: 'all', queue: '', text: '' };
  #open = null;

  /**
   * @param {import('./cases.js').Cases} cases
   * @param {{open: (id: string) => void, claim: (id: string) => void}} does
   * @param {(staff: string) => string} people the name of a person
   */
  constructor(cases, does, people) {
    this.#cases = cases;
    this.#does = does;
    this.#people = people;
    byId('scopes').replaceChildren(...Object.keys(SCOPES).map((scope) => make('button', { type: 'button', 'data-scope': scope, onclick: () => this.choose({ scope }) })));
    byId('queue').onchange = () => this.choose({ queue: byId('queue').value });
    this.#list.onkeydown = (event) => this.#key(event);
  }

  /** Shows other cases. */
  choose(choice) {
    Object.assign(this.#choice, choice);
    this.show();
  }

  /** Marks the case that is open in the middle. */
  mark(id) {
    this.#open = id;
    this.#items.forEach((item, key) => this.#markItem(item, key));
  }

  /** Moves the focus by so many cases. */
  move(by) {
    const all = this.#buttons();
    if (all.length === 0) return;
    const at = all.indexOf(document.activeElement);
    const from = at >= 0 ? at : all.findIndex((button) => button.dataset.id === this.#open);
    const next = from < 0 ? 0 : Math.min(all.length - 1, Math.max(0, from + by));
    all[next].focus();
    all[next].scrollIntoView({ block: 'nearest' });
  }

  /** Gives the focus to the case, or to the first one. */
  focus(id = this.#open) {
    const all = this.#buttons();
    (all.find((button) => button.dataset.id === id) ?? all[0] ?? byId('search')).focus();
  }

  show() {
    this.#showScopes();
    this.#showQueues();
    const found = this.#cases.chosen(this.#choice);
    const focused = document.activeElement?.closest?.('#cases button')?.dataset.id;
    const kept = new Map(found.map((body) => [body.case_id, this.#item(body)]));
    const order = [...kept.values()];
    // Only what changed its place is moved: moving an element takes the focus from it.
    if (order.length !== this.#list.children.length || order.some((item, index) => this.#list.children[index] !== item)) this.#list.replaceChildren(...order);
    this.#items = kept;
    if (focused && document.activeElement?.dataset?.id !== focused) this.#refocus(focused);
    this.#rove();
    byId('cases-empty').hidden = found.length > 0;
    byId('cases-empty').textContent = this.#choice.text || this.#choice.queue ? 'No case fits what you chose.' : EMPTY[this.#choice.scope];
    this.tick();
  }

  /** Lets the waiting times go on. */
  tick() {
    const now = performance.now();
    for (const [id, item] of this.#items) {
      const body = this.#cases.get(id);
      if (body) item.time.textContent = stopwatch(ageOf(body, now));
    }
  }

  #item(body) {
    const item = this.#items.get(body.case_id) ?? this.#made(body.case_id);
    const { state, packet = {} } = body;
    const told = JSON.stringify([body.priority, body.queue, state.status, state.by, body.callback, packet.name, packet.intent, packet.summary, packet.hazards]);
    if (item.told !== told) {
      item.told = told;
      item.time = make('span.case-wait', { title: 'Since it was opened' });
      item.firstChild.replaceChildren(...this.#content(body, item.time));
      item.firstChild.className = `case case-${body.priority} case-is-${state.status}`;
      item.firstChild.classList.toggle('case-mine', this.#cases.isMine(body));
    }
    this.#markItem(item, body.case_id);
    return item;
  }

  #made(id) {
    const button = make('button.case', { type: 'button', 'data-id': id, tabindex: -1, onclick: () => this.#does.open(id) });
    return make('li', {}, button);
  }

  #content(body, time) {
    const { packet = {}, state } = body;
    const hazards = packet.hazards?.length > 0 && make('span.case-hazard', {}, icon('shield'), packet.hazards.map(sentenceCase).join(', '));
    const mine = this.#cases.isMine(body);
    const holder = state.status === 'held' && make('span.case-holder', {}, icon('person'), mine ? 'You' : this.#people(state.by));
    const callback = body.callback && make('span.case-callback', {}, `Call back: ${body.callback}`);
    return [
      make('span.case-line', {}, make('strong.case-who', {}, nameOf(body)), time),
      make('span.case-line', {}, make(`span.priority.priority-${body.priority}`, {}, sentenceCase(body.priority)), make('span.case-queue', {}, sentenceCase(body.queue)), holder),
      hazards, make('span.case-summary', {}, packet.summary || packet.reason || ''), callback,
    ].filter(Boolean);
  }

  #markItem(item, id) {
    if (id === this.#open) item.firstChild.setAttribute('aria-current', 'true');
    else item.firstChild.removeAttribute('aria-current');
  }

  // One stop of the tab key for the whole list, as the keys move within it.
  #rove() {
    const all = this.#buttons();
    const stop = all.find((button) => button === document.activeElement) ?? all.find((button) => button.dataset.id === this.#open) ?? all[0];
    all.forEach((button) => { button.tabIndex = button === stop ? 0 : -1; });
  }

  #refocus(id) {
    const button = this.#items.get(id)?.firstChild;
    if (button) button.focus({ preventScroll: true });
  }

  #key(event) {
    const id = event.target.closest('button')?.dataset.id;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && !event.altKey && !event.ctrlKey && !event.metaKey) this.move(by);
    else if (event.key === 'Enter' && id && !event.ctrlKey) this.#does.claim(id);
    else return;
    event.preventDefault();
    this.#rove();
  }

  #showScopes() {
    const counts = { waiting: this.#cases.waiting.length, mine: this.#cases.mine.length, all: this.#cases.count };
    for (const button of byId('scopes').children) {
      const { scope } = button.dataset;
      button.replaceChildren(SCOPES[scope], ' ', make('span.count', {}, String(counts[scope])));
      button.setAttribute('aria-pressed', String(scope === this.#choice.scope));
    }
  }

  #showQueues() {
    const select = byId('queue');
    const told = JSON.stringify(this.#cases.queues);
    if (select.dataset.told === told) return;
    select.dataset.told = told;
    const option = ({ queue, waiting }) => make('option', { value: queue }, `${sentenceCase(queue)} · ${waiting} waiting`);
    select.replaceChildren(make('option', { value: '' }, 'All queues'), ...this.#cases.queues.map(option));
    select.value = this.#choice.queue;
    if (select.selectedIndex < 0) this.#choice.queue = select.value = '';
  }

  #buttons() {
    return [...this.#list.querySelectorAll('button')];
  }
}
