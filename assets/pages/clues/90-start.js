/* The clues page at work: the list, its views, the drawer, and what the keyboard does. */
(() => {
  const lookout = window.lookout;
  const { config, word } = lookout;
  let places = null;

  function followState(changed) {
    const state = lookout.state.get();
    const isNarrowed = changed.some((name) => lookout.state.STEPS.includes(name) || ['view', 'q', 'stage'].includes(name));
    if (changed.includes('open')) {
      if (state.open) lookout.clueDrawer.open(state.open);
      else lookout.clueDrawer.close();
    }
    if (changed.includes('sel') && state.sel) window.location.assign(lookout.clues.link('/', { sel: state.sel }));
    if (isNarrowed) {
      lookout.controls.sync(state, changed);
      if (places) lookout.chips.show(state, places);
      lookout.clueViews.look();
    }
    if (isNarrowed || changed.includes('sort')) lookout.clueList.reload();
    if (changed.includes('sort')) lookout.clueList.showSort();
  }

  const isWriting = (node) => node.closest('input, textarea, select, [contenteditable]');

  function keys(event) {
    if (event.key === '/' && !isWriting(event.target)) {
      event.preventDefault();
      document.querySelector('#clues-search input').focus();
    }
    if (event.key === 'Escape' && !event.defaultPrevented && lookout.state.get().open) {
      const form = event.target.closest?.('.work-form .work-cancel, .work-slot form');
      if (form) form.querySelector('.work-cancel')?.click();
      else lookout.state.set({ open: '' });
    }
  }

  async function start() {
    await lookout.clues.onScreen('clues-drawer');
    lookout.wireShell();
    lookout.clueViews.tabs(null);
    lookout.clueViews.search();
    lookout.state.listen(followState);
    document.addEventListener('keydown', keys);
    const views = lookout.clueViews.look();
    const { open } = lookout.state.get();
    if (open) lookout.clueDrawer.open(open);
    await lookout.clueList.mount({
      open: (id) => lookout.state.set({ open: id }),
      chosen: (rows) => lookout.clueBulk.show(rows),
    });
    await views;
    lookout.work.listen((changes) => {
      lookout.clueList.refresh();
      lookout.clueViews.look();
      lookout.clueDrawer.changed(changes);
    });
    lookout.work.follow();
    places = await lookout.loadPlaces();
    lookout.chips.show(lookout.state.get(), places);
    lookout.controls.start(places);
    if (lookout.state.ignored.length) lookout.clues.notice(word('notice.ignored', { names: lookout.state.ignored.join(', ') }));
  }

  if (config.page === 'clues' && config.dataRoot)
    start().catch((error) => {
      console.error(error);
      lookout.panels.said('clues-list', word('panel.failed'), 'failed');
      document.documentElement.dataset.settled = 'failed';
    });
})();
