// The panel at the side (on a phone: from below) that shows one thing at a time: a passage, or why an answer came about.

import { byId, icon } from './dom.js';

let opener = null;

/** Makes the panel closable by its button and by a click beside it; Esc is the dialog's own. */
export function prepareDrawer() {
  const drawer = byId('drawer');
  byId('drawer-close').append(icon('close'));
  byId('drawer-close').addEventListener('click', () => drawer.close());
  drawer.addEventListener('click', (event) => { if (event.target === drawer) drawer.close(); });
  drawer.addEventListener('close', () => {
    byId('drawer-body').replaceChildren();
    if (opener?.isConnected) opener.focus({ preventScroll: true });
    opener = null;
  });
}

/**
 * @param {{eyebrow: string, title: string, body: Node, wide?: boolean}} content wide: as much of the window as helps
 * @param {HTMLElement} from the button that asked for it; the focus returns there
 */
export function openDrawer({ eyebrow, title, body, wide = false }, from) {
  opener = from;
  byId('drawer').classList.toggle('drawer-wide', wide);
  byId('drawer-eyebrow').textContent = eyebrow;
  byId('drawer-title').textContent = title;
  byId('drawer-body').replaceChildren(body);
  if (!byId('drawer').open) byId('drawer').showModal();
  byId('drawer-body').scrollTop = 0;
}

export function closeDrawer() {
  byId('drawer').close();
}
