// Looks into turns: a plain one, one with an action, one whose model broke off; in the chat, and at the desk through a case.
//
//   node why.mjs <the server's binary> <the openai-double's binary> [folder for screenshots, ./screenshots] [port, 8102]
//
// It asserts no particular words of the assistant, only that the view says what the record says, and can be read by everybody.

import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { NARROW, WIDE, accessible, check, fits, inBrowser, say } from './browser.mjs';
import { Product } from './product.mjs';

const [, , BINARY, DOUBLE, FOLDER = 'screenshots', PORT = '8102'] = process.argv;
const PARTS = ['In short', 'In the order of time', 'Where it went', 'What the reply rests on', 'Model calls and their cost', 'Findings'];
/** What the double takes: it is no secret. */
process.env.WHY_KEY = 'sk-double-0123456789';

const double = spawn(DOUBLE, ['127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const [printed] = await once(double.stdout, 'data');
const vendor = `${printed}`.trim();
const product = new Product(BINARY, Number(PORT), [`openai.url=${vendor}`, 'openai.key=env:WHY_KEY', 'model.fast=openai://gpt-5.4-nano', 'model.capable=openai://gpt-5.4-nano', 'model.stall_ms=500']);
await product.start();
try {
  await inBrowser(FOLDER, async (session) => {
    const page = await session.open(product.base);
    await page.locator('#identity').selectOption('Ada Lindqvist');
    const steps = [modelled, adding, keyboard, acted, degraded, looks, operator];
    for (const step of steps) await session.attempt(step.name, () => step(page, session), page);
    session.quiet();
  });
} finally {
  await product.remove();
  double.kill();
}

/** Opens everything about the last reply. */
async function look(page, reply) {
  await reply.getByRole('button', { name: 'Why this answer' }).click();
  await page.getByRole('button', { name: 'Show every finding' }).click();
  await page.locator('.why-turn').waitFor();
}

async function modelled(page, session) {
  await look(page, await say(page, 'What tyre pressure does my car need?'));
  const heads = await page.locator('.why-turn h3').allInnerTexts();
  check('every part is there', PARTS.every((part) => heads.includes(part)), heads.join(', '));
  const rows = await page.locator('.timeline tbody tr').count();
  check('the timeline has stages, agents and the call of the model', rows > 10 && (await page.locator('.timeline .row-call').count()) === 1, `${rows} rows`);
  check('each bar has its words', (await page.locator('.timeline .row-agent td:nth-child(4)').allInnerTexts()).every((words) => /m?s$|–/.test(words)));
  const call = await page.locator('.bill tbody tr').innerText();
  check('the call names its model, prompt and parameters', /gpt-5\.4-nano[\s\S]*[0-9a-f]{12}[\s\S]*temperature 0\.3, at most 150 tokens/.test(call), call);
  check('a source has the sentences that rest on it', (await page.locator('.evidence-list .says li').count()) > 0);
  check('the customer does not see what the model answered word for word', (await page.getByText('word for word').count()) === 0);
  await accessible(page, 'why a turn went so');
  await session.shot(page, 'why-1-model');
  await page.locator('.evidence').scrollIntoViewIfNeeded();
  await session.shot(page, 'why-1-evidence');
}

/** The lines add up to what the record says that the turn cost. */
async function adding(page) {
  const sum = await page.locator('.bill tfoot').innerText();
  check('the bill says that it is the sum of its calls', sum.includes('The turn, the sum of its calls'), sum);
  const cells = await page.locator('.bill tbody tr td:nth-last-child(2)').allInnerTexts();
  const written = cells.reduce((all, text) => all + Number(text), 0);
  check('tokens add up', sum.includes(`${written}`), sum);
}

/** Without a mouse: in, through the tables and folds, and out again. */
async function keyboard(page) {
  await page.keyboard.press('Tab');
  for (const key of ['Tab', 'Tab']) await page.keyboard.press(key);
  check('the tables can be reached and scrolled by keys', await page.evaluate(() => document.querySelectorAll('.why-turn .wide-table[tabindex="0"]').length) === 2);
  await page.locator('.why-turn .evidence summary').first().focus();
  await page.keyboard.press('Enter');
  check('a passage opens by a key', (await page.locator('.evidence details[open] .passage').count()) > 0);
  await page.keyboard.press('Escape');
  check('Escape closes it', !(await page.locator('#drawer').isVisible()));
  check('and the focus is back on its button', await page.evaluate(() => document.activeElement.textContent.includes('Why this answer')));
}

async function acted(page, session) {
  await look(page, await say(page, 'Please book a service for my car next Tuesday at 10'));
  const list = page.locator('.actions-list');
  check('what was proposed is listed with what became of it', (await list.innerText()).includes('proposed'), await list.innerText().catch(() => 'none'));
  await accessible(page, 'a turn with an action');
  await session.shot(page, 'why-2-action');
  await list.scrollIntoViewIfNeeded();
  await session.shot(page, 'why-2-action-list');
  await page.keyboard.press('Escape');
  await look(page, await say(page, 'yes'));
  check('a yes and what it did', /agreed[\s\S]*done/i.test(await list.innerText()), await list.innerText());
  await list.scrollIntoViewIfNeeded();
  await session.shot(page, 'why-3-done');
  await page.keyboard.press('Escape');
}

/** The vendor breaks the connection in the middle of its answer. */
async function degraded(page, session) {
  await fetch(`${vendor.replace(/\/v1$/, '')}/_double`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ cut_after: 6, pace_ms: 20 }) });
  await page.locator('#new').click();
  await look(page, await say(page, 'How do I charge to 100 %?'));
  const less = await page.locator('.less').innerText();
  check('what is less than it should be is said, and why', /Response answered by lesser means: .{10,}/.test(less), less);
  const calls = await page.locator('.timeline .row-call').allInnerTexts();
  check('the broken call and the one that stood in are both there', calls.length >= 2 && calls.some((words) => words.includes('failed')) && calls.some((words) => words.includes('offline')), calls.join(' | '));
  check('an estimated cost is called one', (await page.locator('.bill').innerText()).includes('(estimate)'));
  await accessible(page, 'a degraded turn');
  await session.shot(page, 'why-4-degraded');
}

