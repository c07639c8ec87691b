// Talks over REST, server-sent events and WebSocket while connections break and the server is killed: nothing may be lost or doubled.
//
//   node transports.mjs <the server's binary> [folder for screenshots, ./screenshots] [first port, 8090]

import http from 'node:http';

import { accessible, check, inBrowser, replies, say, send } from './browser.mjs';
import { Product } from './product.mjs';
import { Proxy } from './proxy.mjs';

const [, , BINARY, FOLDER = 'screenshots', PORT = '8090'] = process.argv;
const ALL = ['sse', 'websocket', 'rest'];
const STREAMS = ['sse', 'websocket'];
const TOKEN = 'demo-ada';
const QUESTION = 'What tyre pressure does my car need?';
// The browser itself reports connections that break, and answers of 409, on the console.
const BROKEN = [/Failed to load resource/, /WebSocket connection/];

const ELSEWHERE = `http://127.0.0.1:${Number(PORT) + 2}`;
const product = new Product(BINARY, Number(PORT), ['turn.deadline_ms=1500', 'turn.lease_ms=3000', `web.origins=${ELSEWHERE}`]);
const proxy = new Proxy(product.port);
await product.start();
const base = await proxy.listen(Number(PORT) + 1);

try {
  await inBrowser(FOLDER, async (session) => {
    /** Each step has a page of its own, which is gone before the next one: its pings would get the mischief meant for others. */
    const each = async (step, transports, expected = []) => {
      for (const transport of transports) {
        const page = await session.open(base, { expected });
        await session.attempt(`${step.name} ${transport}`, () => step(page, transport, session), page);
        await page.context().close();
      }
    };
    for (const step of [eventStream, parts, persistence, remembered, unstreamed]) await each(step, ['']);
    await each(conversation, ALL);
    await each(words, STREAMS);
    await each(reloaded, STREAMS);
    for (const step of [cut, killed, restarted]) await each(step, ALL, BROKEN);
    await session.attempt('elsewhere', () => elsewhere(session));
    await each(unreachable, ['sse'], BROKEN);
    session.quiet();
  });
} finally {
  proxy.close();
  await product.remove();
}

/** The reader of the format, in the browser that uses it: whatever the pieces, the same messages. */
async function eventStream(page) {
  const { whole, split, bare } = await page.evaluate(async () => {
    const { EventStream } = await import('/transports/event-stream.js');
    const text = '\uFEFF: hello\r\nid: 1\r\nevent: delta\r\ndata: {"text":\r\ndata:"é"}\r\n\r\n:\n\nid:2\rdata: x\r\rretry: 5\n\ndata\n\nevent: lost\n\nid: 3\nevent: closed\ndata:  y\n\ndata: unfinished\n';
    const read = (pieces) => {
      const stream = new EventStream();
      return JSON.stringify(pieces.flatMap((piece) => stream.push(piece)));
    };
    const cuts = [...text].map((_, index) => read([text.slice(0, index), text.slice(index)]));
    return { whole: read([text]), split: [...new Set([...cuts, read([...text])])], bare: JSON.parse(read([text])) };
  });
  const expected = [['1', 'delta', '{"text":\n"é"}'], ['2', 'message', 'x'], ['2', 'message', ''], ['3', 'closed', ' y']];
  check('server-sent events are read as the standard says', JSON.stringify(bare.map(({ id, event, data }) => [id, event, data])) === JSON.stringify(expected), whole);
  check('and the same at whatever place they are cut', split.length === 1 && split[0] === whole);
}

/** A message that was too large for one frame, beside the parts of another one. */
async function parts(page) {
  const joined = await page.evaluate(async () => {
    const { Parts } = await import('/transports/parts.js');
    const reader = new Parts();
    const cut = (key) => {
      const text = JSON.stringify({ type: 'closed', key, seq: 7, data: { reply: `“${key}” ☕` } });
      return [1, 2, 3].map((part) => ({ type: 'part', key, seq: 7, part, parts: 3, data: text.slice((part - 1) * 20, part < 3 ? part * 20 : undefined) }));
    };
    const [a, b] = [cut('a'), cut('b')];
    return [a[0], b[0], { type: 'pong' }, b[2], a[1], a[2], b[1]].map((message) => reader.joined(message)).map((message) => message && (message.data?.reply ?? message.type));
  });
  check('messages in parts are joined', JSON.stringify(joined) === JSON.stringify([null, null, 'pong', null, null, '“a” ☕', '“b” ☕']), JSON.stringify(joined));
}

