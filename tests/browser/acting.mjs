// Shows the web chat replies that act: proposals with buttons, what became of them, offers, a handoff, and a person's words.
//
//   node acting.mjs [base URL, http://127.0.0.1:8080] [folder for screenshots, ./screenshots]
//
// The page is the product's; the replies are made up here, so that each state is met whatever agents are at work.

import { NARROW, WIDE, accessible, check, fits, inBrowser, replies, say } from './browser.mjs';

const BASE = process.argv[2] ?? 'http://127.0.0.1:8080';
const SESSION = 'acting-session';
const LATER = new Date(Date.now() + 600_000).toISOString();

const booking = { id: 'act-1', agent: 'servicing', kind: 'book_appointment', parameters: {}, summary: 'Book a service at Veldra Centre Leeds on Tuesday 8 December at 9:00.', expires: LATER, state: { status: 'proposed' } };
const stale = { ...booking, id: 'act-0', summary: 'Book a service on Monday.', expires: '2020-01-01T00:00:00Z' };
const waiting = { case: 'case-1', queue: 'complaints', held_by: null, position: 2, wait_minutes: 5, opens: null };

let asked = [];
let words = [];
let wishes = [];
let next = {};

await inBrowser(process.argv[3] ?? 'screenshots', async (session) => {
  const page = await session.open(BASE);
  await page.evaluate(() => localStorage.setItem('motorline.transport', 'rest'));
  await answerInPlaceOfTheServer(page);
  await page.reload();
  for (const step of [proposal, pressed, lapsed, offer, waits, closed, aPersonSpeaks, narrow]) {
    await session.attempt(step.name, () => step(page, (name) => session.shot(page, `acting-${name}`)), page);
  }
  session.quiet();
});

async function answerInPlaceOfTheServer(page) {
  const json = (route, body, status = 200) => route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) });
  await page.route('**/v1/turns', (route) => {
    asked.push(route.request().postDataJSON());
    const turn = { turn_id: `turn-${asked.length}`, session_id: SESSION, citations: [], actions: [], offers: [], agents: [], degraded: [], model: 'script', usage: {}, timing: {} };
    return json(route, { ...turn, route: { target: 'self_service', queue: 'care', reason: '' }, reply: 'All right.', ...next });
  });
  await page.route('**/v1/sessions/*/words*', (route) => {
    const after = Number(new URL(route.request().url()).searchParams.get('after'));
    return json(route, { words: words.filter(({ seq }) => seq > after) });
  });
  await page.route('**/v1/sessions/*/callback', (route) => {
    wishes.push(route.request().postDataJSON());
    return json(route, {});
  });
}

async function proposal(page, shot) {
  next = { reply: 'Shall I book a service on Tuesday 8 December at 9:00?', actions: [booking] };
  const reply = await say(page, 'book a service');
  check('what is proposed can be answered with yes or no', (await reply.locator('.answer').allInnerTexts()).join('|') === 'Yes, please|No, thank you');
  await accessible(page, 'a proposal');
  await shot('1-proposal');
}

async function pressed(page, shot) {
  next = { reply: 'Your service is booked.', actions: [{ ...booking, state: { status: 'carried_out', outcome: 'Your service is booked, number SV-7K2M9Q.' } }] };
  const yes = page.getByRole('button', { name: 'Yes, please' });
  const button = await yes.elementHandle();
  const before = await replies(page).count();
  await button.press('Enter');
  check('a button that was pressed cannot be pressed again', await button.evaluate((element) => element.disabled || !element.isConnected));
  await replies(page).nth(before).waitFor();
  check('the press was sent as a decision with its words', JSON.stringify([asked.at(-1).decision, asked.at(-1).text]) === '[{"action":"act-1","accepted":true},"Yes, please"]', JSON.stringify(asked.at(-1)));
  check('what was done is shown as done', (await replies(page).last().locator('.proposal-carried_out').innerText()).includes('Done – Your service is booked, number SV-7K2M9Q.'));
  check('nothing of it can be pressed any more', (await page.locator('.answer').count()) === 0);
  check('the field has the focus', await page.locator('#text').evaluate((field) => field === document.activeElement));
  await shot('2-done');
}

async function lapsed(page) {
  next = { actions: [stale, { ...booking, id: 'act-2', state: { status: 'declined' } }, { ...booking, id: 'act-3', state: { status: 'failed', reason: 'That slot was taken.' } }] };
  const text = await (await say(page, 'no')).innerText();
  check('what is expired, declined or failed is told and has no buttons', ['No longer open.', 'Not wanted', 'Not done – That slot was taken.'].every((part) => text.includes(part)) && (await page.locator('.answer').count()) === 0, text);
}

async function offer(page) {
  next = { offers: [{ name: 'Roof box', summary: 'A roof box is 10 % off.', reason: 'I mention it because you drive a Lumen.' }] };
  const text = await (await say(page, 'thanks')).innerText();
  check('an offer comes with its reason', text.includes('10 % off') && text.includes('because you drive'), text);
}

async function waits(page, shot) {
  next = { reply: 'A person takes this over.', handoff: waiting, route: { target: 'human', queue: 'complaints', reason: '' } };
  const text = await (await say(page, 'I want to complain')).locator('.handover').innerText();
  check('who waits sees their place and how long it takes', text.includes('You are number 2 in the queue, about 5 minutes'), text);
  await shot('3-waiting');
}

async function closed(page, shot) {
  next = { reply: 'Nobody is there now.', handoff: { ...waiting, opens: 'on Monday at 8:00' }, route: { target: 'human', queue: 'complaints', reason: '' } };
  const reply = await say(page, 'is anybody there?');
  await accessible(page, 'the wish to be called back');
  await shot('4-closed');
  await reply.getByLabel('When should we call you?').fill('tomorrow morning');
  await page.keyboard.press('Enter');
  await reply.getByText('Noted: we call you back').waitFor();
  check('the wish to be called back was sent', JSON.stringify(wishes) === '[{"when":"tomorrow morning"}]', JSON.stringify(wishes));
}

async function aPersonSpeaks(page, shot) {
  next = { reply: '', model: 'person', handoff: { ...waiting, position: null, held_by: 'sam' } };
  const before = await page.locator('.message').count();
  await page.getByRole('textbox', { name: 'Your message' }).fill('hello Sam');
  await page.keyboard.press('Enter');
  await page.locator('.delivered').waitFor();
  check('words that went to a person are shown as delivered', (await page.locator('.delivered').innerText()).includes('Delivered to Sam'));
  words = [{ seq: 1, at: new Date().toISOString(), by: 'sam', text: 'Hello, this is Sam. I look into it.' }];
  await page.locator('.message.person').waitFor();
  check('what a person says appears as theirs, once', (await page.locator('.message.person').innerText()).includes('Sam') && (await page.locator('.message').count()) === before + 3);
  await page.waitForTimeout(2_500);
  check('and is not told twice', (await page.locator('.message.person').count()) === 1);
  await accessible(page, 'a person in the conversation');
  await shot('5-person');
}

async function narrow(page, shot) {
  await page.setViewportSize(NARROW);
  await fits(page, 'a narrow page with proposals');
  await shot('6-narrow');
  await page.setViewportSize(WIDE);
}
