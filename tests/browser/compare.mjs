// Compares the transports as a curious customer would, and checks that the figures are there and can be true.
//
//   node compare.mjs [base URL, http://127.0.0.1:8080] [folder for screenshots, ./screenshots]

import { NARROW, WIDE, accessible, check, fits, inBrowser } from './browser.mjs';

const BASE = process.argv[2] ?? 'http://127.0.0.1:8080';
const FOLDER = process.argv[3] ?? 'screenshots';
const ALL = ['rest', 'sse', 'websocket'];
const RUNS = 8;

await inBrowser(FOLDER, async (session) => {
  const page = await session.open(BASE, { expected: [/Failed to load resource.* (429|400)/] });
  for (const step of [fromTheChat, oneRun, manyRuns, history, badDays, looks, clearing]) await session.attempt(step.name, () => step(page, session), page);
  session.quiet();
});

async function fromTheChat(page, session) {
  await page.getByRole('link', { name: 'Compare the transports' }).click();
  await page.locator('#start:enabled').waitFor();
  check('a column for each transport', (await page.locator('.column').count()) === ALL.length);
  check('no run so far', await page.locator('#history-empty').isVisible());
  await accessible(page, 'the comparison before a run');
  await session.shot(page, 'compare-1-before', { fullPage: true });
}

async function oneRun(page, session) {
  await page.locator('#question').focus();
  await page.keyboard.press('Enter');
  await done(page);
  const runs = await remembered(page);
  check('one run measures each transport once', runs.map(({ transport }) => transport).sort().join() === ALL.join());
  for (const run of runs) {
    const { transport, firstMs, totalMs, tokens, sent, received, retries, error } = run;
    const sound = error === null && retries === 0 && firstMs > 0 && firstMs <= totalMs && totalMs < 60_000 && tokens > 3 && sent > 50 && received > 200;
    check(`the figures of ${transport} can be true`, sound, JSON.stringify(run));
  }
  const of = (transport) => runs.find((run) => run.transport === transport);
  check('REST brings the fewest bytes: a stream tells its words twice', ALL.every((name) => of('rest').received <= of(name).received));
  const texts = await page.locator('.live').allInnerTexts();
  check('each column shows the reply', texts.every((text) => text.length > 10), JSON.stringify(texts));
  check('the last run is drawn', (await page.locator('#timeline .flow').count()) === ALL.length);
  check('a few runs are a table, not a drawing', (await page.locator('.percentiles tbody tr').count()) === ALL.length && (await page.locator('.plot').count()) === 0);
  await accessible(page, 'the comparison after a run');
}

async function manyRuns(page, session) {
  await page.locator('#runs').fill(String(RUNS));
  await page.locator('#order').selectOption('together');
  await page.locator('#start').click();
  await page.locator('#stop').waitFor();
  await done(page);
  const runs = await remembered(page);
  check('every run is remembered', runs.length === ALL.length * (RUNS + 1), String(runs.length));
  check('only runs of this question and order are counted together', (await cells(page)).every(([, count]) => count === String(RUNS)));
  check('each run is a dot, in both drawings', (await page.locator('.plot .dot').count()) === 2 * ALL.length * RUNS);
  const sums = await page.evaluate(async () => {
    const { summary } = await import('/compare/statistics.js');
    const all = JSON.parse(localStorage.getItem('motorline.measurements'));
    return ['rest', 'sse', 'websocket'].map((name) => summary(all.filter(({ transport }) => transport === name)));
  });
  for (const { first, total } of sums.flat()) {
    for (const { values, p50, p95, p99 } of [first, total]) {
      const measured = [p50, p95, p99].every((value) => values.includes(value));
      check('percentiles are values that were measured, in order', measured && p50 <= p95 && p95 <= p99, JSON.stringify({ p50, p95, p99 }));
    }
  }
  await session.shot(page, 'compare-2-many', { fullPage: true });
}

