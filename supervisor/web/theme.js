// Sets the light or dark appearance before the first paint, so that the page never flashes in the wrong one.
(() => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;

  function chosen() {
    try {
      return localStorage.getItem('motorline.theme');
    } catch {
      return null; // storage is blocked: follow the system
    }
  }

  function apply() {
    root.dataset.theme = chosen() ?? (system.matches ? 'dark' : 'light');
  }

  apply();
  system.addEventListener('change', apply);
})();
