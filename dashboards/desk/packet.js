// The packet at the right: all that is known of a case, so that nothing has to be asked twice.

import { byId, icon, make } from '../dom.js';
import { renderText } from '../reply-text.js';
import { markerOf, sourceRow } from '../sources.js';
import { language, sentenceCase } from '../words.js';
import { facts, section } from '../why.js';
import { moodTrend } from './mood.js';
import { channelOf, moment, nameOf } from './words.js';

let told = '';

/**
 * Shows what is known of a case; nothing when there is none.
 * @param {Object|null} body the case
 * @param {(staff: string) => string} people the name of a person
 */
export function showPacket(body, people) {
  const now = JSON.stringify(body && [body.case_id, body.queue, body.priority, body.callback, body.packet, body.log]);
  if (now === told) return;
  told = now;
  byId('packet-empty').hidden = body !== null;
  byId('facts').replaceChildren(...(body ? parts(body, people) : []));
}

/**
 * Shows what the assistant would say, to be used as it is or otherwise.
 * @param {Object|null} reply
 * @param {((text: string) => void)|null} use null where the operator may not reply
 */
export function showSuggestion(reply, use) {
  const place = byId('suggestion');
  const now = JSON.stringify([reply, Boolean(use)]);
  if (place.dataset.told === now) return;
  place.dataset.told = now;
  place.hidden = !reply;
  place.replaceChildren();
  if (!reply) return;
  const button = use && make('button.answer.answer-yes', { type: 'button', onclick: () => use(reply.text) }, 'Use it ', make('kbd', {}, 'u'));
  const head = make('div.suggestion-head', {}, make('h3', {}, 'Suggested reply'), button);
  place.append(head, make('div.text', {}, renderText(reply.text, markerOf(reply.citations ?? []))));
  const sources = sourceRow(reply.citations ?? []);
  if (sources) place.append(sources);
}

function parts(body, people) {
  const { packet } = body;
  const { summary, tried = [], citations = [], hazards = [], mood = [], vehicle } = packet;
  return [
    hazards.length > 0 && danger(hazards),
    section('Why a person', facts(
      ['Reason', packet.reason],
      ['Priority', make(`span.priority.priority-${body.priority}`, {}, sentenceCase(body.priority))],
      ['Queue', sentenceCase(body.queue)],
      body.callback && ['Call back', body.callback],
    )),
    section('The customer', facts(
      ['Name', nameOf(body)], ['Verified', sentenceCase(packet.verified)], ['Speaks from', channelOf(packet.channel)],
      ['Language', language(packet.language || 'en')], packet.car && ['Car', packet.car],
    )),
    section('The matter', facts(packet.intent && ['Intent', sentenceCase(packet.intent)], ['Mood', moodTrend(mood)]), summary && make('p.summary', {}, summary)),
    tried.length > 0 && section('What was tried', make('ul.tried', {}, tried.map((text) => make('li', {}, text)))),
    citations.length > 0 && section('What was quoted', sourceRow(citations)),
    vehicle && section('What the car reported', car(vehicle)),
    section('What happened', make('ol.log-of-case', {}, body.log.map((event) => happened(event, people)))),
  ].filter(Boolean);
}

function danger(hazards) {
  const list = hazards.map((hazard) => make('li', {}, sentenceCase(hazard)));
  return make('section.danger', { 'aria-label': 'Hazards' }, make('h3', {}, icon('shield'), 'Hazards'), make('ul', {}, list));
}

function car({ vin, speed_kph: speed, battery_pct: battery, odometer_km: odometer, warnings = [], location }) {
  const number = (value, unit) => `${Math.round(value).toLocaleString('en')} ${unit}`;
  const codes = warnings.map((code) => make('code.warning', {}, code));
  return facts(
    vin && ['VIN', make('code', {}, vin)],
    speed != null && ['Speed', number(speed, 'km/h')], battery != null && ['Battery', number(battery, '%')], odometer != null && ['Odometer', number(odometer, 'km')],
    codes.length > 0 && ['Trouble codes', make('span.codes', {}, ...codes)],
    location && ['Location', `${location.lat.toFixed(4)}, ${location.lon.toFixed(4)}`],
  );
}

function happened({ at, by, what }, people) {
  const time = make('time', { datetime: at }, moment(at));
  return make('li', {}, time, make('span', {}, by ? `${people(by)}: ${what}` : sentenceCase(what)));
}
