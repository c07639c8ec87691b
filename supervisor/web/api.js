// Calls the API: identity, idempotency key, retries with backoff, and problems (RFC 9457) as errors.

const RETRIED = new Set([409, 429, 502, 503, 504]);
const PAUSES_S = [1, 2, 4];
/** A server that asks for a longer pause than this gets no automatic retry: the customer decides. */
const LONGEST_PAUSE_S = 20;
const ATTEMPT_MS = 60_000;
/** The demo identities are worth no long wait: without them everybody is a visitor. */
const IDENTITIES_MS = 4_000;

/** What went wrong, in the words of the server where it gave any. */
export class Problem extends Error {
  constructor({ status = 0, title, detail, hint, field, retryAfterS = null }) {
    super(detail || title || 'Something went wrong.');
    Object.assign(this, { status, hint, field, retryAfterS });
  }

  /** Whether the same request may well succeed a little later. Status 0 is a network without an answer. */
  get passing() {
    return this.status === 0 || RETRIED.has(this.status);
  }
}

/** The API as one identity sees it. */
export class Api {
  #base;
  #token;

  /**
   * @param {string} base URL of the API, empty for the same origin
   * @param {string|null} token of the identity, null for a visitor
   */
  constructor(base, token = null) {
    this.#base = base.replace(/\/+$/, '');
    this.#token = token;
  }

  /** @returns {Promise<Array<{token: string, name: string, vehicles: string[]}>>} none where the server offers no demo */
  async demoIdentities() {
    try {
      return (await this.#call('/v1/demo/identities', { signal: AbortSignal.timeout(IDENTITIES_MS) })).identities ?? [];
    } catch {
      return [];
    }
  }

  transcript(session, signal) {
    return this.#call(`/v1/sessions/${encodeURIComponent(session)}`, { signal });
  }

  record(session, turn, signal) {
    return this.#call(`/v1/sessions/${encodeURIComponent(session)}/turns/${encodeURIComponent(turn)}`, { signal });
  }

  /**
   * Sends a turn; up to three further attempts carry the same key, so the server never takes it twice.
   * @param {string} key idempotency key
   * @param {Object} body of the turn
   * @param {AbortSignal} signal ends it all
   * @param {(attempt: number, of: number, pauseS: number) => void} onPause told before each further attempt
   */
  async sendTurn(key, body, signal, onPause) {
    const request = { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key }, signal };
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#call('/v1/turns', request);
      } catch (problem) {
        signal.throwIfAborted();
        const pauseS = pauseBefore(attempt, problem);
        if (pauseS === null) throw problem;
        onPause(attempt + 1, PAUSES_S.length, pauseS);
        await sleep(pauseS * 1000, signal);
      }
    }
  }

  async #call(path, { headers = {}, signal, ...rest } = {}) {
    const authorization = this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
    const response = await answered(this.#base + path, { ...rest, headers: { Accept: 'application/json', ...headers, ...authorization } }, signal);
    const body = await response.json().catch(() => null);
    if (response.ok && body !== null) return body;
    throw problemFrom(response, body);
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

/** Seconds before the next attempt; null when there should be none. */
function pauseBefore(attempt, problem) {
  if (attempt >= PAUSES_S.length || !(problem instanceof Problem) || !problem.passing) return null;
  const asked = problem.retryAfterS;
  if (asked !== null) return asked <= LONGEST_PAUSE_S ? asked : null;
  return PAUSES_S[attempt] * (0.8 + 0.4 * Math.random()); // spread, so that many clients do not return at once
}

async function answered(url, options, signal) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), ATTEMPT_MS);
  const stop = () => limit.abort();
  signal?.addEventListener('abort', stop);
  try {
    return await fetch(url, { ...options, signal: limit.signal, cache: 'no-store' });
  } catch {
    signal?.throwIfAborted();
    const detail = navigator.onLine ? 'We could not reach Veldra.' : 'You seem to be offline.';
    throw new Problem({ detail, hint: 'Check your connection, then try again.' });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

function problemFrom(response, body) {
  const { title, detail, hint, field, retry_after_s: told } = body ?? {};
  const fallback = `The server answered with status ${response.status}${response.ok ? ', but not with a reply' : ''}.`;
  const retryAfterS = retryAfter(response.headers.get('Retry-After'), told);
  return new Problem({ status: response.status, title, detail: detail ?? title ?? fallback, hint, field, retryAfterS });
}

/** Retry-After is seconds or a date (RFC 9110); another origin may hide the header, so the body says it too. */
function retryAfter(header, told) {
  if (header && /^\d+$/.test(header.trim())) return Number(header);
  const moment = header ? Date.parse(header) : NaN;
  if (!Number.isNaN(moment)) return Math.max(0, (moment - Date.now()) / 1000);
  return Number.isFinite(told) ? told : null;
}

function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}
