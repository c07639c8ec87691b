// Calls the API: the base address, the credential, and problems (RFC 9457) as errors.

import { problemOf, unreachable } from './problem.js';

const ATTEMPT_MS = 60_000;
/** Who one can be is worth no long wait: without an answer everybody is a visitor. */
const ARRIVAL_MS = 4_000;

/** Where the API lives, as the page says it; the same origin when it says nothing. */
export const BASE = document.querySelector('meta[name="motorline-api"]')?.content ?? '';

/** A credential that stays as it is: a demo token, or none. */
export const fixed = (token) => ({ token, renew: async () => false });

/** The API as one identity sees it. */
export class Api {
  #base;
  #credential;

  /**
   * @param {string} base URL of the API, empty for the same origin
   * @param {{token: string|null, renew: () => Promise<boolean>}} credential `renew` says whether there is a fresh token
   */
  constructor(base, credential = fixed(null)) {
    this.#base = base.replace(/\/+$/, '');
    this.#credential = credential;
  }

  /** What the server offers to a client; null where it does not say. */
  async client() {
    try {
      return await this.#read('/v1/client', { signal: AbortSignal.timeout(ARRIVAL_MS) });
    } catch {
      return null;
    }
  }

  /** @returns {Promise<Array<{token: string, name: string, vehicles: string[]}>>} none where the server offers no demo */
  async demoIdentities() {
    try {
      return (await this.#read('/v1/demo/identities', { signal: AbortSignal.timeout(ARRIVAL_MS) })).identities ?? [];
    } catch {
      return [];
    }
  }

  transcript(session, signal) {
    return this.#read(`/v1/sessions/${encodeURIComponent(session)}`, { signal });
  }

  record(session, turn, signal) {
    return this.#read(`/v1/sessions/${encodeURIComponent(session)}/turns/${encodeURIComponent(turn)}`, { signal });
  }

  /** @returns {Promise<{memories: Array<{session_id: string, at: string, kind: string, text: string}>}>} what is remembered of the customer */
  memory() {
    return this.#read('/v1/me/memory', {});
  }

  /** Erases what is remembered of one conversation, or of all when none is named. */
  forget(session) {
    const path = session ? `/v1/me/memory/${encodeURIComponent(session)}` : '/v1/me/memory';
    return this.send(path, { method: 'DELETE' });
  }

  /** Everything that is kept of the customer. */
  exported() {
    return this.#read('/v1/me/export', {});
  }

  /**
   * Erases everything that is kept of the customer; it takes some seconds.
   * @returns {Promise<{receipt_id: string, ended: string, stores: Array<{store: string, pieces: number}>}>} the receipt
   * @throws {import('./problem.js').Problem} also when not everything could be erased
   */
  eraseAll() {
    return this.#read('/v1/me', { method: 'DELETE' });
  }

  /** What people said in a conversation, from the `after`-th word on. */
  async words(session, after, signal) {
    return (await this.#read(`/v1/sessions/${encodeURIComponent(session)}/words?after=${after}`, { signal })).words ?? [];
  }

  /** Notes whether a reply helped; the last word counts. */
  rate(session, turn, rating) {
    const headers = { 'Content-Type': 'application/json' };
    return this.send(`/v1/turns/${encodeURIComponent(turn)}/feedback`, { method: 'POST', headers, body: JSON.stringify({ session_id: session, rating }) });
  }

  /** Notes when the customer wants to be called back. */
  callBack(session, when) {
    const headers = { 'Content-Type': 'application/json' };
    return this.send(`/v1/sessions/${encodeURIComponent(session)}/callback`, { method: 'POST', headers, body: JSON.stringify({ when }) });
  }

  /**
   * The address of the socket. A browser can send no credential with it, so a ticket stands in: good once, for a minute.
   * @param {string|null} told address that the server told, null to derive it
   */
  async socketAddress(told) {
    const address = new URL(told ?? `${this.#base}/v1/socket`, location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    if (!this.#credential.token) return address.href;
    const { ticket } = await this.#read('/v1/tickets', { method: 'POST' });
    address.searchParams.set('ticket', ticket);
    return address.href;
  }

  /**
   * Makes a request with the credential; a token that the server no longer takes is renewed once.
   * @returns {Promise<Response>} one that is ok
   * @throws {import('./problem.js').Problem}
   */
  async send(path, options = {}) {
    const response = await this.#attempt(path, options);
    const renewed = response.status === 401 && (await this.#credential.renew());
    const final = renewed ? await this.#attempt(path, options) : response;
    if (final.ok) return final;
    throw await refusal(final);
  }

  #attempt(path, { headers = {}, ...rest }) {
    const authorization = this.#credential.token ? { Authorization: `Bearer ${this.#credential.token}` } : {};
    return answered(this.#base + path, { ...rest, headers: { Accept: 'application/json', ...headers, ...authorization } });
  }

  async #read(path, options) {
    const response = await this.send(path, options);
    const body = await response.json().catch(() => null);
    if (body === null) throw await refusal(response);
    return body;
  }
}

/** A random UUID; `randomUUID` is missing where the page is not served securely, as on a phone in the home network. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Waits for the head of the response; its body may take longer, and ends with `signal` as well. */
async function answered(url, { signal, ...options }) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), ATTEMPT_MS);
  signal?.addEventListener('abort', () => limit.abort(), { once: true });
  try {
    signal?.throwIfAborted();
    return await fetch(url, { ...options, signal: limit.signal, cache: 'no-store' });
  } catch {
    signal?.throwIfAborted();
    throw unreachable();
  } finally {
    clearTimeout(timer);
  }
}

async function refusal(response) {
  const body = response.bodyUsed ? null : await response.json().catch(() => null);
  return problemOf(body, { status: response.status, ok: response.ok, retryAfter: response.headers.get('Retry-After') });
}
