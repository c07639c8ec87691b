// A customer takes their data along and erases all of it; an admin reads in the audit trail that it was done.
//
//   node privacy.mjs [base URL, http://127.0.0.1:8080] [folder for screenshots, ./screenshots]
//
// The product must run with its demonstration identities. The customer Greta is erased there for good.

import { readFileSync } from 'node:fs';
import { NARROW, WIDE, accessible, check, fits, inBrowser, say } from './browser.mjs';

const BASE = process.argv[2] ?? 'http://127.0.0.1:8080';
const WORD = 'My code word is quokka. What tyre pressure does my car need?';

await inBrowser(process.argv[3] ?? 'screenshots', async (session) => {
  const page = await session.open(BASE);
  const shot = (name) => session.shot(page, `privacy-${name}`);
  for (const step of [talks, downloads, hesitates, erases, startsAnew]) await session.attempt(step.name, () => step(page, shot), page);
  const desk = await session.open(`${BASE}/desk/audit.html`, { expected: [/403/] });
  for (const step of [audited, refused]) await session.attempt(step.name, () => step(desk, (name) => session.shot(desk, `privacy-${name}`)), desk);
  session.quiet();
});

async function talks(page) {
  await page.getByLabel('Speak as').selectOption({ label: 'Greta Sommer · Lumen Long Range' }).catch(() => page.locator('#identity').selectOption('Greta Sommer'));
  await say(page, WORD);
}

function open(page) {
  return page.locator('#remembered').click();
}

async function downloads(page, shot) {
  await open(page);
  await page.getByRole('button', { name: 'Download my data' }).waitFor();
  await accessible(page, 'the drawer with one’s data');
  await shot('1-drawer');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download my data' }).click()]);
  const text = readFileSync(await download.path(), 'utf8');
  check('the file holds what was said, and whose it is', text.includes(WORD) && JSON.parse(text).customer === 'greta', text.slice(0, 200));
}

async function hesitates(page, shot) {
  await page.getByRole('button', { name: 'Erase everything …' }).click();
  check('the focus is on keeping it', await page.getByRole('button', { name: 'Keep my data' }).evaluate((button) => button === document.activeElement));
  await accessible(page, 'the question');
  await shot('2-question');
  await page.keyboard.press('Enter');
  check('nothing was erased', await page.getByRole('button', { name: 'Erase everything …' }).isVisible());
}

async function erases(page, shot) {
  await page.getByRole('button', { name: 'Erase everything …' }).click();
  await page.getByRole('button', { name: 'Yes, erase everything' }).click();
  await page.getByText('This is your receipt').waitFor();
  await accessible(page, 'the receipt');
  await shot('3-receipt');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize(NARROW);
  await fits(page, 'the receipt on a phone');
  await shot('4-receipt-narrow-dark');
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme: 'light' });
}

async function startsAnew(page, shot) {
  await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
  await page.locator('#welcome').waitFor();
  check('the chat is empty', (await page.locator('.bubble').count()) === 0);
  await page.reload();
  await page.locator('#welcome').waitFor();
  await shot('5-anew');
  await say(page, 'What tyre pressure does my car need?');
  check('a new conversation can begin', (await page.locator('.bubble').count()) > 0);
}

async function audited(page, shot) {
  await page.locator('#identity').selectOption('Robin Teller');
  await page.getByRole('row', { name: /Erase.*done; receipt/ }).first().waitFor();
  const text = await page.locator('#entries').innerText();
  check('the trail tells of the export and the erasure', text.includes('Export') && text.includes('done; receipt'), text.slice(0, 400));
  check('and names no customer', !/greta|quokka|Sommer/i.test(text));
  await accessible(page, 'the audit trail');
  await shot('6-audit');
  await page.setViewportSize(NARROW);
  await page.emulateMedia({ colorScheme: 'dark' });
  await fits(page, 'the audit trail on a phone');
  await shot('7-audit-narrow-dark');
  await page.setViewportSize(WIDE);
}

async function refused(page) {
  await page.locator('#identity').selectOption('Sam Whitlock');
  await page.getByText('this is for those who run the product').waitFor();
  check('an operator hears why not', !(await page.locator('#table').isVisible()));
}
