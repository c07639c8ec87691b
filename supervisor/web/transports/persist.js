// Takes a turn to its end over any transport: tries again after a lost connection, and lets nothing be heard twice.

import { Problem } from '../problem.js';

const PAUSES_S = [1, 2, 4, 8, 15];
/** A server that asks for a longer pause than this gets no automatic retry: the customer decides. */
const LONGEST_PAUSE_S = 35;

/**
 * @typedef {Object} TurnEvent
 * @property {'report'|'delta'|'closed'} kind
 * @property {number} seq counted from 1 within the turn
 * @property {Object} data
 *
 * @typedef {Object} Transport one way to have a turn; errors are thrown as problems
 * @property {string} name
 * @property {(ask: {key: string, body: Object, lastSeq: number}, signal: AbortSignal, meter: Meter) => AsyncIterable<TurnEvent>} attempt
 * @property {() => Promise<*>} open makes the connection beforehand; an attempt does so by itself
 * @property {() => void} close
 *
 * @typedef {{sent: (bytes: number) => void, received: (bytes: number) => void}} Meter told of each body and message
 */

const UNMETERED = { sent() {}, received() {} };

/**
 * Yields the events of a turn, the last one `closed`. Every attempt carries the same key, so the server never takes it twice,
 * and the number of the last event heard, so it goes on from there. Where it has to begin anew, `restart` comes first.
 * @param {Transport} transport
 * @param {{key: string, body: Object}} turn
 * @param {AbortSignal} signal ends it all
 * @param {(attempt: number, of: number, pauseS: number, problem: Problem) => void} onPause told before each further attempt
 * @param {Meter} meter
 * @throws {Problem} when no further attempt is worth it
 */
export async function* take(transport, turn, signal, onPause, meter = UNMETERED) {
  let lastSeq = 0;
  for (let attempt = 0; ; attempt += 1) {
    try {
      for await (const event of transport.attempt({ ...turn, lastSeq }, signal, meter)) {
        signal.throwIfAborted();
        // A number that does not grow: the turn is told from its beginning again.
        if (event.seq <= lastSeq && event.kind !== 'closed') yield { kind: 'restart' };
        lastSeq = event.seq;
        yield event;
        if (event.kind === 'closed') return;
      }
      throw new Problem({ detail: 'The answer broke off.', hint: 'Try again.' });
    } catch (problem) {
      signal.throwIfAborted();
      const pauseS = pauseBefore(attempt, problem);
      if (pauseS === null) throw problem;
      // Whoever refuses does not have the turn under way: what comes next is another telling of it.
      if (problem.status !== 0 && lastSeq > 0) {
        lastSeq = 0;
        yield { kind: 'restart' };
      }
      onPause(attempt + 1, PAUSES_S.length, pauseS, problem);
      await pause(pauseS * 1000, signal);
    }
  }
}

/** Seconds before the next attempt; null when there should be none. */
function pauseBefore(attempt, problem) {
  if (attempt >= PAUSES_S.length || !(problem instanceof Problem) || !problem.passing) return null;
  const asked = problem.retryAfterS;
  if (asked !== null) return asked <= LONGEST_PAUSE_S ? asked : null;
  return PAUSES_S[attempt] * (0.8 + 0.4 * Math.random()); // spread, so that many clients do not return at once
}

/** Ends early when the device comes back online. */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
}
