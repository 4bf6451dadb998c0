/* Controls and the filter state: a control moved by the user changes the state, a changed state moves the controls. */
(() => {
  const lookout = window.lookout;
  const { config, word } = lookout;
  const isEnglish = config.lang === 'en';
  const ids = (name) => `${config.page}-${name}`;
  /* The controls that stand on each page; what a page has no control for is only in its address. */
  const ON_PAGE = {
    situation: {
      lists: ['rounds', 'industry', 'category', 'status', 'severity'],
      singles: ['region', 'pollutant', 'product', 'metric', 'heat'],
    },
    clues: { lists: ['rounds', 'category', 'rule', 'status', 'severity'], singles: ['region'] },
  };
  const { lists: LISTS, singles: SINGLES } = ON_PAGE[config.page] || { lists: [], singles: [] };
  let listening = false;
  let isRange = false;
  window.addEventListener(
    'click',
    (event) => {
      isRange = event.shiftKey;
    },
    { capture: true },
  );

  /* All rounds from the first to the last of those named. */
  function roundsBetween(codes) {
    const order = config.rounds.map((round) => round.code);
    const at = codes.map((code) => order.indexOf(code));
    return order.slice(Math.min(...at), Math.max(...at) + 1);
  }

  /* Dates come as text, as a list of two, or half filled while the second day is still to be chosen. */
  function dates(value) {
    const [from, to] = Array.isArray(value) ? value : [null, null];
    if (from && !to) return null;
    return { from: from ? String(from).slice(0, 10) : '', to: to ? String(to).slice(0, 10) : '' };
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.lookout_controls = {
    /* A row chosen in the table is the clue chosen on the map. */
    picked(rows) {
      if (rows?.length) lookout.state.set({ sel: `clue:${rows[0].clue_idx}` });
    },
    moved(value, id) {
      const name = String(id).replace(`${config.page}-`, '');
      if (!listening) return;
      if (name === 'dates') {
        const span = dates(value);
        if (span) lookout.state.set(span);
      } else if (name === 'follow') lookout.state.set({ follow: Boolean(value) });
      else if (name === 'layers') lookout.state.set({ layers: [...(value || [])].sort() });
      else if (name === 'rounds' && isRange && value?.length > 1) lookout.state.set({ rounds: roundsBetween(value) });
      else if (LISTS.includes(name)) lookout.state.set({ [name]: [...(value || [])].sort() });
      else if (name === 'region') {
        if (value) lookout.state.set({ region: value });
        else lookout.state.set({ region: '' });
      } else if (SINGLES.includes(name)) lookout.state.set({ [name]: value || lookout.state.DEFAULTS[name] });
    },
  };

  const props = (id, values) => window.dash_clientside.set_props(ids(id), values);

  function sync(state, changed) {
    const all = !changed;
    for (const name of LISTS)
      if (all || changed.includes(name)) {
        props(name, { value: state[name] });
        const badge = document.getElementById(`${ids(name)}-count`);
        if (badge) badge.textContent = state[name].length ? String(state[name].length) : '';
      }
    for (const name of SINGLES)
      if (all || changed.includes(name)) {
        if (name === 'product' && !config.products.length) continue;
        props(name, { value: state[name] || null });
      }
    if (config.page !== 'situation') return;
    if (all || changed.includes('layers')) props('layers', { value: state.layers });
    if (all || changed.includes('follow')) props('follow', { checked: state.follow });
    if (all || changed.includes('from') || changed.includes('to'))
      props('dates', {
        value: state.from || state.to ? [state.from || config.firstDay, state.to || config.lastDay] : [null, null],
      });
  }

  /* Groups first, then provinces with their cities, then counties: what the search box looks through. */
  function regions(places) {
    const group = (level) =>
      Array.from({ length: places.length }, (_, i) => i)
        .filter((i) => places.level[i] === level && places.byCode.get(places.adcode[i]) === i)
        .map((i) => ({
          value: places.adcode[i],
          label: level ? `${places.name(i)} · ${places.name(places.parent_idx[i])}` : places.name(i),
        }));
    return [
      {
        group: word('region.groups'),
        items: config.groups.map((g) => ({ value: `g:${g.code}`, label: g[isEnglish ? 'name_en' : 'name_zh'] })),
      },
      { group: word('region.provinces'), items: group(0) },
      { group: word('region.cities'), items: group(1) },
      { group: word('region.counties'), items: group(2) },
    ];
  }

  function exportLinks() {
    for (const link of document.querySelectorAll('[data-export]')) {
      const [table, form] = link.dataset.export.split('.');
      link.setAttribute('href', lookout.data.exportUrl(table, form, lookout.state.dataQuery()));
      link.setAttribute('download', '');
    }
  }

  lookout.controls = {
    roundsBetween,
    start(places) {
      props('region', { data: regions(places) });
      sync(lookout.state.get());
      /* The echo of what was just set must not come back as a choice. */
      setTimeout(() => {
        listening = true;
      }, 0);
    },
    sync,
    exportLinks,
  };
})();
