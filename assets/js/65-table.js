/* The table below the map: its bundle is fetched when it is first opened. */
(() => {
  const lookout = window.lookout;
  const { word } = lookout;
  let bundle = null;

  function fetched() {
    bundle =
      bundle ||
      new Promise((resolve, reject) => {
        const script = document.createElement('script');
        script.src = lookout.config.gridBundle;
        script.onload = resolve;
        script.onerror = () => {
          bundle = null;
          reject(new Error('grid'));
        };
        document.head.append(script);
      });
    return bundle;
  }

  async function show(isOpen) {
    const slot = document.getElementById('situation-table-slot');
    const button = document.getElementById('situation-table-open');
    if (!slot) return;
    slot.hidden = !isOpen;
    button.setAttribute('aria-expanded', String(isOpen));
    button.textContent = word(isOpen ? 'table.close' : 'table.open');
    if (!isOpen) return;
    try {
      await fetched();
      window.dash_clientside.set_props('situation-table-wanted', { data: true });
    } catch {
      slot.textContent = word('table.failed');
    }
  }

  /* A grid without a life of its own: purge its rows whenever the filters changed. */
  async function refresh() {
    if (!lookout.state.get().table || !window.dash_ag_grid) return;
    try {
      const api = await window.dash_ag_grid.getApiAsync('situation-table');
      api.purgeInfiniteCache();
    } catch {
      /* not mounted yet: it will ask for its first rows itself */
    }
  }

  lookout.table = { show, refresh };
})();