/** What a retry may and may not do, with a transport that plays a script. */
async function persistence(page) {
  const heard = await page.evaluate(async () => {
    const { take } = await import('/transports/persist.js');
    const { Problem } = await import('/problem.js');
    const delta = (seq, text) => ({ kind: 'delta', seq, data: { text } });
    const closed = { kind: 'closed', seq: 9, data: {} };
    const play = async (...attempts) => {
      const told = [];
      const asked = [];
      const transport = { async *attempt({ lastSeq }) {
        asked.push(lastSeq);
        for (const event of attempts[asked.length - 1]) {
          if (event instanceof Problem) throw event;
          yield event;
        }
      } };
      try {
        for await (const { kind, data } of take(transport, {}, new AbortController().signal, () => {})) told.push(data?.text ?? kind);
      } catch (problem) {
        told.push(problem.status);
      }
      return `${told.join(' ')} after ${asked.join(', ')}`;
    };
    const lost = new Problem({ status: 0, retryAfterS: 0 });
    const pending = new Problem({ status: 409, retryAfterS: 0 });
    return [
      await play([delta(1, 'a'), delta(2, 'b'), lost], [delta(3, 'c'), closed]),
      await play([delta(1, 'a'), delta(2, 'b'), lost], [pending], [delta(1, 'A'), closed]),
      await play([delta(1, 'a'), delta(2, 'b'), lost], [delta(1, 'A'), closed]),
      await play([delta(1, 'a'), new Problem({ status: 422 })], [closed]),
      await play([new Problem({ status: 429, retryAfterS: 36 })], [closed]),
      await play([lost], [lost], [lost], [lost], [lost], [lost], [closed]),
    ];
  });
  const expected = ['a b c closed after 0, 2', 'a b restart A closed after 0, 2, 0', 'a b restart A closed after 0, 2', 'a 422 after 0', '429 after 0', '0 after 0, 0, 0, 0, 0, 0'];
  check('a turn goes on behind the last event heard, and begins anew where it has to', JSON.stringify(heard) === JSON.stringify(expected), heard.join('\n    '));
}

