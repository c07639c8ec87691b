// A turn over REST: one request, one body, everything at once.

import { problemOf, unreachable } from '../problem.js';

/** Makes the request of a turn, the same for every transport that speaks HTTP. */
export function turnRequest({ key, body, lastSeq }, accept, signal, meter) {
  const text = JSON.stringify(body);
  meter.sent(bytesOf(text));
  const headers = { Accept: accept, 'Content-Type': 'application/json', 'Idempotency-Key': key };
  if (lastSeq > 0) headers['Last-Event-ID'] = String(lastSeq);
  return { method: 'POST', body: text, headers, signal };
}

/** @implements {import('./persist.js').Transport} */
export class Rest {
  name = 'rest';
  #api;

  constructor(api) {
    this.#api = api;
  }

  /** Has the browser open a connection, by the smallest request there is. */
  open() {
    return this.#api.client();
  }

  async *attempt({ key, body }, signal, meter) {
    const response = await this.#api.send('/v1/turns', turnRequest({ key, body, lastSeq: 0 }, 'application/json', signal, meter));
    yield await closedFrom(response, signal, meter);
  }

  close() {}
}

/** The whole reply from one JSON body. */
export async function closedFrom(response, signal, meter) {
  const text = await response.text().catch(() => {
    signal.throwIfAborted();
    throw unreachable('The connection was lost.');
  });
  meter.received(bytesOf(text));
  return { kind: 'closed', seq: 1, data: parsed(text, response) };
}

function parsed(text, response) {
  try {
    return JSON.parse(text);
  } catch {
    throw problemOf(null, { status: response.status, ok: true });
  }
}

/** How many bytes a text takes in UTF-8. */
export const bytesOf = (text) => new TextEncoder().encode(text).length;
