// Tells the operator what happened: short messages, words for screen readers, the count in the title, a sound if they want one.

import { byId, drawing, icon, make } from '../dom.js';
import { choose, preference } from '../memory.js';

const LASTS_MS = 7_000;
const MOST = 4;
const TITLE = document.title;
const BELL = 'M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4';

let audio = null;

/** Shows a message for a while; one of something that went wrong stays until it is dismissed, unless it passes. */
export function toast(text, wrong = false, passes = !wrong) {
  const close = make('button.tool', { type: 'button', 'aria-label': 'Dismiss', title: 'Dismiss' }, icon('close'));
  const item = make(`li.toast${wrong ? '.toast-wrong' : ''}`, {}, icon(wrong ? 'info' : 'person'), make('p', {}, text), close);
  close.addEventListener('click', () => item.remove());
  const all = byId('toasts');
  all.append(item);
  while (all.children.length > MOST) all.firstChild.remove();
  if (passes) setTimeout(() => item.remove(), LASTS_MS);
  (wrong ? alarm : announce)(text);
}

/** Says something to those who cannot see it, when they have time. */
export function announce(text) {
  speak('status', text);
}

/** Says something to those who cannot see it, now. */
export function alarm(text) {
  speak('alarm', text);
}

/** How many wait stands in the title, where a hidden tab shows it. */
export function countInTitle(waiting) {
  document.title = waiting ? `(${waiting}) ${TITLE}` : TITLE;
}

export function prepareSound() {
  const button = byId('sound');
  const show = () => {
    const on = preference('desk.sound') === 'on';
    button.setAttribute('aria-pressed', String(on));
    button.replaceChildren(drawing({ viewBox: '0 0 24 24', class: 'icon' }, ['path', { d: on ? BELL : `${BELL}M4 3l16 18` }]));
  };
  button.addEventListener('click', () => {
    choose('desk.sound', preference('desk.sound') === 'on' ? 'off' : 'on');
    show();
    ring();
  });
  show();
}

/** Two short tones, if the operator wants them. */
export function ring() {
  if (preference('desk.sound') !== 'on') return;
  try {
    audio ??= new AudioContext();
    [660, 880].forEach((frequency, index) => tone(frequency, audio.currentTime + index * 0.14));
  } catch {
    // No sound on this device: everything else is told all the same.
  }
}

function tone(frequency, at) {
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.12, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.13);
  oscillator.frequency.value = frequency;
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.14);
}

// A text that is there already is not read again: an empty one in between makes it new.
function speak(id, text) {
  byId(id).textContent = '';
  setTimeout(() => { byId(id).textContent = text; }, 50);
}
