// What the browser tests share: a Chromium, a page that tells of every noise, accessibility, screenshots, and the count of checks.
//
// They need playwright-core and axe-core (`npm install` here, or NODE_PATH) and a Chromium (CHROMIUM, /usr/bin/chromium).

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url); // unlike `import`, it honours NODE_PATH
const { chromium } = require('playwright-core');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 360, height: 740 };
const STEP_MS = 40_000;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const tally = { passed: 0, failed: 0 };

/**
 * Runs a file's steps in a browser of its own, and ends the process with their result.
 * @param {string} folder for screenshots
 * @param {(session: Session) => Promise<void>} steps
 */
export async function inBrowser(folder, steps) {
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
  try {
    await steps(new Session(browser, folder));
  } catch (error) {
    check('the test runs to its end', false, error.stack);
  } finally {
    await browser.close();
  }
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  process.exitCode = tally.failed === 0 ? 0 : 1;
}

class Session {
  /** Console errors, page errors and requests to others, of all pages. */
  noise = [];
  #browser;
  #folder;

  constructor(browser, folder) {
    this.#browser = browser;
    this.#folder = folder;
  }

  /** Opens a page in a context of its own: nothing is remembered there. Noise that one of `expected` matches is none. */
  async open(address, { expected = [], origins = [] } = {}) {
    const context = await this.#browser.newContext({ viewport: WIDE, colorScheme: 'light', reducedMotion: 'reduce' });
    const page = await context.newPage();
    const own = new Set([new URL(address).origin, ...origins]);
    const hear = (text) => expected.some((pattern) => pattern.test(text)) || this.noise.push(text);
    page.setDefaultTimeout(STEP_MS);
    page.on('console', (message) => message.type() === 'error' && hear(`console: ${message.text()} ${message.location().url}`));
    page.on('pageerror', (error) => hear(`page: ${error.message}`));
    page.on('request', (request) => own.has(new URL(request.url()).origin) || request.url().startsWith('data:') || hear(`foreign request: ${request.url()}`));
    await page.addInitScript(AXE); // before the page's own policy applies
    await page.goto(address);
    return page;
  }

  async shot(page, name, options = {}) {
    await page.waitForTimeout(150); // let scrolling come to rest
    await page.screenshot({ path: join(this.#folder, `${name}.png`), ...options });
  }

  /** Runs a step; its failure is a failed check with a picture of `page`, and the next step runs all the same. */
  async attempt(name, step, page = null) {
    try {
      await step();
    } catch (error) {
      if (page) await this.shot(page, `failed-${name.replaceAll(' ', '-')}`).catch(() => {});
      check(`${name} runs to its end`, false, error.message.split('\n').slice(0, 4).join('\n    '));
    }
  }

  quiet() {
    check('the console stays free of errors, and no request goes to others', this.noise.length === 0, this.noise.join('\n'));
  }
}

export function check(what, holds, detail = '') {
  tally[holds ? 'passed' : 'failed'] += 1;
  console.log(`  ${holds ? '✓' : '✗'} ${what}${holds || !detail ? '' : `\n    ${detail}`}`);
}

export async function accessible(page, what) {
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  for (const { impact, id, nodes } of violations) console.log(`    axe: ${impact} ${id} at ${nodes[0].html.slice(0, 120)}`);
  check(`axe finds nothing serious on ${what}`, grave.length === 0, grave.map(({ id }) => id).join(', '));
}

export async function fits(page, what) {
  check(`nothing sticks out sideways on ${what}`, await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
}

export const replies = (page) => page.locator('.message.assistant');

/** All that was said so far, by both. */
export async function said(page) {
  return (await page.locator('.bubble, .message .card .text').allInnerTexts()).join('\n');
}

/** Types a text and sends it by Enter. @returns the reply that will come */
export async function send(page, text) {
  const reply = replies(page).nth(await replies(page).count());
  await page.getByRole('textbox', { name: 'Your message' }).pressSequentially(text, { delay: 5 });
  await page.keyboard.press('Enter');
  return reply;
}

/** Types a text, sends it by Enter, and waits for the reply. */
export async function say(page, text) {
  const reply = await send(page, text);
  await reply.waitFor();
  return reply;
}
