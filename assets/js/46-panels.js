/* The state of each panel: data, none found, not connected, old, failed. They never look alike. */
(() => {
  const lookout = window.lookout;
  const { word } = lookout;

  /* What every panel says while the data are old: how old. Empty while they are fresh. */
  let old = '';

  const slotOf = (name) => document.getElementById(`situation-${name}-state`) || document.getElementById(`${name}-state`);

  /* `isBlank`: the panel has nothing of its own to show, not even what it showed before. */
  function state(name, kind, text = '', isBlank = false) {
    const panel = document.querySelector(`[data-panel="${name}"]`);
    const slot = slotOf(name);
    if (!panel || !slot) return;
    panel.setAttribute('data-state', kind);
    panel.toggleAttribute('data-blank', isBlank);
    const isOld = kind === 'ready' && old;
    if (isOld) panel.setAttribute('data-state', 'stale');
    const said = isOld ? old : kind === 'ready' ? '' : text || word(`panel.${kind}`);
    if (slot.textContent !== said) slot.textContent = said;
  }

  const lacks = (entry) => (entry.state === 'failed' ? word('panel.failed_why', { why: entry.error || '' }) : word('panel.not_configured'));

  lookout.panels = {
    state,
    /* A panel of another page: what it says instead of its content, empty when it has some. */
    said(id, text, kind = 'none') {
      const slot = document.getElementById(`${id}-state`);
      if (slot) state(slot.closest('[data-panel]').dataset.panel, text ? kind : 'ready', text);
    },
    /* A panel of another page that may hold nothing: because its source failed or isn't there, or because nothing was found. */
    empty(id, isEmpty, ...tables) {
      const entry = isEmpty ? lookout.kpis.missing(...tables) : null;
      return this.said(id, entry ? lacks(entry) : isEmpty ? word('panel.none') : '', entry?.state);
    },
    /* Why these tables tell nothing, in words; empty where all were read. */
    lack(...tables) {
      const entry = lookout.kpis.missing(...tables);
      return entry ? lacks(entry) : '';
    },
    setOld(text) {
      if (old === text) return;
      old = text;
      for (const panel of document.querySelectorAll('[data-panel][data-state="ready"], [data-panel][data-state="stale"]')) {
        state(panel.dataset.panel, 'ready');
      }
    },
    note(name, text) {
      const slot = document.getElementById(`${name}-note`);
      if (!slot) return;
      if (slot.dataset.first === undefined) slot.dataset.first = slot.textContent;
      slot.textContent = text || slot.dataset.first;
      slot.title = slot.textContent;
    },
    /* Ready, or why not: the table's own trouble first, then an empty answer. */
    settle(name, table, isEmpty) {
      const entry = lookout.kpis.missing(table);
      if (entry)
        return state(
          name,
          entry.state,
          entry.state === 'failed' ? word('panel.failed_why', { why: entry.error || '' }) : '',
          isEmpty,
        );
      return state(name, isEmpty ? 'none' : 'ready');
    },
  };

  /* A panel that scrolls and holds nothing to step on is a stop of the keyboard itself; one that does not scroll is none. */
  function reach(body) {
    const scrolls = body.scrollHeight > body.clientHeight + 1 || body.scrollWidth > body.clientWidth + 1;
    const holds = body.querySelector('a[href], button, input, select, [tabindex]:not([tabindex="-1"])');
    if (!scrolls || holds) return body.removeAttribute('tabindex');
    body.tabIndex = 0;
  }

  lookout.panels.wire = () => {
    for (const body of document.querySelectorAll('.panel-body')) {
      const look = () => reach(body);
      new ResizeObserver(look).observe(body);
      new MutationObserver(look).observe(body, { childList: true, subtree: true });
    }
  };

  /* Root-font scale of the page: 1 at 1920 wide. */
  lookout.scale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
})();
