// Works a shift: two operators and three customers at once, in five pages, over the real product.
//
//   node desk.mjs <the server's binary> [folder for screenshots, ./screenshots] [port, 8098]
//
// It asserts no particular words of the assistant, only who hears what, who holds what, and that the desk can be worked with.

import { NARROW, WIDE, accessible, check, fits, inBrowser, say, send } from './browser.mjs';
import { Product } from './product.mjs';

const [, , BINARY, FOLDER = 'screenshots', PORT = '8098'] = process.argv;
const LEASE_S = 10;
/** The browser itself reports refused claims and broken connections on the console. */
const EXPECTED = [/Failed to load resource.* 409/, /net::ERR_(FAILED|CONNECTION_REFUSED)/, /WebSocket/];
const CUSTOMERS = {
  ada: ['Ada Lindqvist', 'I smell burning and there is smoke from the bonnet. Let me talk to a person'],
  ben: ['Ben Okafor', 'This is the third time my car is back in your workshop and nothing is fixed. I am really angry!'],
  chloe: ['Chloé Martin', 'Let me talk to a person'],
};

const product = new Product(BINARY, Number(PORT), [`handoff.lease_s=${LEASE_S}`]);
await product.start();
try {
  await inBrowser(FOLDER, async (session) => {
    const all = { session };
    for (const name of ['sam', 'noor']) all[name] = await session.open(`${product.base}/desk/`, { expected: EXPECTED });
    for (const name of Object.keys(CUSTOMERS)) all[name] = await session.open(product.base, { expected: EXPECTED });
    const steps = [arrival, escalation, looking, race, suggestion, sentTwice, notSent, hostileWords, transfer, resolved, keyboardOnly, searching, conversations, lostClaim, polling, looks, abandoned];
    for (const step of steps) await session.attempt(step.name, () => step(all), all.noor);
    session.quiet();
  });
} finally {
  await product.remove();
}

/** Nobody is at the desk until somebody says who they are. */
async function arrival({ sam, noor, session }) {
  await sam.getByRole('button', { name: 'Sam Whitlock' }).waitFor();
  check('customers are not offered as operators', (await sam.getByRole('button', { name: 'Ada Lindqvist' }).count()) === 0);
  await accessible(sam, 'the door of the desk');
  await session.shot(sam, 'desk-0-door');
  for (const [page, name] of [[sam, 'Sam Whitlock'], [noor, 'Noor']]) {
    await page.getByRole('button', { name }).click();
    await page.locator('#link-state[data-state="live"]').waitFor();
  }
  check('an empty desk says so', (await sam.locator('#cases-empty').innerText()).length > 5);
  await accessible(sam, 'the empty desk');
  await session.shot(sam, 'desk-1-empty');
}

async function escalation({ session, sam, noor, ...customers }) {
  for (const [who, [name, text]] of Object.entries(CUSTOMERS)) {
    await customers[who].locator('#identity').selectOption(name);
    await say(customers[who], text);
  }
  for (const page of [sam, noor]) await page.locator('#cases button').nth(2).waitFor();
  check('both operators see all three without asking', (await cases(sam).count()) === 3 && (await cases(noor).count()) === 3);
  check('the title counts who waits', (await sam.title()).startsWith('(3)'), await sam.title());
  const [first] = await cases(sam).allInnerTexts();
  check('the most urgent one is first, with its hazards', first.includes('Ada Lindqvist') && (await cases(sam).first().locator('.case-hazard').count()) === 1, first);
  const time = cases(sam).first().locator('.case-wait');
  const before = await time.innerText();
  await sam.waitForFunction((text) => document.querySelector('#cases .case-wait').textContent !== text, before);
  check('waiting times go on', (await time.innerText()) !== before);
  const heard = await sam.locator('#status, #alarm').allTextContents();
  check('a new case is announced', heard.join('').includes('came to wait'), heard.join('|'));
}

