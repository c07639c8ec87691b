// Puts what the desk knows into words: priorities, waiting times, where a case stands.

import { clock, sentenceCase } from '../words.js';

/** The most urgent first. */
export const PRIORITIES = ['emergency', 'urgent', 'soon', 'routine'];

const CHANNELS = { web: 'Web chat', mobile: 'Phone app', vehicle: 'In the car' };

export const channelOf = (channel) => CHANNELS[channel] ?? sentenceCase(channel);

export const nameOf = (body) => body.packet?.name || 'Visitor';

/** Seconds as `0:07`, `12:34` or `1:02:03`. */
export function stopwatch(seconds) {
  const whole = Math.max(0, Math.floor(Number(seconds) || 0));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value) => String(value).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** The time of day, with the day where it is not today. */
export function moment(text) {
  const date = new Date(text);
  if (Number.isNaN(date.valueOf())) return '';
  const today = date.toDateString() === new Date().toDateString();
  return today ? clock(date) : `${date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${clock(date)}`;
}

/** `[1]` and the like stand for sources, which a person's words do not carry. */
export const withoutMarkers = (text) => text.replace(/\s*\[\d{1,2}\]/g, '').trim();

/** What went wrong, and what can be done about it, as sentences: the server writes them without their full stop. */
export function sentencesOf({ message, hint }) {
  const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
  return [message, hint].filter(Boolean).map(sentence).join(' ');
}
