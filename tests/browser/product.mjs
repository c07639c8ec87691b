// Starts, kills and ends a server of the tests' own, on a port and a folder of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_MS = 20_000;

export class Product {
  #binary;
  #port;
  #settings;
  #data = mkdtempSync(join(tmpdir(), 'browser-test-'));
  #process = null;

  /**
   * @param {string} binary path of the server
   * @param {number} port
   * @param {string[]} settings such as `turn.lease_ms=3000`
   */
  constructor(binary, port, settings = []) {
    this.#binary = binary;
    this.#port = port;
    this.#settings = ['log.level=warn', ...settings].flatMap((setting) => ['--set', setting]);
  }

  get base() {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port() {
    return this.#port;
  }

  async start() {
    const own = ['--listen', `127.0.0.1:${this.#port}`, '--data', this.#data];
    this.#process = spawn(this.#binary, [...own, ...this.#settings], { stdio: ['ignore', 'ignore', 'inherit'] });
    const until = Date.now() + START_MS;
    while (Date.now() < until) {
      const ready = await fetch(`${this.base}/ready`).catch(() => null);
      if (ready?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('the server did not start');
  }

  /** Ends it: with SIGKILL as a crash does, with SIGTERM as a deployment does. */
  async stop(signal = 'SIGTERM') {
    const process = this.#process;
    this.#process = null;
    if (!process || process.exitCode !== null) return;
    const ended = once(process, 'exit');
    process.kill(signal);
    await ended;
  }

  async restart(signal) {
    await this.stop(signal);
    await this.start();
  }

  /** Ends it for good. */
  async remove() {
    await this.stop();
    rmSync(this.#data, { recursive: true, force: true });
  }

  /** The turns of a session as the server has stored them. */
  async transcript(session, token) {
    const response = await fetch(`${this.base}/v1/sessions/${session}`, { headers: { Authorization: `Bearer ${token}` } });
    return (await response.json()).turns ?? [];
  }
}
