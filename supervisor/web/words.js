// Puts machine values into words for people: labels, years, times, money.

const KINDS = {
  manual: "Owner's manual",
  faq: 'Questions and answers',
  policy: 'Policy',
  dtc: 'Trouble-code catalogue',
  record: 'Our records',
};

/** What a customer misses when an agent gave no answer. */
const PARTS = {
  intent: 'recognising what you need',
  sentiment: 'judging how urgent it is',
  knowledge: 'the manuals',
  personalization: 'your profile and cars',
  routing: 'choosing the right team',
  cockpit: "your car's data",
  servicing: 'service appointments',
  recommend: 'recommendations',
  marketing: 'offers',
  handoff: 'the queue of our people',
  response: 'the writing of the reply',
};

/** What an agent's report tells a customer who is waiting. */
const STEPS = {
  intent: 'understood your question',
  knowledge: 'looked in the manuals',
  personalization: 'looked at your profile',
  routing: 'chose who answers',
  cockpit: "read your car's data",
  servicing: 'looked at the service calendar',
  recommend: 'looked for what suits you',
  handoff: 'told our people',
};

export const stepOf = (agent) => STEPS[agent] ?? null;
export const kindOf = (kind) => KINDS[kind] ?? 'Source';
export const partOf = (agent) => PARTS[agent] ?? sentenceCase(agent);

/** `customer_relations` → `Customer relations` */
export function sentenceCase(label) {
  const words = String(label ?? '').replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A citation in a few words: the title without the maker, and the last heading of the section path. */
export function shortSource(citation) {
  const title = (citation.title || citation.document || 'Source').replace(/^Veldra /, '');
  return { title: title.charAt(0).toUpperCase() + title.slice(1), heading: headings(citation).at(-1) ?? '' };
}

export const headings = (citation) => (citation.section ?? '').split(/\s*›\s*/).filter(Boolean);

/** `[2022, 2023, 2024, 2026]` → `2022–2024, 2026` */
export function yearSpans(years) {
  const spans = [];
  for (const year of [...years].sort((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last && last.to + 1 === year) last.to = year;
    else spans.push({ from: year, to: year });
  }
  return spans.map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
}

export function language(tag) {
  try {
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(tag);
  } catch {
    return tag;
  }
}

export const listOf = (items) => new Intl.ListFormat('en').format(items);
export const clock = (moment) => new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' }).format(moment);
export const percent = (share) => `${Math.round((Number(share) || 0) * 100)} %`;

/** `-0.86` → `−0.86`, `0.1` → `+0.10` */
export function signed(score) {
  const value = Number(score) || 0;
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(2)}`;
}

/** Milliseconds with as many digits as are worth reading. */
export function duration(ms) {
  const value = Number(ms) || 0;
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

/** Bytes as `812 B` or `4.2 kB`. */
export const bytes = (count) => (count < 1000 ? `${count} B` : `${(count / 1000).toFixed(1)} kB`);

/** A rate with as many digits as are worth reading. */
export const perSecond = (value) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1));

export function money(usd) {
  const value = Number(usd) || 0;
  if (value === 0) return 'no cost';
  return `$${value < 0.01 ? value.toPrecision(2) : value.toFixed(3)}`;
}

/** Seconds as `12 seconds` or, from a minute on, `2 minutes`. */
export function wait(seconds) {
  const [count, unit] = seconds < 60 ? [Math.ceil(seconds), 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
