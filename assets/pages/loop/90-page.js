/* The loop's page at work: the address says which tab and filters; the server is asked, the tab is drawn. */
(() => {
  const lookout = window.lookout;
  const { config, element, word } = lookout;
  const { loop } = lookout;
  let runs = 0;
  let answers = {};
  let places = null;

  function tabs() {
    const chosen = loop.get('tab');
    document.getElementById('loop-tabs').replaceChildren(
      ...loop.TABS.map((name) =>
        element('button', {
          type: 'button',
          role: 'tab',
          id: `loop-tab-${name}`,
          className: 'loop-tab',
          'aria-selected': String(name === chosen),
          'aria-controls': 'loop-body',
          tabindex: name === chosen ? '0' : '-1',
          text: word(`loop.tab.${name}`),
          onclick: () => choose(name),
        }),
      ),
    );
    document.getElementById('loop-body').setAttribute('aria-labelledby', `loop-tab-${chosen}`);
  }

  function choose(name) {
    loop.set({ tab: name });
    tabs();
    load();
  }

  function keys(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = loop.TABS.indexOf(loop.get('tab'));
    const next = loop.TABS[(at + step + loop.TABS.length) % loop.TABS.length];
    choose(next);
    document.getElementById(`loop-tab-${next}`).focus();
    event.preventDefault();
  }

  function changed(patch) {
    loop.set(patch);
    if (Object.keys(patch).length > 1 || 'region' in patch) filterBar();
    load();
  }

  const filterBar = () => loop.filterBar(document.getElementById('loop-filters'), places, changed);

  /* The loop is made of clues: where they could not be read its zeros would look like calm. */
  function lost({ error }) {
    const told = element('p', { className: 'panel-state', text: word('panel.failed_why', { why: error || '' }) });
    return element('section', { className: 'panel loop-lost', 'data-state': 'failed', role: 'alert' }, [told]);
  }

  loop.redraw = () => {
    const host = document.getElementById('loop-body');
    const top = host.scrollTop;
    const { clues } = config.snapshot.states;
    host.replaceChildren(...(clues?.state === 'failed' ? [lost(clues)] : loop.tabs[loop.get('tab')].draw(answers)));
    host.scrollTop = top;
  };

  function state(kind, text) {
    const slot = document.getElementById('loop-state');
    slot.textContent = text;
    slot.setAttribute('data-kind', kind);
  }

  async function load() {
    const mine = ++runs;
    document.documentElement.dataset.settled = '';
    const { parts } = loop.tabs[loop.get('tab')];
    try {
      const found = await Promise.all(parts.map(loop.ask));
      if (mine !== runs) return;
      answers = Object.fromEntries(parts.map((part, i) => [part, found[i]]));
      loop.redraw();
      state('ready', word('loop.as_of', { at: loop.moment(found[0].now) }));
      document.documentElement.dataset.settled = String(mine);
    } catch (error) {
      if (mine !== runs) return;
      console.error(error);
      /* What was drawn stays, with a word that it is the last good answer. */
      state('failed', word(document.getElementById('loop-body').childElementCount ? 'panel.failed_kept' : 'panel.failed'));
      document.documentElement.dataset.settled = 'failed';
    }
  }
  loop.reload = load;

  async function start() {
    while (!document.getElementById('loop-body')) await new Promise((resolve) => requestAnimationFrame(resolve));
    lookout.wireShell();
    tabs();
    document.getElementById('loop-tabs').addEventListener('keydown', keys);
    window.addEventListener('popstate', () => {
      tabs();
      filterBar();
      load();
    });
    places = await lookout.loadPlaces();
    filterBar();
    await load();
  }

  if (config.page === 'loop' && config.dataRoot) start();
})();