async function conversation(page, transport) {
  const wire = listen(page);
  await over(page, transport);
  for (const text of [QUESTION, 'And in winter?', 'Thank you!']) await say(page, text);
  await stored(page, 3, `over ${transport}`);
  const used = { sse: wire.types.filter((type) => type === 'text/event-stream').length, rest: wire.types.filter((type) => type === 'application/json').length, websocket: wire.frames.length };
  check(`${transport} carries the turns, and nothing else does`, used[transport] === 3 && ALL.every((other) => other === transport || used[other] === 0), JSON.stringify(used));
  check(`one connection serves all turns over ${transport}`, wire.sockets === (transport === 'websocket' ? 1 : 0));
  const shown = await replies(page).last().locator('.text').innerText();
  check(`no half marker is left over ${transport}`, !/\[\d*$/.test(shown), shown);
}

async function remembered(page) {
  await page.locator('#transport option').first().waitFor({ state: 'attached' });
  check('server-sent events are the default', (await page.locator('#transport').inputValue()) === 'sse');
  await over(page, 'websocket');
  await page.reload();
  await page.locator('#transport option').first().waitFor({ state: 'attached' });
  check('the chosen transport is remembered', (await page.locator('#transport').inputValue()) === 'websocket');
  await say(page, QUESTION);
}

/** A server, or something on the way to it, that does not stream. */
async function unstreamed(page) {
  proxy.mischief = { plain: true };
  await say(page, QUESTION);
  await stored(page, 1, 'without streaming');
}

/** The pages lie on a static host, as in S3: all that changes is the address of the API in them. */
async function elsewhere(session) {
  const host = http.createServer(async (request, response) => {
    const file = await fetch(product.base + request.url);
    const text = await file.text();
    response.writeHead(file.status, { 'Content-Type': file.headers.get('content-type') });
    response.end(text.replace('name="motorline-api" content=""', `name="motorline-api" content="${base}"`));
  });
  await new Promise((resolve) => host.listen(Number(PORT) + 2, '127.0.0.1', resolve));
  const page = await session.open(ELSEWHERE, { origins: [base] });
  for (const transport of ALL) {
    await over(page, transport);
    await say(page, `${QUESTION} ${transport}`);
  }
  await stored(page, 3, 'from a static host');
  await page.context().close();
  host.closeAllConnections();
  host.close();
}

/** Over a slow line the words are there before the reply is, and nobody has them read aloud piece by piece. */
async function words(page, transport, session) {
  await over(page, transport);
  await say(page, QUESTION); // opens what has to be open
  proxy.mischief = { drip: 150 };
  const reply = await send(page, 'What does P0301 mean?');
  const draft = page.locator('#draft .text');
  await draft.waitFor();
  const early = (await draft.innerText()).length;
  await session.shot(page, `8-draft-${transport}`);
  check('the draft is no live region, and outside of the log', await page.evaluate(() => document.getElementById('draft').getAttribute('aria-live') === 'off' && !document.getElementById('log').contains(document.getElementById('draft'))));
  await accessible(page, `a reply that is being written over ${transport}`);
  check(`words over ${transport} are shown before the reply is whole`, early > 0 && !(await reply.isVisible()));
  await reply.waitFor();
  check('the reply replaces the draft', (await page.locator('#draft').innerText()) === '' && (await reply.locator('.text').innerText()).length >= early);
  await stored(page, 2, `over a slow line, ${transport}`);
}

/** The customer reloads the page while the reply is being written. */
async function reloaded(page, transport) {
  await over(page, transport);
  await say(page, QUESTION);
  proxy.mischief = { drip: 150 };
  await send(page, 'What does P0301 mean?');
  await page.locator('#draft .text').waitFor();
  await page.reload();
  await replies(page).nth(1).waitFor();
  await page.locator('.dots').waitFor({ state: 'detached' });
  await stored(page, 2, `after a reload amid the answer over ${transport}`);
}

/** The connection breaks after the first bytes of the answer. */
async function cut(page, transport, session) {
  const wire = listen(page);
  await over(page, transport);
  await say(page, QUESTION);
  proxy.turns = [];
  proxy.mischief = { cutAfter: transport === 'rest' ? 40 : 1200 };
  await interrupted(session, page, 'What does P0301 mean?', `9-cut-${transport}`);
  const asked = transport === 'websocket' ? wire.frames.slice(-2).map(({ key, last_seq: lastSeq = 0 }) => ({ key, lastSeq })) : proxy.turns;
  check(`the retry over ${transport} carries the same key`, asked.length === 2 && asked[0].key === asked[1].key, JSON.stringify(asked));
  if (transport !== 'rest') check(`and the last event that was heard over ${transport}`, asked[0].lastSeq === 0 && asked[1].lastSeq > 0, JSON.stringify(asked));
  await stored(page, 2, `after a cut over ${transport}`);
}

/** The server dies with a turn on its way, first before its answer begins, then amid the answer, and comes back. */
async function killed(page, transport, session) {
  await over(page, transport);
  await say(page, QUESTION);
  let back = null;
  const kill = () => { back ??= product.restart('SIGKILL'); };
  proxy.mischief = { onAsk: kill };
  await say(page, 'What does P0420 mean?'); // a browser may have tried again by itself before our client knows
  await back;
  back = null;
  proxy.mischief = { onAnswer: kill, cutAfter: transport === 'rest' ? 40 : 1200 };
  await interrupted(session, page, 'And what does P0171 mean?', `9-killed-${transport}`);
  await back;
  await stored(page, 3, `after the server was killed over ${transport}`);
}

/** The server is replaced between two turns, as a deployment does it. */
async function restarted(page, transport) {
  await over(page, transport);
  await say(page, QUESTION);
  await product.restart('SIGTERM');
  await say(page, 'And in winter?');
  await page.reload();
  await replies(page).nth(1).waitFor();
  await say(page, 'Thank you!');
  await stored(page, 3, `after a restart over ${transport}`);
}

/** Nobody answers for long: the customer is told, and may try again. */
async function unreachable(page, transport, session) {
  await say(page, QUESTION);
  await product.stop();
  await page.clock.install(); // the pauses between the attempts need not be waited for
  const reply = await send(page, 'Are you still there?');
  for (let pause = 1; pause <= 5; pause += 1) {
    await page.locator('.trying', { hasText: `(${pause} of 5)` }).waitFor();
    await page.clock.runFor(20_000);
  }
  const retry = page.getByRole('button', { name: 'Retry' });
  await retry.waitFor();
  check('after the last attempt the message is marked as not sent', (await page.locator('.unsent').count()) === 1);
  await accessible(page, 'a message that was not sent');
  await session.shot(page, '9-not-sent');
  await product.start();
  await retry.click();
  await reply.waitFor();
  await stored(page, 2, 'after a retry by hand');
}

/** Says something whose answer is going to be interrupted: the customer sees that it is tried again, and then the reply. */
async function interrupted(session, page, text, picture) {
  await page.evaluate(() => {
    globalThis.retries = [];
    const look = () => document.querySelectorAll('.trying').forEach(({ textContent }) => globalThis.retries.push(textContent));
    new MutationObserver(look).observe(document.getElementById('messages'), { childList: true, subtree: true });
  });
  const reply = await send(page, text);
  await page.locator('.trying').waitFor({ timeout: 2_000 }).then(() => session.shot(page, picture), () => {}); // a busy machine may miss the moment
  await reply.waitFor();
  const told = await page.evaluate(() => globalThis.retries);
  check('the customer is told of the retry', told.length > 0 && told.every((words) => /trying again in \d+ seconds? \(\d of 5\)/.test(words)), told.join('\n'));
  check('and no longer when the reply is there', (await page.locator('.trying').count()) === 0);
}

async function over(page, transport) {
  await page.locator(`#transport option[value="${transport}"]`).waitFor({ state: 'attached' });
  await page.locator('#transport').selectOption(transport);
}

/** What goes over the wire, as the browser tells it. */
function listen(page) {
  const wire = { types: [], frames: [], sockets: 0 };
  page.on('response', (response) => {
    if (new URL(response.url()).pathname === '/v1/turns' && response.ok()) wire.types.push(response.headers()['content-type'].split(';')[0]);
  });
  page.on('websocket', (socket) => {
    wire.sockets += 1;
    socket.on('framesent', ({ payload }) => {
      const message = JSON.parse(payload);
      if (message.type === 'turn') wire.frames.push(message);
    });
  });
  return wire;
}

/** What the page shows is what the server has stored: each message once, in order, with its reply. */
async function stored(page, turns, when) {
  const session = await page.evaluate(() => {
    const name = Object.keys(sessionStorage).find((key) => key.startsWith('motorline.conversation.'));
    return JSON.parse(sessionStorage.getItem(name)).session;
  });
  const record = await product.transcript(session, TOKEN);
  const bubbles = await page.locator('.bubble').allInnerTexts();
  const same = bubbles.length === turns && record.length === turns && record.every(({ text }, index) => text === bubbles[index]);
  check(`each message is there once, ${when}`, same, JSON.stringify({ shown: bubbles, stored: record.map(({ text }) => text) }));
  check(`each has its reply, ${when}`, (await replies(page).count()) === turns && record.every(({ reply }) => reply));
  check(`nothing is left unsent, ${when}`, (await page.locator('.unsent, .trying').count()) === 0);
}
