// Who speaks: one of the demo identities, a customer who signed in, or a visitor; the server says which of these there are.

import { Api, fixed } from './api.js';
import { keepIdentity, lastIdentity } from './memory.js';
import { SignIn } from './signin/signin.js';

/**
 * @typedef {Object} Speaker
 * @property {string} name
 * @property {string} key under which the tab remembers the speaker's conversation
 * @property {boolean} known whether the server knows who it is
 * @property {string[]} vehicles
 * @property {{token: string|null, renew: () => Promise<boolean>}} credential
 */

const VISITOR = { name: 'Visitor', key: 'Visitor', known: false, vehicles: [], credential: fixed(null) };

export class Speakers {
  /** Everybody whom one can choose to be; only the visitor outside of a demo. */
  all = [VISITOR];
  current = VISITOR;
  /** What the server offers to a client; null where it does not say. */
  client = null;
  /** @type {SignIn|null} null where there is no sign-in */
  signIn = null;

  /**
   * Asks the server who there is, and ends a sign-in that is under way.
   * @param {string} base URL of the API
   * @param {Object|null} answer of the issuer, from the address
   * @returns {Promise<string>} what to tell the customer about the sign-in, empty if nothing
   */
  async arrive(base, answer = null) {
    const api = new Api(base);
    this.client = await api.client();
    if (this.client?.oidc) return this.#arriveSignedIn(this.client.oidc, answer);
    if (!this.client || this.client.identity === 'demo') this.#offer(await api.demoIdentities());
    return '';
  }

  /** Speaks as somebody else of the demo. */
  choose(name) {
    this.current = this.all.find((other) => other.name === name) ?? VISITOR;
    keepIdentity(this.current.name);
  }

  #offer(identities) {
    const customers = identities.filter(({ role }) => role === undefined || role === 'customer');
    const known = customers.map(({ name, token, vehicles }) => ({ name, key: name, known: true, vehicles, credential: fixed(token) }));
    this.all = [...known, VISITOR];
    this.current = this.all.find(({ name }) => name === lastIdentity()) ?? this.all[0];
  }

  async #arriveSignedIn(configuration, answer) {
    this.signIn = new SignIn(configuration);
    let failure = '';
    if (answer) await this.signIn.complete(answer).catch((error) => { failure = error.message; });
    const { account } = this.signIn;
    if (account) this.current = { name: account.name, key: `signed in ${account.subject}`, known: true, vehicles: [], credential: this.signIn };
    return failure;
  }
}
