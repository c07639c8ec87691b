// Signs a customer in at an OpenID Connect issuer: code flow with PKCE, as a public client.
//
// The access token is kept in this tab's sessionStorage. In memory alone it would be lost at every reload and every change of page,
// and a silent renewal needs an iframe with the issuer's cookies, which browsers block. localStorage would share it with every tab and
// keep it for ever. A script that could read it here could as well use it from memory; the content policy is what keeps such scripts out.
// The refresh token lives longer and stays in memory only. The identity token is read once and not kept.

import { recallSignIn, keepSignIn } from '../memory.js';
import { challengeOf, claimsOf, secret } from './pkce.js';

const ISSUER_MS = 10_000;

export class SignIn {
  #issuer;
  #client;
  #scope;
  #discovered;
  #refreshToken = null;
  #renewing = null;
  account;

  /** @param {{issuer: string, client_id: string, scope?: string}} configuration as the server tells it */
  constructor({ issuer, client_id: client, scope = 'openid' }) {
    this.#issuer = issuer;
    this.#client = client;
    this.#scope = scope;
    this.account = recallSignIn('account');
  }

  /** The credential of whoever is signed in; none for a visitor. */
  get token() {
    return this.account?.token ?? null;
  }

  /** Leaves for the issuer's page. */
  async begin() {
    const { authorization_endpoint: page } = await this.#discover();
    const pending = { state: secret(), nonce: secret(), verifier: secret() };
    keepSignIn('pending', pending);
    const address = new URL(page);
    const parameters = {
      response_type: 'code', client_id: this.#client, redirect_uri: returnAddress(), scope: this.#scope,
      state: pending.state, nonce: pending.nonce, code_challenge: await challengeOf(pending.verifier), code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
    location.assign(address);
  }

  /**
   * Ends what `begin` began.
   * @param {ReturnType<import('./url.js').takeReturn>} answer of the issuer
   * @throws {Error} in words for the customer
   */
  async complete(answer) {
    const pending = recallSignIn('pending');
    keepSignIn('pending', null);
    if (!pending || pending.state !== answer.state) throw new Error('This sign-in was not begun here. Please sign in again.');
    if (answer.issuer && answer.issuer !== this.#issuer) throw new Error('The answer came from another issuer. Please sign in again.');
    if (answer.error) throw new Error(answer.error === 'access_denied' ? 'The sign-in was cancelled.' : 'The sign-in did not succeed. Please try again.');
    const tokens = await this.#exchange({ grant_type: 'authorization_code', code: answer.code, redirect_uri: returnAddress(), code_verifier: pending.verifier });
    const claims = claimsOf(tokens.id_token, { issuer: this.#issuer, client: this.#client, nonce: pending.nonce });
    this.#keep(tokens, claims);
  }

  /** Gets a fresh access token without leaving the page. @returns whether there is one; else the customer signs in again */
  renew() {
    if (!this.#refreshToken) return Promise.resolve(false);
    this.#renewing ??= this.#refresh().finally(() => { this.#renewing = null; });
    return this.#renewing;
  }

  /** Forgets the account here and its tokens at the issuer. @returns the page that ends the session at the issuer too, else this one */
  async end() {
    const { revocation_endpoint: revocation, end_session_endpoint: page } = await this.#discover().catch(() => ({}));
    const token = this.#refreshToken ?? this.token;
    this.#refreshToken = this.account = null;
    keepSignIn('account', null);
    if (revocation && token) await fetch(revocation, form({ token, client_id: this.#client })).catch(() => {});
    if (!page) return returnAddress();
    // No id_token_hint: a token has no place in an address.
    const address = new URL(page);
    address.searchParams.set('client_id', this.#client);
    address.searchParams.set('post_logout_redirect_uri', returnAddress());
    return address.href;
  }

  async #refresh() {
    try {
      this.#keep(await this.#exchange({ grant_type: 'refresh_token', refresh_token: this.#refreshToken }));
      return true;
    } catch {
      this.#refreshToken = null;
      return false;
    }
  }

  #keep({ access_token: token, refresh_token: refreshToken }, claims) {
    const named = claims && { subject: claims.sub, name: claims.name ?? claims.preferred_username ?? claims.email ?? 'Customer' };
    this.account = { ...this.account, ...named, token };
    this.#refreshToken = refreshToken ?? this.#refreshToken;
    keepSignIn('account', this.account);
  }

  async #exchange(fields) {
    const { token_endpoint: endpoint } = await this.#discover();
    const response = await fetch(endpoint, form({ ...fields, client_id: this.#client })).catch(() => null);
    const body = await response?.json().catch(() => null);
    if (!response?.ok || !body?.access_token) throw new Error('The sign-in did not succeed. Please try again.');
    return body;
  }

  /** The issuer's endpoints, by its own description of itself. */
  #discover() {
    this.#discovered ??= described(this.#issuer).catch((error) => {
      this.#discovered = null;
      throw error;
    });
    return this.#discovered;
  }
}

async function described(issuer) {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(address, { signal: AbortSignal.timeout(ISSUER_MS) }).catch(() => null);
  const metadata = await response?.json().catch(() => null);
  if (!response?.ok || metadata?.issuer !== issuer) throw new Error('The sign-in cannot be reached at the moment. Please try again later.');
  return metadata;
}

function form(fields) {
  return { method: 'POST', body: new URLSearchParams(fields), cache: 'no-store', signal: AbortSignal.timeout(ISSUER_MS) };
}

/** The page itself: the issuer must know this address. */
const returnAddress = () => location.origin + location.pathname;
