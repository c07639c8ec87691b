// The place to write a reply: a draft for each case that survives a reload, Ctrl+Enter sends, nothing is said twice.

import { uuid } from '../api.js';
import { byId, icon } from '../dom.js';
import { unsentLine } from './turns.js';
import { withoutMarkers } from './words.js';

/** What the API accepts, in characters. */
const LIMIT = 4000;

export class Editor {
  #does;
  #case = null;
  #suggestion = null;
  #unsent = new Map();

  /** @param {{say: (id: string, text: string, key: string) => Promise<Object>, append: (item: HTMLElement) => void, leave: () => void}} does */
  constructor(does) {
    this.#does = does;
    byId('send').replaceChildren(icon('send'));
    byId('use-suggestion').onclick = () => this.useSuggestion();
    byId('text').oninput = () => { this.#keep(); this.#show(); };
    byId('text').onkeydown = (event) => this.#key(event);
    byId('editor').onsubmit = (event) => { event.preventDefault(); this.#submit(); };
  }

  /**
   * Shows the draft of a case.
   * @param {Object|null} body
   * @param {'mine'|'waiting'|'held'|'done'|null} standing whether the operator may reply, and if not, why
   * @param {string} hint what stands below the field
   */
  open(body, standing, hint) {
    const id = body?.case_id ?? null;
    byId('editor').hidden = id === null || standing === 'done';
    byId('text').disabled = standing !== 'mine';
    byId('editor-hint').textContent = hint;
    if (id !== this.#case) {
      this.#case = id;
      byId('text').value = id ? recalled(id) : '';
      this.#suggestion = null;
      for (const saying of this.#unsent.get(id) ?? []) this.#does.append(saying.line.item);
    }
    this.#show();
  }

  /** Offers what the assistant would say. */
  suggest(reply) {
    this.#suggestion = reply;
    this.#show();
  }

  /** Puts the suggestion, or another text, into the field; what was written there stays in front of it. */
  useSuggestion(text = this.#suggestion?.text) {
    const field = byId('text');
    if (!text || field.disabled) return;
    const written = field.value.trim();
    field.value = [written, withoutMarkers(text)].filter(Boolean).join('\n\n');
    this.#keep();
    this.#show();
    this.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  focus() {
    byId('text').focus();
  }

  #key(event) {
    if (event.isComposing) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      this.#does.leave();
    }
  }

  #submit() {
    const text = clean(byId('text').value);
    if (!text || byId('text').disabled || [...text].length > LIMIT) return;
    byId('text').value = '';
    this.#keep();
    this.#show();
    const saying = { id: this.#case, text, key: uuid(), line: unsentLine(text) };
    this.#unsent.set(saying.id, [...(this.#unsent.get(saying.id) ?? []), saying]);
    this.#does.append(saying.line.item);
    this.#deliver(saying);
  }

  // Every attempt carries the key of the first one: a word that had arrived all the same is not said again.
  async #deliver(saying) {
    const { id, text, key, line } = saying;
    line.sending();
    try {
      await this.#does.say(id, text, key);
      this.#drop(saying);
    } catch (problem) {
      line.failed(problem, () => this.#deliver(saying), () => {
        this.#drop(saying);
        if (this.#case === id) this.useSuggestion(text);
      });
    }
  }

  #drop(saying) {
    saying.line.item.remove();
    this.#unsent.set(saying.id, (this.#unsent.get(saying.id) ?? []).filter((other) => other !== saying));
  }

  #show() {
    const field = byId('text');
    const length = [...clean(field.value)].length;
    byId('field').dataset.text = field.value; // its shadow copy gives the field its height, see style.css
    byId('send').disabled = field.disabled || length === 0 || length > LIMIT;
    byId('editor-offer').hidden = !this.#suggestion || field.disabled || length > 0;
    byId('editor').classList.toggle('over', length > LIMIT);
    if (length > LIMIT) field.setAttribute('aria-invalid', 'true');
    else field.removeAttribute('aria-invalid');
    byId('editor').dataset.count = length > LIMIT * 0.9 ? `${length.toLocaleString('en')} of ${LIMIT.toLocaleString('en')}` : '';
  }

  #keep() {
    if (this.#case) kept(this.#case, byId('text').value);
  }
}

// Control characters come with pasted text and would be refused by the API; new lines and tabs stay.
const clean = (text) => text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '').trim();

const place = (id) => `motorline.desk.draft.${id}`;

function recalled(id) {
  try {
    return sessionStorage.getItem(place(id)) ?? '';
  } catch {
    return ''; // storage is blocked: a draft lasts as long as the page
  }
}

function kept(id, text) {
  try {
    if (text) sessionStorage.setItem(place(id), text);
    else sessionStorage.removeItem(place(id));
  } catch {
    // as above
  }
}
