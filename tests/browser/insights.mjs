// Looks at what is learned: a customer rates replies, dangers and gaps pile up, and the insights page shows them.
//
//   node insights.mjs <the server's binary> [folder for screenshots, ./screenshots] [port, 8102]

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { NARROW, WIDE, accessible, check, fits, inBrowser, say } from './browser.mjs';
import { Product } from './product.mjs';

const [, , BINARY, FOLDER = 'screenshots', PORT = '8102'] = process.argv;
/** The browser itself reports the refused rating on the console. */
const EXPECTED = [/Failed to load resource.* (404|503)/];

const product = new Product(BINARY, Number(PORT));
await product.start();
try {
  await inBrowser(FOLDER, async (session) => {
    const customer = await session.open(product.base, { expected: EXPECTED });
    const operator = await session.open(`${product.base}/desk/insights.html`, { expected: EXPECTED });
    const all = { session, customer, operator };
    for (const step of [rates, planted, figures, otherWeeks, report, looks]) await session.attempt(step.name, () => step(all), operator);
    session.quiet();
  });
} finally {
  await product.remove();
}

async function analytics(query = '') {
  const response = await fetch(`${product.base}/v1/analytics${query}`, { headers: { Authorization: 'Bearer demo-sam' } });
  return response.json();
}

/** The customer says whether a reply helped, by keyboard, and changes their mind. */
async function rates({ customer, session }) {
  await customer.locator('#identity').selectOption('Ada Lindqvist');
  const reply = await say(customer, 'How do I pair my phone?');
  const [up, down] = ['This helped', 'This did not help'].map((name) => reply.getByRole('button', { name, exact: true }));
  await up.focus();
  await customer.keyboard.press('Enter');
  await reply.locator('.rating-said', { hasText: 'Thank you' }).waitFor();
  check('the chosen rating is pressed', (await up.getAttribute('aria-pressed')) === 'true' && (await down.getAttribute('aria-pressed')) === 'false');
  check('it is counted', (await analytics()).all.feedback_up === 1);
  await down.click();
  await reply.locator('.rating-said', { hasText: 'Thank you' }).waitFor();
  const { all } = await analytics();
  check('a changed mind is counted once', all.feedback_up === 0 && all.feedback_down === 1, JSON.stringify([all.feedback_up, all.feedback_down]));
  await accessible(customer, 'a rated reply');
  await session.shot(customer, 'insights-0-rated');
}

/** Three conversations about brakes that fail, three questions that nothing is found for. */
async function planted() {
  const ask = (session, text) => fetch(`${product.base}/v1/turns`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: 'Bearer demo-ada' },
    body: JSON.stringify({ session_id: session, text }),
  });
  for (const n of [1, 2, 3]) await ask(`brakes-${n}`, 'The brake pedal goes to the floor');
  for (const [n, text] of ['Where is the plug for a samovar?', 'Where do I plug in my samovar?', 'samovar plug please'].entries()) await ask(`gap-${n}`, text);
  const learned = async () => (await analytics()).all.turns === 7;
  for (let n = 0; n < 50 && !(await learned()); n += 1) await new Promise((resolve) => setTimeout(resolve, 200));
  check('all turns are learned', await learned());
}

async function figures({ operator, session }) {
  await accessible(operator, 'the door of the insights');
  await operator.getByRole('button', { name: 'Sam Whitlock' }).click();
  await operator.locator('.tile').first().waitFor();
  const text = await operator.locator('#found').innerText();
  const { all } = await analytics();
  check('containment is the server’s', text.includes(`${(all.containment * 100).toFixed(1)} %`), text);
  check('the danger is named by model', (await operator.locator('.part-alarm').innerText()).includes('Brakes'), text);
  check('the missing article is named', text.toLowerCase().includes('samovar'), text);
  check('nobody is named', !text.includes('Lindqvist'));
  await accessible(operator, 'the insights');
  await session.shot(operator, 'insights-1-wide', { fullPage: true });
}

async function otherWeeks({ operator }) {
  const title = await operator.locator('#title').innerText();
  await operator.getByRole('button', { name: 'Week before' }).click();
  await operator.waitForFunction((before) => document.querySelector('#title').textContent !== before && document.querySelector('#found').getAttribute('aria-busy') === null, title);
  check('the week before is empty', (await operator.locator('#found').innerText()).includes('No danger piles up'));
  await operator.getByRole('button', { name: 'Week after' }).click();
  await operator.locator('.part-alarm').waitFor();
  check('and back', (await operator.locator('#title').innerText()) === title && (await operator.locator('#later').isDisabled()));
}

async function report({ operator, session }) {
  const [download] = await Promise.all([operator.waitForEvent('download'), operator.getByRole('button', { name: 'Save the report' }).click()]);
  check('the report is a file', /^motorline-\d{4}-W\d\d\.html$/.test(download.suggestedFilename()), download.suggestedFilename());
  const file = resolve(FOLDER, 'report.html');
  await download.saveAs(file);
  const page = await session.open(pathToFileURL(file).href, { expected: [/^foreign request: file:/], origins: ['null'] });
  check('the report stands alone', (await page.locator('h1').innerText()).startsWith('Motorline, week'));
  check('it has its chart and its tables', (await page.locator('svg rect').count()) > 0 && (await page.locator('table').count()) > 2);
  await accessible(page, 'the report');
  await session.shot(page, 'insights-4-report', { fullPage: true });
}

async function looks({ operator, session }) {
  await operator.setViewportSize(NARROW);
  await fits(operator, 'narrow insights');
  await session.shot(operator, 'insights-2-narrow', { fullPage: true });
  await operator.locator('#theme').click();
  await operator.setViewportSize(WIDE);
  await accessible(operator, 'dark insights');
  await session.shot(operator, 'insights-3-dark', { fullPage: true });
}
