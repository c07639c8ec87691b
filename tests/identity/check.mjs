// Runs the product against an OpenID Connect issuer that others wrote: client credentials, the code flow with PKCE, tampered tokens.
// Usage: node check.mjs <program> <folder>. Ends what it starts.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { OAuth2Server } from "oauth2-mock-server";

const [program, folder] = process.argv.slice(2);
const issuerPort = 9150;
const product = "http://127.0.0.1:9151";

// The issuer knows nobody: who is meant is said by the request for a token.
const issuer = new OAuth2Server();
await issuer.issuer.keys.generate("RS256");
await issuer.start(issuerPort, "127.0.0.1");
issuer.service.on("beforeTokenSigning", ({ payload }, request) => {
  payload.aud ??= request.body.client_id;
  if (request.body.client_id !== "web") payload.sub = request.body.client_id;
  if (request.body.roles) payload.roles = request.body.roles.split(" ");
});

const server = spawn(
  program,
  [
    ["identity", "oidc"],
    ["oidc.issuer", issuer.issuer.url],
    ["oidc.audience", "motorline,web"],
    ["oidc.client_id", "web"],
    ["listen", product.replace("http://", "")],
    ["data", folder],
    ["log.level", "debug"],
  ].flatMap(([key, value]) => ["--set", `${key}=${value}`]),
  { stdio: ["ignore", "inherit", "pipe"] },
);
let log = "";
server.stderr.on("data", (text) => (log += text));

const ended = once(server, "exit");
try {
  await ready();
  await clientCredentials();
  await codeFlow();
  await rotation();
  console.log("identity: all as it should be");
} catch (error) {
  console.error(log);
  throw error;
} finally {
  server.kill();
  await ended;
  await issuer.stop();
}

async function ready() {
  for (let attempt = 0; attempt < 200 && server.exitCode === null; attempt += 1) {
    const answer = await fetch(`${product}/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the product does not answer");
}

/** A token from the issuer's own endpoint. */
async function token(fields) {
  const answer = await fetch(`${issuer.issuer.url}/token`, { method: "POST", body: new URLSearchParams(fields) });
  assert.equal(answer.status, 200);
  return answer.json();
}

async function credentials(who, more = {}) {
  const { access_token } = await token({ grant_type: "client_credentials", client_id: who, aud: "motorline", ...more });
  return access_token;
}

/** Posts a turn, and checks that the token came back nowhere. */
async function turn(token, body = { text: "What tyre pressure does my car need?" }) {
  const answer = await fetch(`${product}/v1/turns`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  for (const part of token.split(".").slice(1).filter(Boolean)) {
    assert.ok(!text.includes(part) && !log.includes(part), "a token leaked");
  }
  return { status: answer.status, challenge: answer.headers.get("www-authenticate"), body: JSON.parse(text) };
}

async function clientCredentials() {
  const good = await credentials("ada");
  assert.equal((await turn(good)).status, 200);
  assert.equal((await turn(await credentials("olga", { roles: "operator" }))).status, 200);
  assert.equal((await turn(await credentials("ada", { roles: "vehicle" }))).status, 403, "on its own channel only");
  const invalid = 'Bearer error="invalid_token"';
  const tampered = good.slice(0, -20) + (good.at(-20) === "A" ? "B" : "A") + good.slice(-19);
  const [header, payload] = good.split(".");
  const none = Buffer.from('{"alg":"none"}').toString("base64url");
  for (const bad of [tampered, `${header}.${payload}.`, `${none}.${payload}.`, await credentials("ada", { aud: "other" })]) {
    const answer = await turn(bad);
    assert.deepEqual([answer.status, answer.challenge], [401, invalid], JSON.stringify(answer.body));
  }
}

/** As the web client signs a customer in: it asks the product where, and shows the issuer that it is the one who asked. */
async function codeFlow() {
  const { oidc } = await (await fetch(`${product}/v1/client`)).json();
  assert.deepEqual(oidc, { issuer: issuer.issuer.url, client_id: "web", scope: "openid profile" });
  const found = await (await fetch(`${oidc.issuer}/.well-known/openid-configuration`)).json();
  const verifier = randomBytes(32).toString("base64url");
  const redirect = `${product}/`;
  const query = new URLSearchParams({
    response_type: "code",
    client_id: oidc.client_id,
    redirect_uri: redirect,
    scope: oidc.scope,
    state: "of-the-check",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const authorized = await fetch(`${found.authorization_endpoint}?${query}`, { redirect: "manual" });
  const back = new URL(authorized.headers.get("location"));
  assert.equal(back.searchParams.get("state"), "of-the-check");
  const code = back.searchParams.get("code");
  const tokens = await token({
    grant_type: "authorization_code",
    client_id: oidc.client_id,
    redirect_uri: redirect,
    code,
    code_verifier: verifier,
  });
  const first = await turn(tokens.id_token);
  assert.equal(first.status, 200, JSON.stringify(first.body));
  const again = await turn(tokens.access_token, { text: "and the rear?", session_id: first.body.session_id });
  assert.equal(again.status, 200, "the same customer, whichever token says so");
  const other = await turn(await credentials("ada"), { text: "hello", session_id: first.body.session_id });
  assert.equal(other.status, 404, "another customer's session");
}

/** A new key signs the tokens that come; the product has never heard of it. */
async function rotation() {
  const { kid } = await issuer.issuer.keys.generate("ES256");
  let fresh;
  do fresh = await credentials("ada");
  while (JSON.parse(Buffer.from(fresh.split(".")[0], "base64url")).kid !== kid);
  assert.equal((await turn(fresh)).status, 200);
}
