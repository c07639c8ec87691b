// The list of messages: the customer's on the right, replies on the left, with all that belongs to them.

import { byId, icon, make, mark } from './dom.js';
import { Draft } from './draft.js';
import { handover, nameOf } from './handover.js';
import { Proposals } from './proposals.js';
import { rating } from './rating.js';
import { renderText } from './reply-text.js';
import { markerOf, sourceRow } from './sources.js';
import { clock, listOf, partOf, wait } from './words.js';

export class Messages {
  #list = byId('messages');
  #log = byId('log');
  #does;
  #proposals;
  #drafted = false;
  #waiting = false;

  /**
   * @param {Object} does what the buttons in messages do
   * @param {(text: string) => void} does.edit
   * @param {(text: string, decision: Object) => void} does.decide
   * @param {(wish: string) => Promise<void>} does.callBack
   * @param {(turn: string, rating: string) => Promise<unknown>} does.rate
   * @param {(reply: Object, from: HTMLElement) => void} does.why
   * @param {() => (() => void)|null} does.signIn null where nobody can sign in
   */
  constructor(does) {
    this.#does = does;
    this.#proposals = new Proposals(does.decide);
  }

  clear() {
    this.#proposals.clear();
    this.#list.replaceChildren();
  }

  edit(text) {
    this.#does.edit(text);
  }

