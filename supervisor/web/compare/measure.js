// Asks one question over one transport and measures what a browser can see of it.

import { uuid } from '../api.js';
import { take } from '../transports/persist.js';

/**
 * @typedef {Object} Measurement
 * @property {string} transport
 * @property {string} question
 * @property {'in turn'|'together'} order whether the transports were asked one after the other
 * @property {string} at when it ended, ISO 8601
 * @property {number|null} firstMs until the first words could be read; null when there were none
 * @property {number} totalMs until the reply was whole, all pauses before retries included
 * @property {number} tokens of the reply
 * @property {boolean} words whether `tokens` are words, counted here, because the model told no tokens
 * @property {number} sent bytes of bodies and messages to the server
 * @property {number} received bytes of bodies and messages from the server
 * @property {number} retries
 * @property {string|null} error why there is no reply
 */

/**
 * Has one turn in a session of its own.
 * @param {import('../transports/persist.js').Transport} transport already open
 * @param {{question: string, order: string}} ask
 * @param {AbortSignal} signal
 * @param {{event: (event: Object) => void, retry: (attempt: number, of: number, pauseS: number) => void}} watch hears what happens meanwhile
 * @returns {Promise<Measurement>}
 */
export async function measure(transport, { question, order }, signal, watch) {
  const turn = { key: uuid(), body: { channel: 'web', text: question, locale: 'en' } };
  const seen = { firstMs: null, sent: 0, received: 0, retries: 0, reply: null, error: null };
  const meter = { sent: (bytes) => { seen.sent += bytes; }, received: (bytes) => { seen.received += bytes; } };
  const onPause = (attempt, of, pauseS) => {
    seen.retries += 1;
    watch.retry(attempt, of, pauseS);
  };
  const begun = performance.now();
  try {
    for await (const event of take(transport, turn, signal, onPause, meter)) {
      if (readable(event)) seen.firstMs ??= performance.now() - begun;
      if (event.kind === 'closed') seen.reply = event.data;
      watch.event(event);
    }
  } catch (problem) {
    signal.throwIfAborted();
    seen.error = problem.message;
  }
  const { reply, ...figures } = seen;
  return { transport: transport.name, question, order, at: new Date().toISOString(), ...figures, totalMs: performance.now() - begun, ...spoken(reply) };
}

const readable = ({ kind, data }) => kind === 'closed' || (kind === 'delta' && data.text !== '');

function spoken(reply) {
  const told = reply?.usage?.output_tokens ?? 0;
  return told > 0 ? { tokens: told, words: false } : { tokens: (reply?.reply ?? '').split(/\s+/).filter(Boolean).length, words: true };
}

/** Tokens (or words) in a second of the total time. */
export const rate = ({ tokens, totalMs }) => tokens / (Math.max(totalMs, 0.1) / 1000);
