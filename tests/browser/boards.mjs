// Looks at the boards as an operator does, over the real product with some turns in it.
//
//   node boards.mjs <the server's binary> [folder for screenshots, ./screenshots] [port, 8102]
//
// It asserts that what was measured is shown, that an alarm leads to what is to be done, and that the page can be worked with.

import { NARROW, WIDE, accessible, check, fits, inBrowser } from './browser.mjs';
import { Product } from './product.mjs';

const [, , BINARY, FOLDER = 'screenshots', PORT = '8102'] = process.argv;
const WORDS = ['How do I charge to 100 %?', 'What tyre pressure does my car need?', 'Let me talk to a person', 'What does the trouble code P0301 mean?', 'Thank you!'];
const TURNS = 30;

const product = new Product(BINARY, Number(PORT));
await product.start();
try {
  await fill();
  await inBrowser(FOLDER, async (session) => {
    const page = await session.open(`${product.base}/desk/`, { expected: [/net::ERR_FAILED/] });
    for (const step of [fromTheDesk, overview, values, runbook, otherBoards, spans, keyboard, alarmed, narrow, dark]) await session.attempt(step.name, () => step(page, session), page);
    session.quiet();
  });
} finally {
  await product.remove();
}

/** Customers say something, on every channel. */
async function fill() {
  const say = (index) => fetch(`${product.base}/v1/turns`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer demo-${['ada', 'ben', 'chloe'][index % 3]}` },
    body: JSON.stringify({ session_id: `boards-${index % 6}`, text: WORDS[index % WORDS.length], channel: ['web', 'mobile'][index % 2] }),
  });
  for (let index = 0; index < TURNS; index += 1) {
    const answer = await say(index);
    if (!answer.ok) throw new Error(`a turn was answered ${answer.status}`);
  }
}

async function fromTheDesk(page) {
  await page.getByRole('button', { name: 'Sam Whitlock' }).click();
  await page.getByRole('link', { name: 'Boards' }).click();
  await page.locator('.chart svg').first().waitFor();
  check('whoever works at the desk need not say so again', (await page.locator('#gate').isVisible()) === false);
}

async function overview(page, session) {
  await drawn(page);
  check('every chart has a picture', (await page.locator('.chart').count()) === (await page.locator('.chart svg').count()));
  const told = (name) => page.locator(`.chart[aria-label="${name}"] svg`).getAttribute('role');
  check('a picture is one for screen readers', (await told('Turn latency')) === 'img');
  const words = await page.locator('.chart[aria-label="Turn latency"] svg desc').textContent();
  check('and says what it shows', words.includes('p99') && words.includes('ms'), words);
  const empty = await page.locator('.chart[aria-label="Errors by what came of them"] svg').textContent();
  check('what was not measured is no zero', empty.includes('no values'), empty);
  const alarms = await page.locator('.alarm').allInnerTexts();
  check('all alarms are shown with how they stand', alarms.length === 13 && alarms.every((text) => /OK|Alarm|No data|On AWS only/.test(text)), alarms.join('|'));
  await accessible(page, 'the overview');
  await fits(page, 'the overview');
  await session.shot(page, 'boards-1-overview', { fullPage: true });
}

async function values(page) {
  const chart = page.locator('.chart[aria-label="Turns by channel"]');
  await chart.locator('summary').click();
  await chart.locator('td').first().waitFor();
  const channels = await chart.locator('thead th').allInnerTexts();
  check('the values stand in a table too', channels.join() === 'Time,mobile,web', channels.join());
  const cells = await chart.locator('td').allInnerTexts();
  const sum = cells.map(Number).filter((value) => !Number.isNaN(value)).reduce((all, value) => all + value, 0);
  check('and add up to the turns that were taken', sum === TURNS, String(sum));
  check('a period without a turn is a dash', cells.includes('–'));
  await accessible(page, 'a table of values');
}

async function runbook(page, session) {
  const alarm = page.locator('.alarm', { hasText: 'Paging' });
  await alarm.click();
  await page.locator('#drawer .runbook h2').first().waitFor();
  check('an alarm leads to its runbook', (await page.locator('#drawer-title').innerText()) === 'Customers are hurt now');
  await accessible(page, 'a runbook');
  await session.shot(page, 'boards-2-runbook');
  await page.locator('#drawer a', { hasText: 'error-rate' }).first().click();
  await page.locator('#drawer-title', { hasText: 'without a reply' }).waitFor();
  check('and that to others', (await page.locator('#drawer pre').count()) > 0 && (await page.locator('#drawer h2', { hasText: 'What to do' }).count()) === 1);
  await page.keyboard.press('Escape');
  check('Esc returns to the alarm', await alarm.evaluate((button) => document.activeElement === button));
}

async function otherBoards(page, session) {
  for (const [name, chart] of [['Agents', 'Latency of agents, p95'], ['Models', 'Calls by what came of them'], ['Platform', 'Learner lag']]) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.locator(`.chart[aria-label="${chart}"] svg`).waitFor();
    await drawn(page);
    await accessible(page, `the board ${name}`);
    await session.shot(page, `boards-3-${name.toLowerCase()}`, { fullPage: true });
  }
  const only = await page.locator('.chart svg', { hasText: 'measured on AWS only' }).count();
  check('what only AWS measures is said to be', only > 10, String(only));
}

async function spans(page) {
  await page.getByRole('link', { name: 'Agents', exact: true }).click();
  await page.getByRole('button', { name: '1 h', exact: true }).click();
  await page.waitForFunction(() => location.hash.includes('hours=1') && document.querySelector('#spans [data-hours="1"]').ariaPressed === 'true');
  await drawn(page);
  await page.reload();
  await page.locator('.chart[aria-label="Latency of agents, p95"] svg').waitFor();
  check('board and span stand in the address', (await page.locator('#spans [aria-pressed="true"]').innerText()) === '1 h' && (await page.locator('#boards [aria-current]').innerText()) === 'Agents');
}

async function keyboard(page) {
  await page.getByRole('link', { name: 'Overview', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.locator('.chart[aria-label="Turn latency"] svg').waitFor();
  const before = await page.locator('#link-state').innerText();
  await page.waitForFunction((text) => document.querySelector('#link-state').textContent !== text, before);
  check('what is shown is fetched anew', true);
  check('and the focus stays where it was', await page.evaluate(() => document.activeElement?.textContent === 'Overview'));
}

/** Two alarms are on, as the server would tell it; and then it cannot be reached. */
async function alarmed(page, session) {
  await page.route('**/v1/alarms', async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    const wrong = ({ runbook }) => ['error-rate', 'paging'].includes(runbook);
    const on = body.alarms.filter(wrong).map((alarm) => ({ ...alarm, state: 'alarm', ...(alarm.composite ? {} : { since: body.at, value: 12.5 }) }));
    await route.fulfill({ response: answer, json: { ...body, alarms: [...on, ...body.alarms.filter((alarm) => !wrong(alarm))] } });
  });
  await page.locator('.alarm-alarm').nth(1).waitFor();
  check('what is on is said', (await page.locator('#alarms-told').innerText()).startsWith('2 on: '), await page.locator('#alarms-told').innerText());
  await accessible(page, 'alarms that are on');
  await page.locator('.alarm', { hasText: 'Error rate' }).click();
  await page.locator('#drawer .runbook h2').first().waitFor();
  check('and since when', (await page.locator('#drawer .quiet').innerText()).startsWith('So since'));
  await page.keyboard.press('Escape');
  await session.shot(page, 'boards-4-alarmed');
  await page.unroute('**/v1/alarms');
  await page.route('**/v1/**', (route) => route.abort());
  await page.locator('#link-state[data-state="lost"]').waitFor();
  check('a board that is not up to date says so', await page.locator('#charts-notice').isVisible());
  await page.unroute('**/v1/**');
  await page.locator('#link-state[data-state="live"]').waitFor();
  check('and recovers', !(await page.locator('#charts-notice').isVisible()));
}

async function narrow(page, session) {
  await page.setViewportSize(NARROW);
  await fits(page, 'a narrow screen');
  await accessible(page, 'a narrow screen');
  await session.shot(page, 'boards-4-narrow');
  await page.locator('.chart').nth(1).scrollIntoViewIfNeeded();
  await session.shot(page, 'boards-4-narrow-charts');
  await page.setViewportSize(WIDE);
}

async function dark(page, session) {
  await page.locator('#theme').click();
  await page.evaluate(() => scrollTo(0, 0));
  await accessible(page, 'the dark boards');
  await session.shot(page, 'boards-5-dark');
}

/** Every chart of the board has its picture. */
async function drawn(page) {
  await page.waitForFunction(() => { const all = [...document.querySelectorAll('.chart')]; return all.length > 0 && all.every((chart) => chart.querySelector('svg')); });
}
