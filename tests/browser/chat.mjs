// Has a conversation with the web chat as a customer would, in a real browser, and checks what any good chat must do.
//
//   node chat.mjs [base URL, http://127.0.0.1:8080] [folder for screenshots, ./screenshots]
//
// It asserts no particular answer, so it runs against every configuration of the server.

import { NARROW, WIDE, accessible, check, fits, inBrowser, replies, said, say } from './browser.mjs';

const BASE = process.argv[2] ?? 'http://127.0.0.1:8080';
const TURNS = [
  'A red battery light came on while I was driving',
  'What tyre pressure does my car need?',
  'I would like to book a service next week',
  'This is the third time my car is back in your workshop and nothing is fixed. I am really angry!',
  'Let me talk to a person',
];

let shot;

await inBrowser(process.argv[3] ?? 'screenshots', async (session) => {
  shot = (page, name) => session.shot(page, name);
  const page = await session.open(BASE);
  for (const step of [emptyPage, fiveTurns, proposal, citation, marker, whyThisAnswer, reload, identities, looks, newConversation]) {
    await session.attempt(step.name, () => step(page), page);
    if (await page.locator('#drawer').isVisible()) await page.keyboard.press('Escape');
  }
  session.quiet();
});

async function emptyPage(page) {
  await page.locator('#welcome').waitFor();
  check('the empty page offers five suggestions', (await page.locator('.suggestion').count()) === 5);
  check('nothing can be sent without text', await page.locator('#send').isDisabled());
  await accessible(page, 'the empty page');
  await shot(page, '1-empty');
}

async function fiveTurns(page) {
  for (const [index, text] of TURNS.entries()) {
    const reply = await say(page, text);
    const words = (await reply.locator('.text').innerText()).trim();
    check(`turn ${index + 1} is answered`, words.length > 10, words);
    console.log(`    > ${text}\n    < ${words.replace(/\s+/g, ' ').slice(0, 160)}`);
    await shot(page, `2-turn-${index + 1}`);
  }
  check('no message is left unsent', (await page.locator('.unsent').count()) === 0);
  check('asking for a person shows whose queue it is in', (await replies(page).last().locator('.handover').count()) === 1);
  check('the field keeps the focus', await page.locator('#text').evaluate((field) => field === document.activeElement));
  await accessible(page, 'the conversation');
}

async function proposal(page) {
  const yes = page.locator('.proposal-answers').getByRole('button', { name: 'Yes, please' });
  if ((await yes.count()) === 0) return console.log('  – nothing is proposed here');
  const before = await replies(page).count();
  const pressed = await yes.last().elementHandle();
  await pressed.click();
  check('a button that was pressed cannot be pressed again', await pressed.evaluate((button) => button.disabled || !button.isConnected));
  await replies(page).nth(before).waitFor();
  check('a yes by button is answered', (await replies(page).last().locator('.text').innerText()).trim().length > 10);
  await accessible(page, 'the answered proposal');
  await shot(page, '2-proposal');
}

async function citation(page) {
  const chips = page.locator('.sources .chip:not(.chip-more)');
  check('replies show their sources', (await chips.count()) > 0);
  await opens(page, chips.first(), 'a source chip', '3-passage');
}

async function marker(page) {
  await opens(page, page.locator('.marker').first(), 'a marker in the text');
}

/** Opens the drawer by a button, and closes it by Esc. */
async function opens(page, button, name, picture) {
  await button.click();
  const words = await page.locator('#drawer-body').innerText();
  check(`${name} opens its passage`, (await page.locator('#drawer').isVisible()) && words.trim().length > 10, words);
  if (picture) {
    await accessible(page, 'the passage');
    await shot(page, picture);
  }
  await page.keyboard.press('Escape');
  check('Esc closes it', !(await page.locator('#drawer').isVisible()));
  check('the focus returns to where it was', await button.evaluate((element) => element === document.activeElement));
}

async function whyThisAnswer(page) {
  await replies(page).nth(1).getByRole('button', { name: 'Why this answer' }).click();
  check('the why panel lists the agents', (await page.locator('.agents li').count()) > 2);
  await shot(page, '4-why');
  await page.getByRole('button', { name: 'Show every finding' }).click();
  await page.locator('.record .findings').first().waitFor();
  await page.locator('.record .findings summary').first().click();
  check('the full record shows findings', (await page.locator('.record .findings[open] li').count()) > 0);
  await accessible(page, 'the why panel');
  await shot(page, '5-findings');
  await page.keyboard.press('Escape');
}

async function reload(page) {
  const before = await said(page);
  await page.reload();
  await page.locator('.message.assistant').nth(TURNS.length - 1).waitFor();
  check('a reload restores the conversation', (await said(page)) === before);
}

async function identities(page) {
  const picker = page.locator('#identity');
  if (!(await picker.isVisible())) return console.log('  – no demo identities here: the switch is hidden');
  const before = await said(page);
  const own = await picker.inputValue();
  await picker.selectOption('Visitor');
  await page.locator('#welcome').waitFor();
  check('another identity starts with an empty conversation', (await replies(page).count()) === 0);
  const reply = await say(page, 'How do I charge to 100 %?');
  check('a visitor is answered too', (await reply.locator('.text').innerText()).length > 10);
  await picker.selectOption(own);
  await page.locator('.message.assistant').nth(TURNS.length - 1).waitFor();
  check('going back restores the first conversation', (await said(page)) === before);
}

async function looks(page) {
  await shot(page, '6-wide-light');
  await page.getByRole('button', { name: 'Dark appearance' }).click();
  await accessible(page, 'the dark appearance');
  await shot(page, '6-wide-dark');
  await page.setViewportSize(NARROW);
  await accessible(page, 'the narrow page');
  await shot(page, '6-narrow-dark');
  await fits(page, 'the narrow page');
  await page.locator('.sources .chip').first().click();
  await shot(page, '7-narrow-passage-dark');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Dark appearance' }).click();
  await shot(page, '6-narrow-light');
  await page.setViewportSize(WIDE);
}

async function newConversation(page) {
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.locator('#welcome').waitFor();
  await page.locator('.suggestion').first().click();
  await replies(page).first().waitFor();
  check('a suggestion starts a new conversation', (await replies(page).count()) === 1);
}
