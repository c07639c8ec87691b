// One operator's shift: ties the queue, the conversation, the packet and the live updates together, and does what is done.

import { Api, BASE } from '../api.js';
import { byId } from '../dom.js';
import { closeDrawer } from '../drawer.js';
import { sentenceCase } from '../words.js';
import { hintOf, showHead } from './case-head.js';
import { Cases, ageOf } from './cases.js';
import { Claims } from './claims.js';
import { askNote, askQueue, askReturn } from './dialogs.js';
import { Editor } from './editor.js';
import { LiveList } from './live-list.js';
import { alarm, announce, countInTitle, ring, toast } from './notices.js';
import { showPacket, showSuggestion } from './packet.js';
import { QueueList } from './queue-list.js';
import { Service } from './service.js';
import { Talk } from './talk.js';
import { Watch } from './watch.js';
import { nameOf, sentencesOf, stopwatch } from './words.js';

const TICK_MS = 500;
const SLOW_MS = 15_000;
const STATES = { live: 'Live', polling: 'Every 3 seconds', lost: 'Not connected' };

export class Shift {
  #service;
  #watch;
  #cases = new Cases();
  #claims;
  #list;
  #talk;
  #editor;
  #people;
  #open = null;
  #suggestion = null;
  #timers = [];
  /** The list of live conversations. */
  live;

