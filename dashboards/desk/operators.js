// Who works at the desk: one of the demonstration's operators, or somebody who signed in; the server says which there are.

import { Api, fixed } from '../api.js';
import { byId, make } from '../dom.js';
import { sentenceCase } from '../words.js';
import { SignIn } from '../signin/signin.js';

const ROLES = ['operator', 'admin'];
const REMEMBERED = 'motorline.desk.operator';

/**
 * @typedef {Object} Operator
 * @property {string} name
 * @property {{token: string|null, renew: () => Promise<boolean>}} credential
 */

export class Operators {
  /** @type {Operator[]} whom one can choose to be in a demonstration */
  all = [];
  /** @type {Operator|null} */
  current = null;
  /** What the server offers to a client; null where it does not say. */
  client = null;
  /** @type {SignIn|null} null where there is no sign-in */
  signIn = null;
  #names = new Map();

  /**
   * Asks the server who there is, and ends a sign-in that is under way.
   * @returns {Promise<string>} what to tell about the sign-in, empty if nothing
   */
  async arrive(base, answer) {
    const api = new Api(base);
    this.client = await api.client();
    if (this.client?.oidc) return this.#arriveSignedIn(this.client.oidc, answer);
    const identities = await api.demoIdentities();
    for (const { token, name } of identities) this.#names.set(token.replace(/^demo-/, ''), name);
    this.all = identities.filter(({ role }) => ROLES.includes(role)).map(({ name, token }) => ({ name, credential: fixed(token) }));
    this.current = this.all.find(({ name }) => name === remembered()) ?? null;
    return '';
  }

  /** Works as somebody else of the demonstration. */
  choose(name) {
    this.current = this.all.find((other) => other.name === name) ?? null;
    try {
      sessionStorage.setItem(REMEMBERED, name);
    } catch {
      // Storage is blocked: after a reload they choose again.
    }
  }

  /**
   * Lets one choose whom to be, in a demonstration.
   * @param {(name: string) => void} chosen
   */
  offer(chosen) {
    if (this.all.length === 0) return;
    const select = byId('identity');
    const nobody = this.current ? [] : [make('option', { value: '', disabled: true, selected: true }, 'Choose …')];
    select.replaceChildren(...nobody, ...this.all.map(({ name }) => make('option', { value: name }, name)));
    select.value = this.current?.name ?? '';
    select.addEventListener('change', () => chosen(select.value));
    byId('identity-picker').hidden = false;
  }

  /** What a person is called, by their id. */
  nameOf = (staff) => this.#names.get(staff) ?? sentenceCase(staff);

  async #arriveSignedIn(configuration, answer) {
    this.signIn = new SignIn(configuration);
    let failure = '';
    if (answer) await this.signIn.complete(answer).catch((error) => { failure = error.message; });
    const { account } = this.signIn;
    if (account) {
      this.current = { name: account.name, credential: this.signIn };
      this.#names.set(account.subject, account.name);
    }
    return failure;
  }
}

function remembered() {
  try {
    return sessionStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}
