// Shows what could be done after a yes, and what is on offer; nothing happens before the customer's answer, the next turn.

import { make } from './dom.js';

/**
 * @param {{actions?: Array<{summary: string}>, offers?: Array<{name: string, summary: string, reason: string}>}} reply
 * @param {(text: string) => void} say answers in the customer's name
 */
export function proposals({ actions = [], offers = [] }, say) {
  return [...actions.map((action) => proposedAction(action, say)), ...offers.map(offered)];
}

function proposedAction({ summary, kind }, say) {
  const answer = (text, classes) => make(`button.answer${classes}`, { type: 'button', onclick: () => say(text) }, text);
  const answers = make('div.proposal-answers', {}, answer('Yes, please', '.answer-yes'), answer('No, thank you', ''));
  return make('div.proposal', {}, make('p', {}, summary ?? kind), answers);
}

function offered({ name, summary, reason }) {
  const why = reason && make('p.quiet', {}, `Why you see this: ${reason}`);
  return make('div.proposal', {}, make('p', {}, make('strong', {}, name), summary ? ` – ${summary}` : ''), why);
}