  /** Adds many messages without having each read aloud. */
  quietly(add) {
    this.#log.setAttribute('aria-live', 'off');
    add();
    this.#toEnd('instant');
    setTimeout(() => this.#log.removeAttribute('aria-live'), 500);
  }

  /** Adds what the customer said. @returns the handle by which its delivery is shown */
  customer(text, moment, hidden = false) {
    const state = make('div.delivery');
    const bubble = make('article.bubble', { 'aria-label': 'You' }, make('p', {}, text));
    const item = make('li.message.customer', { hidden }, bubble, state);
    bubble.title = clock(moment);
    this.#list.append(item);
    this.#toEnd();
    return this.#handle(item, state);
  }

  /** Adds a reply; one that is left to a person has no words of its own. */
  reply(reply, moment) {
    this.#list.querySelectorAll('.callback').forEach((form) => form.remove()); // its place is below the last reply
    const item = isDelivered(reply) ? this.#delivered(reply) : make('li.message.assistant', {}, make('span.avatar', {}, mark()), this.#card(reply, moment));
    item.classList.toggle('safety', isSafety(reply));
    const follow = nearEnd();
    item.classList.toggle('settled', this.#drafted);
    this.#list.append(item);
    if (follow) this.#reveal(item);
    this.#drafted = false;
  }

  /** Adds what a person said. */
  person({ by, text, at }) {
    const moment = new Date(at);
    const name = make('p.eyebrow', {}, nameOf(by));
    const foot = make('footer.card-foot', {}, make('time', { datetime: moment.toISOString() }, clock(moment)));
    const card = make('article.card', { 'aria-label': `${nameOf(by)} from Veldra` }, name, make('div.text', {}, renderText(text)), foot);
    const follow = nearEnd();
    const item = make('li.message.assistant.person', {}, make('span.avatar.avatar-person', {}, icon('person')), card);
    this.#list.append(item);
    if (follow) this.#reveal(item);
  }

  #delivered(reply) {
    const words = make('p.quiet', {}, `Delivered to ${reply.handoff?.held_by ? nameOf(reply.handoff.held_by) : 'our team'}`);
    const why = this.#why(reply);
    return make('li.message.delivered', {}, words, why);
  }

  #why(reply) {
    const why = make('button.link', { type: 'button', 'aria-haspopup': 'dialog' }, icon('question'), 'Why this answer');
    why.addEventListener('click', () => this.#does.why(reply, why));
    return why;
  }

  /** Says that the earlier conversation could not be loaded. */
  unrestored(problem, again) {
    const signIn = problem.status === 401 && this.#does.signIn();
    const retry = make('button.link', { type: 'button', onclick: signIn || (() => { item.remove(); again(); }) }, signIn ? 'Sign in again' : 'Try again');
    const item = make('li.notice', {}, `Your earlier messages could not be loaded. ${problem.message} `, retry);
    this.#list.append(item);
  }

  typing(on) {
    this.#waiting = on;
    const dots = () => make('span.dots', { 'aria-hidden': 'true' }, make('i'), make('i'), make('i'));
    byId('typing').replaceChildren(...(on ? [mark(), dots(), make('span.visually-hidden', {}, 'Veldra is writing a reply')] : []));
    if (on) this.#toEnd();
  }

  /** Shows a reply while it is being written, below all messages. */
  draft() {
    this.#drafted = false;
    return new Draft((place, begun) => this.#followDraft(place, begun));
  }

  // Goes along with the words until their beginning would leave the screen: people read from there.
  #followDraft(place, begun) {
    const begins = begun && !this.#drafted;
    if (begun === this.#waiting) this.typing(!begun);
    this.#drafted = begun;
    if (begun && (begins || nearEnd()) && place.offsetHeight < innerHeight * 0.55) this.#toEnd('instant');
  }

  #card(reply, moment) {
    const citations = reply.citations ?? [];
    const foot = make('footer.card-foot', {}, this.#why(reply), rating(reply.turn_id, this.#does.rate), make('time', { datetime: moment.toISOString() }, clock(moment)));
    const text = make('div.text', {}, renderText(reply.reply, markerOf(citations)));
    const label = isSafety(reply) ? 'Safety advice from Veldra' : 'Reply from Veldra';
    return make('article.card', { 'aria-label': label },
      isSafety(reply) && make('p.flag', {}, icon('shield'), 'Your safety first'), text,
      handover(reply, this.#does.callBack), ...this.#proposals.of(reply), missing(reply.agents), sourceRow(citations), foot);
  }

  #handle(item, state) {
    const show = (...content) => {
      item.hidden = false;
      state.replaceChildren(...content);
      if (content.length) this.#toEnd();
    };
    return {
      remove: () => item.remove(),
      sent: () => { item.classList.remove('unsent'); show(); },
      trying: (attempt, of, pauseS, begun) => show(make('p.quiet.trying', {}, `${begun ? 'Connection lost' : 'Not through yet'} – trying again in ${wait(pauseS)} (${attempt} of ${of})`)),
      failed: (failure, retry, edit) => { item.classList.add('unsent'); show(...failureOf(failure, retry, edit, this.#does.signIn())); },
    };
  }

  /** A long reply is read from its beginning, a short one is shown whole. */
  #reveal(item) {
    if (item.offsetHeight > innerHeight * 0.55) item.scrollIntoView({ block: 'start', behavior: motion() });
    else this.#toEnd();
  }

  #toEnd(behavior = motion()) {
    scrollTo({ top: document.documentElement.scrollHeight, behavior });
  }
}

function isSafety({ route, sentiment }) {
  return /safety|emergency/.test(`${route?.queue ?? ''} ${sentiment?.label ?? ''}`);
}

/** Whether the customer's words went to the person who holds the conversation, and nothing was said. */
const isDelivered = ({ reply, model }) => model === 'person' && !reply?.trim();

// An agent that answered by lesser means is not missing: the reply itself says what that means for it.
function missing(agents = []) {
  const gone = agents.filter(({ outcome }) => ['late', 'failed', 'abandoned'].includes(outcome)).map(({ agent }) => agent);
  if (gone.length === 0) return null;
  return make('p.missing', {}, icon('info'), `Part of our system did not respond: this answer does without ${listOf(gone.map(partOf))}.`);
}

function failureOf({ message, hint, status, retryAfterS }, retry, edit, signIn) {
  const later = retryAfterS ? ` Try again in ${wait(retryAfterS)}.` : '';
  const link = (words, onclick) => make('button.link', { type: 'button', onclick }, words);
  const repeat = status === 401 && signIn ? link('Sign in again', signIn) : link('Retry', retry);
  return [
    make('p.failure', {}, make('strong', {}, 'Not sent'), ' – ', repeat, ' · ', link('Edit', edit)),
    make('p.quiet', {}, [message, hint].filter(Boolean).join(' ') + later),
  ];
}

const nearEnd = () => document.documentElement.scrollHeight - innerHeight - scrollY < 240;
const motion = () => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth');
