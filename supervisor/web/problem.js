// What went wrong, in the words of the server where it gave any (RFC 9457), and whether the same may succeed a little later.

const PASSING = new Set([409, 429, 502, 503, 504]);

export class Problem extends Error {
  constructor({ status = 0, title, detail, hint, field, retryAfterS = null }) {
    super(detail || title || 'Something went wrong.');
    Object.assign(this, { status, hint, field, retryAfterS });
  }

  /** Whether the same request may well succeed a little later. Status 0 is a network without an answer. */
  get passing() {
    return this.status === 0 || PASSING.has(this.status);
  }
}

/** No answer came, or it broke off. */
export function unreachable(detail = 'We could not reach Veldra.') {
  return new Problem({ detail: navigator.onLine ? detail : 'You seem to be offline.', hint: 'Check your connection, then try again.' });
}

/** A problem as the body of a response, or as the data of an `error` event. */
export function problemOf(body, { status = body?.status, ok = false, retryAfter = null } = {}) {
  const { title, detail, hint, field, retry_after_s: told } = body ?? {};
  const fallback = `The server answered with status ${status}${ok ? ', but not with a reply' : ''}.`;
  return new Problem({ status, title, detail: detail ?? title ?? fallback, hint, field, retryAfterS: secondsUntil(retryAfter, told) });
}

/** Retry-After is seconds or a date (RFC 9110); another origin may hide the header, so the body says it too. */
function secondsUntil(header, told) {
  if (header && /^\d+$/.test(header.trim())) return Number(header);
  const moment = header ? Date.parse(header) : NaN;
  if (!Number.isNaN(moment)) return Math.max(0, (moment - Date.now()) / 1000);
  return Number.isFinite(told) ? told : null;
}