  /**
   * @param {import('./operators.js').Operators} operators
   * @param {(problem: Error) => void} refused told when the server does not let this operator in
   */
  constructor(operators, refused) {
    const api = new Api(BASE, operators.current.credential);
    this.#people = operators.nameOf;
    this.#service = new Service(api);
    this.#claims = new Claims(this.#service, { renewed: (body) => this.#put(body), lost: (body, problem) => this.#lost(body, problem) });
    this.#list = new QueueList(this.#cases, { open: (id) => this.open(id), claim: (id) => this.enter(id) }, this.#people);
    this.#talk = new Talk(this.#service, (staff) => this.#person(staff), (told) => this.#heard(told));
    this.#editor = new Editor({ say: (id, text, key) => this.#say(id, text, key), append: (item) => this.#talk.append(item), leave: () => this.#list.focus() });
    this.live = new LiveList(this.#service, (id) => this.open(id));
    this.#watch = new Watch(api, this.#service, operators.client, { desk: (desk) => this.#take(desk), state: showLink, refused });
  }

  start() {
    this.#watch.start();
    this.#timers = [setInterval(() => this.#tick(), TICK_MS), setInterval(() => this.#talk.refresh(), SLOW_MS)];
    const wanted = decodeURIComponent(location.hash.slice(1));
    if (wanted) this.open(wanted);
    else this.#showCase();
  }

  /** Ends showing anything; what is held lapses unless somebody renews it elsewhere. */
  stop() {
    this.#watch.stop();
    this.#timers.forEach(clearInterval);
    this.live.show(false);
    this.#open = null;
    this.#talk.open(null);
    this.#showCase();
    countInTitle(0);
  }

  /** Opens a case to look at it. */
  async open(id) {
    closeDrawer();
    if (this.#open?.case_id === id) return showPane('talk');
    try {
      this.#open = this.#cases.get(id) ?? (await this.#service.case(id));
    } catch (problem) {
      history.replaceState(null, '', location.pathname);
      return toast(sentencesOf(problem), true);
    }
    this.#suggestion = null;
    history.replaceState(null, '', `#${encodeURIComponent(id)}`);
    this.#talk.open(this.#open);
    this.#showCase();
    byId('packet').scrollTop = 0;
    showPane('talk');
  }

  /** Opens a case, and claims it when it waits. */
  async enter(id) {
    await this.open(id);
    if (this.#cases.get(id)?.state.status === 'waiting') await this.claim(id);
    if (this.#open?.case_id === id && this.#cases.isMine(this.#open)) this.#editor.focus();
  }

  async claim(id = this.#open?.case_id) {
    const body = this.#cases.get(id);
    if (!body || body.state.status !== 'waiting') return;
    try {
      this.#claims.taken(id);
      this.#put(await this.#service.claim(id));
      announce(`You hold the case of ${nameOf(body)}.`);
      this.#editor.focus();
    } catch (problem) {
      await this.#refusedClaim(body, problem);
    }
  }

  /** The keys of the desk, apart from those of the list and the editor. */
  keys() {
    const mine = (act) => () => (this.#cases.isMine(this.#open) ? act() : this.#open && announce('You do not hold this case.'));
    return {
      j: () => this.#list.move(1), k: () => this.#list.move(-1), ArrowDown: () => this.#list.move(1), ArrowUp: () => this.#list.move(-1),
      c: () => this.claim(), r: mine(() => { showPane('talk'); this.#editor.focus(); }), u: mine(() => { showPane('talk'); this.#editor.useSuggestion(); }),
      t: mine(() => this.#transfer()), e: mine(() => this.#resolve()), b: mine(() => this.#giveBack()),
    };
  }

  search(text) {
    this.#list.choose({ text });
    this.live.search(text);
  }

  focusList() {
    this.#list.focus();
  }

  #transfer() {
    const { case_id: id, queue } = this.#open;
    const name = nameOf(this.#open);
    askQueue({ queue, name }, this.#cases.queues, (wanted) => this.#give(id, this.#service.transfer(id, wanted), `${name} waits in ${sentenceCase(wanted)}.`));
  }

  #resolve() {
    const { case_id: id } = this.#open;
    const name = nameOf(this.#open);
    askNote({ name }, (note) => this.#give(id, this.#service.resolve(id, note), `The case of ${name} is resolved.`));
  }

  #giveBack() {
    const { case_id: id } = this.#open;
    const name = nameOf(this.#open);
    askReturn({ name }, () => this.#give(id, this.#service.giveBack(id), `The assistant answers ${name} again.`));
  }

  async #give(id, doing, words) {
    this.#put(await this.#claims.giving(id, doing));
    toast(words);
    setTimeout(() => this.#list.focus(), 0); // after the dialog has given the focus back
  }

  async #say(id, text, key) {
    const word = await this.#service.say(id, text, key);
    if (this.#open?.case_id === id) this.#talk.add(word);
    return word;
  }

  #take(desk) {
    const before = JSON.stringify(this.#cases.get(this.#open?.case_id) ?? null, unlessTicking);
    const { arrived, gone, mine } = this.#cases.take(desk);
    this.#claims.keep(mine);
    gone.forEach((body) => this.#claims.check(body));
    this.#tellArrived(arrived);
    const now = this.#cases.get(this.#open?.case_id);
    if (now) this.#open = now;
    else if (this.#open && this.#open.state.status !== 'done') this.#ended(this.#open.case_id);
    if (!now || JSON.stringify(now, unlessTicking) !== before || !this.#watch.live) this.#talk.refresh();
    this.#showAll();
  }

  #tellArrived(arrived) {
    if (arrived.length === 0) return;
    ring();
    const [first] = arrived;
    const words = arrived.length > 1 ? `${arrived.length} cases came to wait.` : `A case came to wait: ${nameOf(first)}, ${sentenceCase(first.queue)}, ${first.priority}.`;
    (arrived.some(({ priority }) => priority === 'emergency') ? alarm : announce)(words);
  }

  // The open case is no longer among the open ones: it was ended, here or elsewhere.
  async #ended(id) {
    const body = await this.#service.case(id).catch(() => null);
    if (!body || this.#open?.case_id !== id) return;
    this.#open = body;
    this.#showAll();
  }

  #heard({ case: body, suggestion }) {
    this.#suggestion = suggestion;
    if (body && body.case_id === this.#open?.case_id && body.state.status === 'done') this.#open = body;
    this.#showCase();
  }

  #put(body) {
    this.#watch.outdate();
    this.#cases.put(body);
    this.#claims.keep(this.#cases.mine);
    if (this.#open?.case_id === body.case_id) this.#open = this.#cases.get(body.case_id) ?? body;
    this.#showAll();
  }

  async #lost(body, problem) {
    const now = await this.#service.case(body.case_id).catch(() => null);
    if (now) this.#put(now);
    const holder = now?.state.status === 'held' ? `${this.#people(now.state.by)} holds it now.` : now?.state.status === 'waiting' ? 'It waits again.' : sentencesOf(problem);
    toast(`You no longer hold the case of ${nameOf(body)}. ${holder}`, true);
  }

  async #refusedClaim(body, problem) {
    if (problem.status !== 409) return toast(sentencesOf(problem), true);
    const now = await this.#service.case(body.case_id).catch(() => null);
    if (now) this.#put(now);
    const held = now?.state.status === 'held';
    toast(held ? `${this.#people(now.state.by)} was quicker and holds the case of ${nameOf(body)}.` : sentencesOf(problem), true, held);
  }

  #tick() {
    this.#claims.tick();
    this.#list.tick();
    if (this.#open?.heard && this.#open.state.status !== 'done') byId('case-age').textContent = stopwatch(ageOf(this.#open));
  }

  #showAll() {
    this.#list.show();
    countInTitle(this.#cases.waiting.length);
    this.#showCase();
  }

  #showCase() {
    const body = this.#open;
    const standing = body && (this.#cases.isMine(body) ? 'mine' : body.state.status);
    this.#list.mark(body?.case_id ?? null);
    byId('talk-empty').hidden = body !== null;
    byId('case-head').hidden = body === null;
    showPacket(body, this.#people);
    this.#editor.open(body, standing, body ? hintOf(body, standing, this.#people) : '');
    this.#editor.suggest(standing === 'mine' ? this.#suggestion : null);
    showSuggestion(standing === 'done' ? null : this.#suggestion, standing === 'mine' ? (text) => { showPane('talk'); this.#editor.useSuggestion(text); } : null);
    if (body) this.#head(body, standing);
  }

  #head(body, standing) {
    const does = { claim: () => this.claim(), transfer: () => this.#transfer(), giveBack: () => this.#giveBack(), resolve: () => this.#resolve() };
    if (showHead(body, standing, does, { me: this.#cases.me, name: this.#people })) this.#tick();
  }

  #person(staff) {
    return { name: this.#people(staff), mine: staff === this.#cases.me };
  }
}

/** Where it is narrow, one part of the desk is shown at a time. */
export function showPane(name) {
  document.body.dataset.pane = name;
  document.querySelectorAll('.panes button').forEach((button) => {
    if (button.dataset.pane === name) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  });
}

function showLink(state) {
  const place = byId('link-state');
  if (place.dataset.state === state) return;
  Object.assign(place, { hidden: false, textContent: STATES[state] });
  place.dataset.state = state;
}

// These change by themselves.
const unlessTicking = (key, value) => (['waited_s', 'heard', 'until'].includes(key) ? undefined : value);