async function looks(page, session) {
  await page.setViewportSize(NARROW);
  await fits(page, 'a narrow why view');
  check('nothing but the tables scrolls sideways', await page.evaluate(() => document.getElementById('drawer-body').scrollWidth <= document.getElementById('drawer-body').clientWidth));
  await accessible(page, 'a narrow why view');
  await session.shot(page, 'why-5-narrow');
  await page.locator('.timeline .row-call').first().scrollIntoViewIfNeeded();
  await session.shot(page, 'why-5-narrow-timeline');
  await page.evaluate(() => { document.documentElement.dataset.theme = 'dark'; });
  await accessible(page, 'a dark, narrow why view');
  await session.shot(page, 'why-6-narrow-dark');
  await page.setViewportSize(WIDE);
  await accessible(page, 'a dark why view');
  await session.shot(page, 'why-7-dark');
  await page.evaluate(() => { document.documentElement.dataset.theme = 'light'; });
  await page.keyboard.press('Escape');
}

/** Through a case an operator sees the same view, and what the model answered word for word. */
async function operator(page, session) {
  await say(page, 'Let me talk to a person');
  const desk = await session.open(`${product.base}/desk/`);
  await desk.getByRole('button', { name: 'Sam Whitlock' }).click();
  await desk.locator('#cases button').first().click();
  const inside = desk.locator('.inside').first();
  await inside.locator('summary').first().click();
  await inside.getByRole('button', { name: 'Why this answer' }).click();
  await desk.locator('.why-turn').waitFor();
  check('the desk shows the same timeline', (await desk.locator('.timeline .row-agent').count()) > 5);
  const words = desk.locator('.why-turn summary', { hasText: 'word for word' }).first();
  await words.click();
  check('and what the model answered word for word', (await desk.locator('.why-turn details[open] .passage').first().innerText()).length > 3);
  await accessible(desk, 'the why view at the desk');
  await words.scrollIntoViewIfNeeded();
  await session.shot(desk, 'why-8-desk');
  await desk.keyboard.press('Escape');
  check('the desk is there again', !(await desk.locator('#drawer').isVisible()));
}
