// Keeps the desk up to date: over a WebSocket where there is one, by asking every three seconds where there is none.

import { Parts } from '../transports/parts.js';

const POLL_MS = 3_000;
const PING_MS = 20_000;
const OPENING_MS = 10_000;
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

export class Watch {
  #api;
  #service;
  #client;
  #told;
  #socket = null;
  #opening = false;
  #attempts = 0;
  #given = false;
  #news = 0;
  #timers = new Set();
  #stopped = new AbortController();

  /**
   * @param {import('../api.js').Api} api
   * @param {import('./service.js').Service} service
   * @param {Object|null} client what the server offers
   * @param {{desk: (desk: Object) => void, state: (state: 'live'|'polling'|'lost') => void, refused: (problem: Error) => void}} told
   */
  constructor(api, service, client, told) {
    this.#api = api;
    this.#service = service;
    this.#client = client;
    this.#told = told;
    this.#given = Boolean(client?.transports) && !client.transports.includes('websocket');
  }

  /** Whether changes arrive by themselves. */
  get live() {
    return this.#socket !== null;
  }

  start() {
    this.ask();
    this.#connect();
    this.#every(POLL_MS, () => !this.live && this.ask());
    this.#every(PING_MS, () => this.#ping());
    addEventListener('online', () => { this.#attempts = 0; this.ask(); this.#connect(); }, { signal: this.#stopped.signal });
  }

  stop() {
    this.#stopped.abort();
    this.#timers.forEach(clearInterval);
    this.#socket?.close(1000);
  }

  /** Something was done here: an answer to what was asked before it is out of date. */
  outdate() {
    this.#news += 1;
  }

  /** Asks how it stands, now. */
  async ask() {
    const asked = this.#news;
    try {
      const desk = await this.#service.queue(this.#stopped.signal);
      if (this.#stopped.signal.aborted || asked !== this.#news) return;
      this.#told.desk(desk);
      this.#told.state(this.live ? 'live' : 'polling');
    } catch (problem) {
      if (this.#stopped.signal.aborted) return;
      if ([401, 403].includes(problem.status)) this.#told.refused(problem);
      else if (!this.live) this.#told.state('lost');
    }
  }

  async #connect() {
    if (this.#given || this.#socket || this.#opening || this.#stopped.signal.aborted) return;
    this.#opening = true;
    try {
      const socket = new WebSocket(await this.#api.socketAddress(this.#client?.socket_url ?? null));
      const parts = new Parts();
      const limit = setTimeout(() => socket.close(), OPENING_MS);
      socket.addEventListener('open', () => { clearTimeout(limit); socket.send('{"type":"watch_desk"}'); });
      socket.addEventListener('message', ({ data }) => this.#hear(socket, data, parts));
      socket.addEventListener('close', () => { clearTimeout(limit); this.#lost(socket); });
    } catch {
      this.#opening = false;
      this.#again();
    }
  }

  #hear(socket, text, parts) {
    socket.silent = false;
    const message = parts.joined(parsed(text));
    if (message?.type === 'error') this.#given = true; // this server's sockets are for turns only
    if (message?.type === 'error') socket.close(1000);
    if (message?.type !== 'desk' || this.#stopped.signal.aborted) return;
    this.#socket = socket;
    this.#opening = false;
    this.#attempts = 0;
    this.#news += 1;
    this.#told.desk(message.data);
    this.#told.state('live');
  }

  /** A socket may be dead without anybody having said so: an unanswered ping tells. */
  #ping() {
    const socket = this.#socket;
    if (!socket) return;
    if (socket.silent) {
      socket.close();
      return this.#lost(socket);
    }
    socket.silent = true;
    socket.send('{"type":"ping"}');
  }

  #lost(socket) {
    if (socket.ended) return;
    socket.ended = true;
    this.#opening = false;
    if (this.#socket === socket) this.#socket = null;
    if (this.#stopped.signal.aborted) return;
    this.ask();
    this.#again();
  }

  #again() {
    if (this.#given) return;
    const pause = PAUSES_MS[Math.min(this.#attempts, PAUSES_MS.length - 1)];
    this.#attempts += 1;
    setTimeout(() => this.#connect(), pause * (0.8 + 0.4 * Math.random()));
  }

  #every(ms, what) {
    this.#timers.add(setInterval(what, ms));
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no message of this protocol
  }
}
