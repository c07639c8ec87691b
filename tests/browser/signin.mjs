// Signs in at a real OpenID Connect issuer, talks as a customer, lets the token end, and signs out.
//
//   node signin.mjs <the server's binary> [folder for screenshots, ./screenshots] [first port, 8094]
//
// The issuer is oauth2-mock-server: real keys and a real code flow, and nobody has to type a password.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

import { NARROW, WIDE, accessible, check, fits, inBrowser, replies, say, send } from './browser.mjs';
import { Product } from './product.mjs';

const require = createRequire(import.meta.url); // unlike `import`, it honours NODE_PATH
const { OAuth2Server } = await import(pathToFileURL(require.resolve('oauth2-mock-server')));

const [, , BINARY, FOLDER = 'screenshots', PORT = '8094'] = process.argv;
const CLIENT = 'veldra-web';
const AUDIENCE = 'veldra-care';
// The browser itself reports answers of 401 on the console.
const REFUSED = /Failed to load resource.* 401/;

const issuer = new OAuth2Server();
const exchanges = [];
const secrets = new Set();
let roles;
await issuer.issuer.keys.generate('RS256');
await issuer.start(Number(PORT) + 1, '127.0.0.1');
issuer.service.on('beforeTokenSigning', ({ payload }, { body }) => {
  payload.sub = 'ada';
  if (roles) payload.roles = roles;
  if (payload.aud === CLIENT) payload.name = 'Ada Lovelace';
  else payload.aud = AUDIENCE;
  if (body?.grant_type && payload.aud === AUDIENCE) exchanges.push(body);
});
issuer.service.on('beforeResponse', ({ body }) => {
  for (const name of ['access_token', 'id_token', 'refresh_token']) if (body[name]) secrets.add(body[name]);
});
const settings = ['identity=oidc', `oidc.issuer=${issuer.issuer.url}`, `oidc.audience=${AUDIENCE}`, `oidc.client_id=${CLIENT}`];
const product = new Product(BINARY, Number(PORT), settings);
await product.start();

try {
  await inBrowser(FOLDER, async (session) => {
    const open = () => session.open(product.base, { expected: [REFUSED], origins: [issuer.issuer.url] });
    const page = await open();
    const addresses = listen(page);
    for (const step of [visitor, signIn, everyTransport, renewal, reload, ended, signOut]) await session.attempt(step.name, () => step(page, session, addresses), page);
    await session.attempt('forged', async () => forged(await open()));
    await session.attempt('anotherNonce', async () => anotherNonce(await open()));
    await session.attempt('cancelled', async () => cancelled(await open()));
    await session.attempt('atTheDesk', async () => atTheDesk(await session.open(`${product.base}/desk/`, { expected: [REFUSED, /Failed to load resource.* 403/], origins: [issuer.issuer.url] })));
    const told = addresses.filter((address) => [...secrets].some((secret) => address.includes(secret)));
    check('no token is ever part of an address', secrets.size > 3 && told.length === 0, told.join('\n'));
    session.quiet();
  });
} finally {
  await issuer.stop();
  await product.remove();
}

async function visitor(page, session) {
  await button(page, 'Sign in').waitFor();
  check('nobody can be chosen', !(await page.locator('#identity-picker').isVisible()));
  await say(page, 'What does P0301 mean?');
  check('a visitor is answered', (await replies(page).count()) === 1);
  await accessible(page, 'the page before the sign-in');
  await session.shot(page, 'signin-1-visitor');
}

async function signIn(page, session) {
  const asked = page.waitForRequest((request) => new URL(request.url()).pathname === '/authorize');
  await button(page, 'Sign in').click();
  const query = new URL((await asked).url()).searchParams;
  await button(page, 'Sign out').waitFor();
  const flow = query.get('response_type') === 'code' && query.get('code_challenge_method') === 'S256' && query.get('client_id') === CLIENT;
  check('the code flow with PKCE is asked for', flow && ['code_challenge', 'state', 'nonce'].every((name) => query.get(name)?.length >= 43) && /\bopenid\b/.test(query.get('scope')), query.toString());
  check('the code is exchanged with its verifier, and without a secret', exchanges.at(-1).code_verifier?.length >= 43 && !exchanges.at(-1).client_secret, JSON.stringify(exchanges));
  check('code and state are gone from the address', page.url() === `${product.base}/`, page.url());
  check('the page says who is signed in', (await page.locator('#account-name').innerText()) === 'Ada Lovelace');
  const kept = await page.evaluate(() => ({ session: JSON.stringify({ ...sessionStorage }), local: JSON.stringify({ ...localStorage }), cookie: document.cookie }));
  const held = [...secrets].filter((secret) => kept.session.includes(secret));
  check('only the access token is kept, in this tab alone', held.length === 1 && ![...secrets].some((secret) => kept.local.includes(secret)) && kept.cookie === '');
  check('what was pending is forgotten', !kept.session.includes('verifier'));
  check('a customer starts with a conversation of their own', (await replies(page).count()) === 0);
  await accessible(page, 'the page of a customer');
  await session.shot(page, 'signin-2-customer');
  await page.setViewportSize(NARROW);
  await fits(page, 'the narrow page of a customer');
  await session.shot(page, 'signin-2-narrow');
  await page.setViewportSize(WIDE);
}