/** To look at a case is not to claim it. */
async function looking({ sam, session }) {
  await open(sam, 'Ada');
  await sam.locator('.turn').first().waitFor();
  check('a case can be read before it is claimed', (await standing(sam)) === 'Waits' && (await sam.locator('#text').isDisabled()));
  check('the packet tells the hazards', (await sam.locator('#facts .danger').count()) === 1);
  const packet = await sam.locator('#facts').innerText();
  check('the packet tells who it is, how that is known, and why a person is asked', ['Verified', 'Reason', 'Intent', 'What happened'].every((word) => packet.includes(word)), packet);
  await sam.locator('.inside summary').first().click();
  // The record is fetched when its summary is opened.
  await sam.locator('.inside .agents li').nth(4).waitFor().catch(() => {});
  check('every agent is shown with its outcome', (await sam.locator('.inside .agents li').count()) > 4);
  await sam.locator('.inside .findings summary').first().click();
  check('and with what it found', (await sam.locator('.inside .findings[open] li').count()) > 0);
  await accessible(sam, 'a case');
  await session.shot(sam, 'desk-2-looking');
}

/** Both press Enter on the same case at the same moment. */
async function race(all) {
  const { sam, noor, session } = all;
  for (const page of [sam, noor]) await caseOf(page, 'Ben').focus();
  await Promise.all([sam.keyboard.press('Enter'), noor.keyboard.press('Enter')]);
  for (const page of [sam, noor]) await page.locator('.standing-mine, .standing-held').waitFor();
  const [ofSam, ofNoor] = [await standing(sam), await standing(noor)];
  const won = [ofSam, ofNoor].filter((words) => words === 'You hold it');
  check('exactly one of them gets the case', won.length === 1, `${ofSam} / ${ofNoor}`);
  const samWon = ofSam === 'You hold it';
  Object.assign(all, samWon ? { winner: sam, loser: noor, winnerName: 'Sam Whitlock' } : { winner: noor, loser: sam, winnerName: 'Noor' });
  check('the other one is told who', (samWon ? ofNoor : ofSam).includes(all.winnerName), `${ofSam} / ${ofNoor}`);
  check('and in the list', (await caseOf(all.loser, 'Ben').innerText()).includes(all.winnerName));
  check('and may not reply', await all.loser.locator('#text').isDisabled());
  check('the field has the focus of the one who holds it', await focused(all.winner, '#text'));
  await session.shot(all.loser, 'desk-3-held-by-another');
}

async function suggestion({ winner, ben, session }) {
  const turns = await winner.locator('.turn').count();
  await send(ben, 'How do I charge to 100 %?');
  await winner.locator('.turn').nth(turns).waitFor();
  check('what the customer writes arrives by itself', (await winner.locator('.turn').last().innerText()).includes('charge to 100'));
  await winner.locator('#suggestion .text').waitFor();
  check('the assistant itself stays silent', (await winner.locator('.turn').last().locator('.assistant').count()) === 0);
  check('the suggestion carries its sources', (await winner.locator('#suggestion .chip').count()) > 0);
  await accessible(winner, 'a case with a suggestion');
  await session.shot(winner, 'desk-4-suggestion');
  await winner.locator('#text').press('Escape');
  await winner.keyboard.press('u');
  const text = await winner.locator('#text').inputValue();
  check('the suggestion is put into the field, without its markers', text.length > 10 && !/\[\d\]/.test(text), text);
  await winner.keyboard.press('Control+Enter');
  const word = ben.locator('.message.person .text');
  await word.first().waitFor();
  check('the reply reaches the customer', plain(await word.first().innerText()) === plain(text), await word.first().innerText());
  await session.shot(ben, 'desk-4-customer');
}

