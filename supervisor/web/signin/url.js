// Takes the issuer's answer out of the address at once, so that no code stays in the history, in a bookmark or in a log.

/** @returns {{code: string|null, state: string, error: string|null, issuer: string|null}|null} null when nobody comes from an issuer */
export function takeReturn() {
  const answer = new URLSearchParams(location.search);
  const state = answer.get('state');
  if (!state || !(answer.has('code') || answer.has('error'))) return null;
  history.replaceState(null, '', location.pathname);
  return { code: answer.get('code'), state, error: answer.get('error'), issuer: answer.get('iss') };
}
