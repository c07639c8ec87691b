// The random values and hashes of the code flow, and a look into an identity token (RFC 7636, OpenID Connect Core).

/** How far the clocks of this device and of the issuer may be apart. */
const SKEW_MS = 60_000;

/** A value that nobody can guess, fit for an address. */
export const secret = () => encoded(crypto.getRandomValues(new Uint8Array(32)));

/** The challenge of a verifier, method S256. */
export async function challengeOf(verifier) {
  return encoded(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

/**
 * The claims of an identity token. Its signature needs no check: it came from the issuer itself, over TLS (OpenID Connect Core 3.1.3.7).
 * @throws when it is not for us, or not the answer to our own request
 */
export function claimsOf(token, { issuer, client, nonce }) {
  const claims = decoded(token);
  const ours = claims.iss === issuer && [claims.aud].flat().includes(client) && claims.nonce === nonce;
  if (!ours || !(claims.exp * 1000 > Date.now() - SKEW_MS)) throw new Error('The issuer’s answer does not belong to this sign-in. Please sign in again.');
  return claims;
}

function decoded(token) {
  try {
    const payload = String(token).split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (char) => char.charCodeAt(0))));
  } catch {
    return {};
  }
}

const encoded = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
