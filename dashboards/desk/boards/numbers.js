// Numbers as a person reads them: three digits that count.

const FORM = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, notation: 'compact' });

export const written = (value) => (value === null || value === undefined ? '–' : FORM.format(value));
