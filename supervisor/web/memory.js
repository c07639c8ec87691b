// Remembers preferences for this browser and conversations for this tab; without storage the chat still works.

/** @returns {string} a preference such as `tone`, empty when none was chosen */
export function preference(name) {
  return read(() => localStorage, `motorline.${name}`) ?? '';
}

export function choose(name, value) {
  write(() => localStorage, `motorline.${name}`, value);
}

/**
 * What this tab knows of an identity's conversation.
 * @returns {{session: string|null, unsent: Array<Object>}} `unsent` are messages without a reply so far
 */
export function recall(identity) {
  try {
    const kept = JSON.parse(read(() => sessionStorage, key(identity)));
    return { session: kept.session ?? null, unsent: kept.unsent ?? [] };
  } catch {
    return { session: null, unsent: [] };
  }
}

export function keep(identity, conversation) {
  write(() => sessionStorage, key(identity), JSON.stringify(conversation));
}

export function lastIdentity() {
  return read(() => sessionStorage, 'motorline.identity') ?? '';
}

export function keepIdentity(name) {
  write(() => sessionStorage, 'motorline.identity', name);
}

/** What the sign-in keeps for this tab: `account`, or what is `pending` while the customer is at the issuer's page; null when nothing. */
export function recallSignIn(what) {
  try {
    return JSON.parse(read(() => sessionStorage, `motorline.signin.${what}`));
  } catch {
    return null;
  }
}

export function keepSignIn(what, value) {
  write(() => sessionStorage, `motorline.signin.${what}`, value && JSON.stringify(value));
}

/** The measurements of earlier comparisons in this browser, the oldest first. */
export function measurements() {
  try {
    return JSON.parse(read(() => localStorage, 'motorline.measurements')) ?? [];
  } catch {
    return [];
  }
}

export function keepMeasurements(list) {
  write(() => localStorage, 'motorline.measurements', list.length ? JSON.stringify(list) : null);
}

const key = (identity) => `motorline.conversation.${identity}`;

// `area` is a function because merely naming a blocked storage throws.
function read(area, name) {
  try {
    return area().getItem(name);
  } catch {
    return null;
  }
}

function write(area, name, value) {
  try {
    if (value === null) area().removeItem(name);
    else area().setItem(name, value);
  } catch {
    // Full or blocked: the conversation goes on, only a reload will not find it.
  }
}