async function history(page) {
  await page.reload();
  await page.locator('.percentiles').waitFor();
  await page.locator('#counted').selectOption('all');
  check('the history outlives a reload', (await cells(page)).every(([, count]) => count === String(RUNS + 1)));
  const known = await page.evaluate(async () => {
    const { percentile } = await import('/compare/statistics.js');
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    return [percentile(hundred, 0.5), percentile(hundred, 0.95), percentile(hundred, 0.99), percentile([7], 0.99), percentile([], 0.5)].join();
  });
  check('percentiles of 1 to 100 are 50, 95 and 99', known === '50,95,99,7,NaN', known);
}

/** A server that is busy for a moment, then one that refuses. */
async function badDays(page, session) {
  const problem = (status, more = {}) => ({ status, contentType: 'application/problem+json', body: JSON.stringify({ title: 'No', detail: 'Not now.', status, ...more }) });
  await page.locator('#question').fill('How do I charge to 100 %?');
  await page.locator('#order').selectOption('in turn');
  await page.locator('#runs').fill('1');
  await page.route('**/v1/turns', (route) => route.fulfill(problem(429, { retry_after_s: 1 })), { times: 1 });
  await page.locator('#start').click();
  await page.locator('.state[data-state="retrying"]').waitFor();
  await session.shot(page, 'compare-3-retrying');
  await done(page);
  const busy = (await remembered(page)).slice(-ALL.length);
  check('a retry is counted, and its pause is part of the time', busy.filter(({ retries, totalMs }) => retries === 1 && totalMs >= 1000).length === 1, JSON.stringify(busy));
  await page.route('**/v1/turns', (route) => route.fulfill(problem(400)));
  await page.locator('#start').click();
  await done(page);
  await page.unroute('**/v1/turns');
  const refused = (await remembered(page)).slice(-ALL.length);
  check('a refusal is an error, over HTTP only', refused.filter(({ error }) => error === 'Not now.').length === 2, JSON.stringify(refused));
  check('the columns say so', (await page.locator('.state[data-state="failed"]').count()) === 2);
  await accessible(page, 'the comparison with errors');
  await session.shot(page, 'compare-3-errors', { fullPage: true });
}

async function looks(page, session) {
  await page.locator('#start').click();
  await done(page);
  await session.shot(page, 'compare-4-wide-light', { fullPage: true });
  await page.getByRole('button', { name: 'Dark appearance' }).click();
  await accessible(page, 'the dark comparison');
  await session.shot(page, 'compare-4-wide-dark', { fullPage: true });
  await page.setViewportSize(NARROW);
  await accessible(page, 'the narrow comparison');
  await fits(page, 'the narrow comparison');
  await session.shot(page, 'compare-5-narrow-dark', { fullPage: true });
  await page.getByRole('button', { name: 'Dark appearance' }).click();
  await session.shot(page, 'compare-5-narrow-light', { fullPage: true });
  await page.setViewportSize(WIDE);
}

async function clearing(page) {
  await page.locator('#runs').fill('100');
  await page.locator('#start').click();
  await page.locator('#stop').click();
  await done(page);
  check('a comparison can be stopped', (await remembered(page)).length < 100 * ALL.length);
  await page.getByRole('button', { name: 'Clear history' }).click();
  check('the history can be cleared', (await remembered(page)).length === 0 && (await page.locator('#history-empty').isVisible()));
  await page.getByRole('link', { name: 'Chat' }).click();
  await page.locator('#composer').waitFor();
  check('a link leads back to the chat', new URL(page.url()).pathname === '/');
}

async function done(page) {
  await page.locator('#stop').waitFor({ state: 'hidden' });
  await page.locator('#start:enabled').waitFor();
}

function remembered(page) {
  return page.evaluate(() => JSON.parse(localStorage.getItem('motorline.measurements') ?? '[]'));
}

/** The rows of the table, as texts. */
async function cells(page) {
  const rows = await page.locator('.percentiles tbody tr').all();
  return Promise.all(rows.map((row) => row.locator('th, td').allInnerTexts()));
}
