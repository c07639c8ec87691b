// Shows what could be done after a yes, what became of it, and what is on offer; nothing happens before the customer's answer.

import { make } from './dom.js';

const YES = 'Yes, please';
const NO = 'No, thank you';

/** What became of a proposal, in words. */
const ENDS = {
  carried_out: ({ outcome }) => ['Done', outcome],
  failed: ({ reason }) => ['Not done', reason],
  declined: () => ['Not wanted', 'Nothing was done.'],
};

/** The proposals of one conversation: each shows buttons only where it stands last, and only until it is settled. */
export class Proposals {
  #decide;
  #shown = new Map();

  /** @param {(text: string, decision: {action: string, accepted: boolean}) => void} decide answers in the customer's name */
  constructor(decide) {
    this.#decide = decide;
  }

  /**
   * @param {{actions?: Array<Object>, offers?: Array<{name: string, summary: string, reason: string}>}} reply
   * @returns {Node[]} what belongs below the reply
   */
  of({ actions = [], offers = [] }) {
    return [...actions.map((action) => this.#action(action)), ...offers.map(offered)];
  }

  clear() {
    this.#shown.clear();
  }

  #action(action) {
    const { id, summary, kind, state = { status: 'proposed' } } = action;
    // Where it stood before, the buttons go: its place is here now.
    this.#shown.get(id)?.remove();
    const end = ENDS[state.status];
    const words = make('p', {}, summary ?? kind);
    if (end) return make(`div.proposal.proposal-${state.status}`, {}, words, settled(end(state)));
    const answers = make('div.proposal-answers', { role: 'group', 'aria-label': `Your answer: ${summary ?? kind}` });
    this.#shown.set(id, answers);
    if (isOpen(action)) answers.append(this.#button(id, YES, true, answers), this.#button(id, NO, false, answers));
    else answers.append(make('p.quiet', {}, 'No longer open.'));
    return make('div.proposal', {}, words, answers);
  }

  #button(action, text, accepted, answers) {
    const press = () => {
      answers.querySelectorAll('button').forEach((button) => { button.disabled = true; });
      this.#decide(text, { action, accepted });
    };
    return make(`button.answer${accepted ? '.answer-yes' : ''}`, { type: 'button', onclick: press }, text);
  }
}

const isOpen = ({ expires }) => !expires || new Date(expires) > new Date();

const settled = ([end, words]) => make('p.proposal-end', {}, make('strong', {}, end), words ? ` – ${words}` : '');

function offered({ name, summary, reason }) {
  return make('div.proposal', {}, make('p', {}, make('strong', {}, name), summary ? ` – ${summary}` : ''), reason && make('p.quiet', {}, reason));
}
