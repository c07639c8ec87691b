// Turns over one WebSocket that they share: opened at the first turn, kept alive by pings, opened again when it was lost.

import { Problem, problemOf, unreachable } from '../problem.js';
import { Inbox } from './inbox.js';
import { Parts } from './parts.js';
import { bytesOf } from './rest.js';

const OPENING_MS = 15_000;
const PING_MS = 20_000;
/** After so many pings without a turn the socket is closed: an open page alone should cost the server nothing. */
const QUIET_PINGS = 15;
const KINDS = new Set(['report', 'delta', 'closed']);
/** Why a server closes a socket, where the same turn may not simply be sent again (RFC 6455). */
const CLOSED_FOR = {
  1003: { status: 400, detail: 'The server does not take this kind of message.' },
  1008: { status: 429, detail: 'That was more than the server takes at once.', hint: 'Wait a moment, then try again.' },
  1009: { status: 413, detail: 'The message is too long for the server.', hint: 'Shorten it, then try again.' },
};

/** @implements {import('./persist.js').Transport} */
export class Socket {
  name = 'websocket';
  #api;
  #address;
  #opening = null;
  #turns = new Map();
  #beat = null;

  /**
   * @param {import('../api.js').Api} api
   * @param {string|null} address of the socket as the server tells it; null to derive it from the API's
   */
  constructor(api, address = null) {
    this.#api = api;
    this.#address = address;
  }

  async *attempt({ key, body, lastSeq }, signal, meter) {
    const inbox = new Inbox();
    const stop = () => inbox.fail(signal.reason);
    signal.addEventListener('abort', stop);
    try {
      const socket = await this.open();
      signal.throwIfAborted();
      this.#turns.set(key, { inbox, meter });
      const text = JSON.stringify({ type: 'turn', key, ...(lastSeq > 0 && { last_seq: lastSeq }), ...body });
      meter.sent(bytesOf(text));
      socket.send(text);
      for await (const { type, seq, data } of inbox) {
        if (type === 'error') throw problemOf(data);
        if (KINDS.has(type)) yield { kind: type, seq, data };
      }
    } finally {
      this.#turns.delete(key);
      signal.removeEventListener('abort', stop);
    }
  }

  /** The open socket; several turns that need it at the same time wait for the same one. */
  open() {
    this.#opening ??= this.#connect().catch((problem) => {
      this.#opening = null;
      throw problem;
    });
    return this.#opening;
  }

  close() {
    this.#opening?.then((socket) => socket.close(1000), () => {});
  }

  async #connect() {
    const socket = new WebSocket(await this.#api.socketAddress(this.#address));
    await opened(socket);
    const parts = new Parts();
    const beat = this.#keepAlive(socket);
    socket.addEventListener('message', ({ data }) => {
      beat.silent = false;
      this.#hear(data, parts);
    });
    socket.addEventListener('close', ({ code }) => this.#lost(beat, code));
    return socket;
  }

  #hear(text, parts) {
    const frame = parsed(text);
    const turn = this.#turns.get(frame?.key);
    turn?.meter.received(bytesOf(text));
    const message = parts.joined(frame);
    if (message?.type === 'error' && message.key === undefined) this.#failAll(problemOf(message.data));
    else if (message) turn?.inbox.put(message);
  }

  /** A socket may be dead without anybody having said so: an unanswered ping tells. */
  #keepAlive(socket) {
    const beat = { silent: false, quiet: 0, timer: 0 };
    beat.timer = setInterval(() => {
      beat.quiet = this.#turns.size ? 0 : beat.quiet + 1;
      if (beat.silent || beat.quiet > QUIET_PINGS) {
        this.#lost(beat, 1006);
        return socket.close();
      }
      beat.silent = true;
      socket.send('{"type":"ping"}');
    }, PING_MS);
    this.#beat = beat;
    return beat;
  }

  #lost(beat, code) {
    clearInterval(beat.timer);
    if (this.#beat !== beat) return; // another one has taken its place
    this.#beat = this.#opening = null;
    this.#failAll(CLOSED_FOR[code] ? new Problem(CLOSED_FOR[code]) : unreachable('The connection was lost.'));
  }

  #failAll(problem) {
    for (const { inbox } of this.#turns.values()) inbox.fail(problem);
  }
}

function opened(socket) {
  return new Promise((resolve, reject) => {
    const fail = () => {
      clearTimeout(timer);
      reject(unreachable());
    };
    const timer = setTimeout(() => { socket.close(); fail(); }, OPENING_MS);
    socket.addEventListener('open', () => { clearTimeout(timer); resolve(); }, { once: true });
    socket.addEventListener('close', fail, { once: true });
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no message of this protocol: nothing to do about it
  }
}
