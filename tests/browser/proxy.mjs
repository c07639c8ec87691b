// A proxy between the browser and the server that behaves as badly as real networks do, once, when it is told to.

import http from 'node:http';
import net from 'node:net';

/**
 * @typedef {Object} Mischief happens to the next turn only
 * @property {number} [cutAfter] the connection breaks after so many bytes of the answer
 * @property {() => void} [onAsk] done as soon as the turn is on its way to the server
 * @property {() => void} [onAnswer] done as soon as the answer begins
 * @property {number} [drip] milliseconds between small pieces of the answer
 * @property {boolean} [plain] the request loses its wish for a stream
 */

const PIECE = 120;

export class Proxy {
  /** @type {Mischief|null} */
  mischief = null;
  /** What was asked over HTTP: key and number of the last event seen. */
  turns = [];
  #upstream;
  #server = http.createServer((request, response) => this.#pass(request, response));
  #sockets = new Set();

  constructor(upstream) {
    this.#upstream = upstream;
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#server.on('connection', (socket) => this.#sockets.add(socket.on('error', () => {})));
  }

  async listen(port) {
    await new Promise((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${port}`;
  }

  close() {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #pass(request, response) {
    const turn = request.method === 'POST' && request.url === '/v1/turns';
    const mischief = turn ? this.#take() : {};
    const headers = { ...request.headers };
    if (turn) this.turns.push({ key: headers['idempotency-key'], lastSeq: Number(headers['last-event-id'] ?? 0), accept: headers.accept });
    if (mischief.plain) headers.accept = 'application/json';
    const onward = http.request({ host: '127.0.0.1', port: this.#upstream, method: request.method, path: request.url, headers }, (answer) => {
      mischief.onAnswer?.();
      response.writeHead(answer.statusCode, answer.headers);
      response.flushHeaders();
      flow(answer, response, mischief, () => request.socket.destroy());
    });
    onward.on('error', () => request.socket.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
    if (mischief.onAsk) request.on('end', mischief.onAsk);
  }

  // The handshake passes through; mischief begins with the first message after it was planned.
  #upgrade(request, socket, head) {
    const onward = net.connect(this.#upstream, '127.0.0.1');
    const cut = () => {
      socket.destroy();
      onward.destroy();
    };
    const lines = [`${request.method} ${request.url} HTTP/1.1`];
    for (let index = 0; index < request.rawHeaders.length; index += 2) lines.push(`${request.rawHeaders[index]}: ${request.rawHeaders[index + 1]}`);
    onward.write(`${lines.join('\r\n')}\r\n\r\n`);
    onward.write(head);
    let mischief = null;
    socket.on('data', (data) => {
      mischief ??= this.mischief && this.#take();
      onward.write(data);
      mischief?.onAsk?.();
    });
    let left = null;
    const queue = new Drip(socket);
    onward.on('data', (data) => {
      mischief?.onAnswer?.();
      left ??= mischief?.cutAfter ?? null;
      if (left !== null) {
        socket.write(data.subarray(0, left), cut);
        left -= data.length;
      } else if (mischief?.drip) queue.write(data, mischief.drip);
      else socket.write(data);
    });
    for (const end of [socket, onward]) end.on('error', cut).on('close', cut);
  }

  #take() {
    const mischief = this.mischief ?? {};
    this.mischief = null;
    return mischief;
  }
}

function flow(answer, response, { cutAfter, drip }, cut) {
  const queue = new Drip(response);
  answer.on('data', (data) => {
    if (cutAfter !== undefined) response.write(data.subarray(0, cutAfter), () => setTimeout(cut, 30));
    else if (drip) queue.write(data, drip);
    else response.write(data);
  });
  answer.on('end', () => queue.after(() => response.end()));
  answer.on('error', cut);
}

/** Writes small pieces, one after the other, with pauses between them. */
class Drip {
  #to;
  #line = Promise.resolve();

  constructor(to) {
    this.#to = to;
  }

  write(data, pauseMs) {
    for (let from = 0; from < data.length; from += PIECE) {
      this.after(async () => {
        this.#to.write(data.subarray(from, from + PIECE));
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      });
    }
  }

  after(act) {
    this.#line = this.#line.then(act);
  }
}