async function everyTransport(page) {
  for (const transport of ['sse', 'websocket', 'rest']) {
    await page.locator('#transport').selectOption(transport);
    await say(page, 'What tyre pressure does my car need?');
  }
  check('a customer is answered over every transport', (await replies(page).count()) === 3);
  await page.locator('#transport').selectOption('sse');
}

/** The server no longer takes the token: a fresh one is fetched, unseen. */
async function renewal(page) {
  await refuse(page, 1);
  await say(page, 'And in winter?');
  check('a refused token is renewed, and the message goes through', exchanges.at(-1).grant_type === 'refresh_token' && (await replies(page).count()) === 4);
}

async function reload(page) {
  await page.reload();
  await replies(page).nth(3).waitFor();
  check('a reload keeps the customer signed in', (await page.locator('#account-name').innerText()) === 'Ada Lovelace');
}

/** After a reload there is nothing to renew with: the customer signs in again, and the message is sent then. */
async function ended(page, session) {
  await refuse(page, 1);
  const reply = await send(page, 'Thank you!');
  const again = page.getByRole('button', { name: 'Sign in again' });
  await again.waitFor();
  await accessible(page, 'a message that waits for the sign-in');
  await session.shot(page, 'signin-3-ended');
  await again.click();
  await reply.waitFor();
  check('after signing in again the message is sent by itself', (await replies(page).count()) === 5 && (await page.locator('.unsent').count()) === 0);
}

async function signOut(page) {
  await button(page, 'Sign out').click();
  await button(page, 'Sign in').waitFor();
  await page.locator('#welcome').waitFor().catch(() => {}); // the visitor has spoken before: then there is a conversation
  const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage }));
  check('signing out forgets the token and the conversation', ![...secrets].some((secret) => kept.includes(secret)) && (await replies(page).count()) <= 1, kept);
}

async function forged(page) {
  await page.goto(`${product.base}/?code=stolen&state=guessed`);
  await page.locator('#notice', { hasText: 'not begun here' }).waitFor();
  check('an answer to a sign-in that was not begun here is refused', (await button(page, 'Sign in').isVisible()) && page.url() === `${product.base}/`);
}

async function anotherNonce(page) {
  const spoil = ({ payload }) => { if (payload.nonce) payload.nonce = 'of another sign-in'; };
  issuer.service.on('beforeTokenSigning', spoil);
  await button(page, 'Sign in').click();
  await page.locator('#notice', { hasText: 'does not belong to this sign-in' }).waitFor();
  issuer.service.off('beforeTokenSigning', spoil);
  check('an identity token with another nonce is refused', await button(page, 'Sign in').isVisible());
}

async function cancelled(page) {
  issuer.service.once('beforeAuthorizeRedirect', ({ url }) => {
    url.searchParams.delete('code');
    url.searchParams.set('error', 'access_denied');
  });
  await button(page, 'Sign in').click();
  await page.locator('#notice', { hasText: 'cancelled' }).waitFor();
  check('a cancelled sign-in leaves a visitor', await button(page, 'Sign in').isVisible());
}

/** The desk signs in at the same issuer, and lets in whom the token calls an operator. */
async function atTheDesk(page) {
  await button(page, 'Sign in').click();
  await page.locator('#gate-title', { hasText: 'for operators' }).waitFor();
  check('a customer is not let in at the desk', !(await page.locator('#main').isVisible()));
  await button(page.locator('#gate'), 'Sign out').click();
  roles = ['operator'];
  await button(page, 'Sign in').click();
  await page.locator('#link-state[data-state="live"]').waitFor();
  check('an operator is', (await page.locator('#account-name').innerText()) === 'Ada Lovelace' && page.url() === `${product.base}/desk/`, page.url());
  roles = undefined;
}

function button(page, name) {
  return page.getByRole('button', { name, exact: true });
}

/** The server refuses the token, so many times. */
function refuse(page, times) {
  const problem = { title: 'Unauthorized', detail: 'Your sign-in has ended.', hint: 'Sign in again.', status: 401 };
  return page.route('**/v1/turns', (route) => route.fulfill({ status: 401, contentType: 'application/problem+json', body: JSON.stringify(problem) }), { times });
}

/** Every address that the page asks for. */
function listen(page) {
  const addresses = [];
  page.on('request', (request) => addresses.push(request.url()));
  page.on('websocket', (socket) => addresses.push(socket.url()));
  return addresses;
}
