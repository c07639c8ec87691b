// The button that switches between the light and the dark appearance.

import { byId, icon } from './dom.js';
import { choose } from './memory.js';

export function prepareThemeButton() {
  const button = byId('theme');
  const root = document.documentElement;
  const show = () => {
    button.setAttribute('aria-pressed', String(root.dataset.theme === 'dark'));
    button.replaceChildren(icon(root.dataset.theme === 'dark' ? 'sun' : 'moon'));
  };
  button.addEventListener('click', () => {
    root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
    choose('theme', root.dataset.theme);
  });
  new MutationObserver(show).observe(root, { attributeFilter: ['data-theme'] });
  show();
}