/** The answer to a reply is lost: it is sent again, and heard once. */
async function sentTwice({ winner, ben }) {
  let sent = 0;
  await winner.route('**/words', async (route) => {
    sent += 1;
    if (sent > 1) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await reply(winner, 'I look into it at once.');
  await winner.locator('.person.mine', { hasText: 'at once' }).and(winner.locator(':not(:has(.delivery))')).waitFor();
  await ben.locator('.message.person', { hasText: 'at once' }).first().waitFor();
  await reply(winner, 'Thank you for waiting.');
  await ben.locator('.message.person', { hasText: 'for waiting' }).first().waitFor();
  const heard = await ben.locator('.message.person', { hasText: 'at once' }).count();
  check('a reply whose answer was lost is said once', sent >= 2 && heard === 1, `${sent} attempts, ${heard} times`);
  check('and is shown once', (await winner.locator('.person.mine', { hasText: 'at once' }).count()) === 1);
  await winner.unroute('**/words');
}

/** Nothing gets through for long: the operator is told, and sends it again by hand. */
async function notSent({ winner, ben, session }) {
  await winner.route('**/words', (route) => route.abort());
  await reply(winner, 'Your invoice is corrected.');
  const again = winner.locator('.unsent').getByRole('button', { name: 'Retry' });
  await again.waitFor();
  await accessible(winner, 'a reply that was not sent');
  await session.shot(winner, 'desk-4-not-sent');
  await winner.unroute('**/words');
  await again.click();
  await ben.locator('.message.person', { hasText: 'invoice' }).waitFor();
  check('a reply that was not sent can be sent again', (await winner.locator('.unsent, .delivery').count()) === 0);
}

/** What a customer writes is text, whatever it looks like. */
async function hostileWords({ winner, ben }) {
  const text = '<img src=x onerror="document.title=1"><b>bold</b> {{7*7}}';
  await send(ben, text);
  const bubble = winner.locator('.customer .bubble').last();
  await winner.locator('.customer .bubble', { hasText: 'onerror' }).waitFor();
  check('markup stays text', (await bubble.innerText()).trim() === text && (await winner.locator('#messages img, #messages b, #facts img').count()) === 0, await bubble.innerText());
}

async function transfer({ winner, loser, session }) {
  await winner.locator('#text').press('Escape');
  await winner.keyboard.press('t');
  await winner.locator('#ask').waitFor();
  await accessible(winner, 'the choice of a queue');
  await session.shot(winner, 'desk-5-transfer');
  await winner.locator('#ask label', { hasText: 'Billing' }).click();
  await winner.keyboard.press('Enter');
  await loser.locator('.standing-waiting').waitFor();
  check('a transferred case waits in the other queue, and everybody sees it', (await loser.locator('#case-state').innerText()).includes('Billing'));
  check('the packet keeps who did what', (await loser.locator('.log-of-case').innerText()).toLowerCase().includes('billing'));
  await loser.keyboard.press('c');
  await loser.locator('.standing-mine').waitFor();
  check('who is next takes it over', (await caseOf(loser, 'Ben').innerText()).includes('You'));
}

async function resolved({ loser, ben, session }) {
  await loser.locator('#text').press('Escape');
  await loser.keyboard.press('e');
  await loser.locator('#note').waitFor();
  await loser.keyboard.press('Control+Enter');
  check('without a note nothing is resolved', (await loser.locator('#ask-failure').innerText()).length > 5);
  await accessible(loser, 'the note');
  await loser.locator('#note').pressSequentially('Invoice corrected.');
  await session.shot(loser, 'desk-6-resolve');
  await loser.keyboard.press('Control+Enter');
  await loser.locator('.standing-done').waitFor();
  check('a resolved case leaves the queue', (await caseOf(loser, 'Ben').count()) === 0);
  check('and shows how it ended', (await standing(loser)).includes('Invoice corrected.'));
  const answer = await say(ben, 'What tyre pressure does my car need?');
  check('then the assistant answers again', (await answer.locator('.text').innerText()).length > 10 && !(await answer.getAttribute('class')).includes('person'));
}

/** One case from the queue to its end, without a mouse. */
async function keyboardOnly({ sam, chloe }) {
  await sam.locator('body').press('/');
  await sam.keyboard.type('Chloé');
  await sam.keyboard.press('Enter');
  check('the search leads to the case', (await cases(sam).count()) === 1 && (await sam.evaluate(() => document.activeElement?.textContent.includes('Chloé'))));
  await sam.keyboard.press('k');
  await sam.keyboard.press('j');
  await sam.keyboard.press('Enter');
  await sam.locator('.standing-mine').waitFor();
  await sam.waitForFunction(() => document.activeElement?.id === 'text');
  await sam.keyboard.type('Good morning!');
  await sam.keyboard.press('Enter');
  await sam.keyboard.type('How can I help?');
  check('Enter makes a new line', (await sam.locator('#text').inputValue()) === 'Good morning!\nHow can I help?');
  await sam.keyboard.press('Control+Enter');
  await chloe.locator('.message.person', { hasText: 'How can I help?' }).waitFor();
  await sam.keyboard.press('Escape');
  await sam.keyboard.press('r');
  check('r goes to the field', await focused(sam, '#text'));
  await sam.keyboard.press('Escape');
  await sam.keyboard.press('?');
  check('? shows the keys', (await sam.locator('#keys kbd').count()) > 12 && (await sam.locator('#help').isVisible()));
  await sam.keyboard.press('Escape');
  await sam.keyboard.press('b');
  await sam.locator('#ask').waitFor();
  await sam.keyboard.press('Enter');
  await sam.locator('.standing-done').waitFor();
  check('the case is the assistant’s again', (await standing(sam)).startsWith('Returned by you'));
  await sam.locator('#search').fill('');
  const answer = await say(chloe, 'How do I charge to 100 %?');
  check('and the assistant answers', !(await answer.getAttribute('class')).includes('person'));
}

async function searching({ noor }) {
  await noor.locator('#search').fill('nobody of this name');
  check('a search without result says so', await noor.locator('#cases-empty').isVisible());
  await noor.locator('#search').press('Escape');
  check('Esc ends it', (await cases(noor).count()) === 1);
  await noor.locator('#scopes button', { hasText: 'Mine' }).click();
  check('only what is mine can be shown', (await cases(noor).count()) === 0);
  await noor.locator('#scopes button', { hasText: 'All' }).click();
}

async function conversations({ noor, session }) {
  await noor.locator('#view-live').click();
  await noor.locator('#live li').nth(2).waitFor();
  check('all live conversations are listed, the newest first', (await noor.locator('#live li').first().innerText()).includes('Chloé'));
  await noor.locator('#search').fill('tyre pressure');
  await noor.waitForFunction(() => document.querySelectorAll('#live li').length === 1);
  check('and can be searched', (await noor.locator('#live li').innerText()).includes('Ben'));
  await accessible(noor, 'the list of conversations');
  await session.shot(noor, 'desk-7-conversations');
  await noor.locator('#search').press('Escape');
  await noor.locator('#view-cases').click();
}

/** Noor's renewals do not come through: her claim runs out, and Sam takes the case. */
async function lostClaim({ sam, noor, session }) {
  await noor.route('**/renew', (route) => route.abort());
  await caseOf(noor, 'Ada').focus();
  await noor.keyboard.press('Enter');
  await noor.locator('.standing-mine').waitFor();
  await caseOf(sam, 'Ada').locator('.case-holder').waitFor();
  await open(sam, 'Ada');
  await sam.locator('.standing-waiting').waitFor();
  await caseOf(sam, 'Ada').focus();
  await sam.keyboard.press('Enter');
  await sam.locator('.standing-mine').waitFor();
  await noor.unroute('**/renew');
  const toast = noor.locator('.toast-wrong', { hasText: 'no longer hold' });
  await toast.first().waitFor();
  check('a lost claim is shown, with who holds the case now', (await noor.locator('.standing-held').innerText()).includes('Sam Whitlock'));
  check('and nothing can be said in it', await noor.locator('#text').isDisabled());
  await accessible(noor, 'a lost claim');
  await session.shot(noor, 'desk-8-lost');
  await sam.waitForTimeout(LEASE_S * 1000 + 1500);
  check('a claim is renewed as long as the page is open', (await standing(sam)) === 'You hold it');
}

/** Where no socket can be opened the desk asks again and again. */
async function polling({ session, ben }) {
  const page = await session.open(`${product.base}/desk/`, { expected: EXPECTED });
  await page.addInitScript(() => { globalThis.WebSocket = class { constructor() { throw new Error('no sockets here'); } }; });
  await page.reload();
  await page.getByRole('button', { name: 'Kim' }).click();
  await page.locator('#link-state[data-state="polling"]').waitFor();
  const before = await cases(page).count();
  await say(ben, 'Let me talk to a person');
  await cases(page).nth(before).waitFor();
  check('without a socket the desk still learns of new cases', (await cases(page).count()) === before + 1);
  await product.stop();
  await page.locator('#link-state[data-state="lost"]').waitFor();
  await product.start();
  await page.locator('#link-state[data-state="polling"]').waitFor();
  check('it says when the server is gone, and goes on when it is back', (await cases(page).count()) === before + 1);
  await page.close();
}

async function looks({ sam, session }) {
  await sam.locator('#link-state[data-state="live"]').waitFor();
  await open(sam, 'Ada');
  await sam.locator('.turn').first().waitFor();
  await session.shot(sam, 'desk-9-wide-light');
  await sam.locator('#theme').click();
  await accessible(sam, 'the dark desk');
  await session.shot(sam, 'desk-9-wide-dark');
  await sam.setViewportSize({ width: 1024, height: 720 });
  await fits(sam, 'the desk of 1024 pixels');
  await session.shot(sam, 'desk-9-1024-dark');
  await sam.locator('#theme').click();
  await sam.setViewportSize({ ...NARROW, width: 400 });
  for (const pane of ['queue', 'talk', 'packet']) {
    await sam.locator(`.panes [data-pane="${pane}"]`).click();
    await fits(sam, `the narrow desk, ${pane}`);
    await accessible(sam, `the narrow desk, ${pane}`);
    await session.shot(sam, `desk-9-narrow-${pane}`);
  }
  await sam.setViewportSize(WIDE);
}

/** Sam goes home with a case: the page is closed, the claim runs out, and the case waits again. */
async function abandoned({ sam, noor }) {
  await open(noor, 'Ada');
  if ((await standing(sam)) !== 'You hold it') await sam.keyboard.press('c');
  await noor.locator('.standing-held').waitFor();
  await sam.close();
  await noor.locator('.standing-waiting').waitFor();
  check('an abandoned case waits again', (await caseOf(noor, 'Ada').locator('.case-holder').count()) === 0);
  await noor.keyboard.press('c');
  await noor.locator('.standing-mine').waitFor();
  check('and somebody else can take it', (await standing(noor)) === 'You hold it');
}

function cases(page) {
  return page.locator('#cases button');
}

function caseOf(page, name) {
  return cases(page).filter({ hasText: name });
}

async function standing(page) {
  return (await page.locator('.standing').innerText()).trim();
}

function focused(page, selector) {
  return page.locator(selector).evaluate((element) => element === document.activeElement);
}

function plain(text) {
  return text.replace(/[\s•*\-#|]+/g, ' ').trim();
}

async function open(page, name) {
  await caseOf(page, name).click();
  await page.locator('#case-name', { hasText: name }).waitFor();
}

async function reply(page, text) {
  await page.locator('#text').fill(text);
  await page.locator('#text').press('Control+Enter');
}
