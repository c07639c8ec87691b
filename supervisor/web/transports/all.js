// The three ways to have a turn, and which of them the server offers.

import { Rest } from './rest.js';
import { Socket } from './socket.js';
import { ServerSentEvents } from './sse.js';

/** In the order in which they are offered. */
export const NAMES = { sse: 'Server-sent events', websocket: 'WebSocket', rest: 'REST' };

/**
 * @param {import('../api.js').Api} api as one identity sees it
 * @param {Object|null} client what the server offers
 * @returns {Object<string, import('./persist.js').Transport>} by name, only those that the server offers
 */
export function transportsOf(api, client) {
  const all = { sse: () => new ServerSentEvents(api), websocket: () => new Socket(api, client?.socket_url), rest: () => new Rest(api) };
  const offered = client?.transports ?? Object.keys(NAMES);
  return Object.fromEntries(Object.entries(all).filter(([name]) => offered.includes(name)).map(([name, open]) => [name, open()]));
}

/** The transport of a name; where it is not offered, the best one that is. */
export const chosenFrom = (transports, name) => transports[name] ?? transports.sse ?? transports.rest ?? Object.values(transports)[0];
