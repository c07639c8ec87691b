// A turn over server-sent events: one request whose response goes on until the turn is closed. Read by fetch, as EventSource cannot POST.

import { problemOf, unreachable } from '../problem.js';
import { EventStream } from './event-stream.js';
import { closedFrom, turnRequest } from './rest.js';

/** The server sends a heartbeat every 15 seconds; a silence of three means that nobody is there any more. */
const SILENCE_MS = 45_000;
const FAREWELL_MS = 1_000;
const KINDS = new Set(['report', 'delta', 'closed']);

/** @implements {import('./persist.js').Transport} */
export class ServerSentEvents {
  name = 'sse';
  #api;

  constructor(api) {
    this.#api = api;
  }

  open() {
    return this.#api.client();
  }

  async *attempt(ask, signal, meter) {
    const response = await this.#api.send('/v1/turns', turnRequest(ask, 'text/event-stream, application/json;q=0.5', signal, meter));
    // A server that does not stream answers as over REST.
    if (!/^text\/event-stream/i.test(response.headers.get('Content-Type') ?? '')) return yield await closedFrom(response, signal, meter);
    const stream = new EventStream();
    for await (const piece of piecesOf(response.body, signal, meter)) {
      for (const { id, event, data } of stream.push(piece)) {
        if (event === 'error') throw problemOf(JSON.parse(data));
        if (KINDS.has(event)) yield { kind: event, seq: Number(id) || 0, data: JSON.parse(data) };
      }
    }
  }

  close() {}
}

/** The pieces of text of a body as they arrive; letting go of it ends the request. */
async function* piecesOf(body, signal, meter) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const stop = () => reader.cancel().catch(() => {});
  signal.addEventListener('abort', stop);
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read());
      if (done) return;
      meter.received(value.length);
      yield decoder.decode(value, { stream: true });
    }
  } catch (error) {
    stop();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    if (!signal.aborted) readOn(reader, stop);
  }
}

/** After the last event the body is read to its end, so that the connection can serve the next request. */
async function readOn(reader, stop) {
  const timer = setTimeout(stop, FAREWELL_MS);
  try {
    while (!(await reader.read()).done);
  } catch {
    // It broke off, or was let go of already: nothing more was wanted of it.
  } finally {
    clearTimeout(timer);
  }
}

async function inTime(reading) {
  let timer;
  const silence = new Promise((_, reject) => { timer = setTimeout(reject, SILENCE_MS); });
  try {
    return await Promise.race([reading, silence]);
  } catch {
    throw unreachable('The connection was lost.');
  } finally {
    clearTimeout(timer);
  }
}
