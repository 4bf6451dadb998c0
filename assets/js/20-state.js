/* The one filter state of the page: read from the address, written to the address, told to whoever listens.
   dashboard/data/filters.py reads the same parameters on the server. */
(() => {
  const lookout = window.lookout;
  const { config } = lookout;
  const ALL_LAYERS = ['choropleth', 'hotspots', 'enterprises', 'clues', 'labels'];
  const products = (config.products || []).map((p) => p.code);
  const hasClues = config.snapshot?.states.clues?.state !== 'not_configured';
  const DEFAULTS = {
    region: '',
    rounds: [],
    from: '',
    to: '',
    pollutant: '',
    industry: [],
    category: [],
    rule: [],
    status: [],
    severity: [],
    follow: false,
    map: null,
    day: '',
    metric: hasClues ? 'clues' : 'hotspots',
    heat: 'problems_per',
    product: products.includes('PM25') ? 'PM25' : products[0] || '',
    layers: ALL_LAYERS,
    table: false,
    sel: '',
  };
  /* What one page alone keeps in its address: plain text, read by that page. */
  const OWN = { clues: ['view', 'q', 'sort', 'open', 'stage'] }[config.page] || [];
  for (const name of OWN) DEFAULTS[name] = '';
  const METRICS = ['clues', 'hotspots', 'enterprises', 'checked', 'problems_per'];
  const HEATS = ['checked', 'problems', 'prominent', 'problems_per', 'prominent_per', 'found_rate'];
  /* Changes that narrow what is counted make a step in the history; looking around does not. */
  const STEPS = [
    'region',
    'rounds',
    'from',
    'to',
    'pollutant',
    'industry',
    'category',
    'rule',
    'status',
    'severity',
    'follow',
  ];

  const list = (known) => (text) => {
    const parts = [...new Set(text.split(',').filter(Boolean))].sort();
    if (known && parts.some((part) => !known().includes(part))) throw new Error(text);
    return parts;
  };
  const oneOf = (known) => (text) => {
    if (!known().includes(text)) throw new Error(text);
    return text;
  };
  const day = (text) => {
    if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(text))) throw new Error(text);
    return text;
  };
  const region = (text) => {
    if (!/^(\d{6}|g:\w+)$/.test(text)) throw new Error(text);
    return text;
  };
  const place = (text) => {
    const parts = text.split(',').map(Number);
    if (parts.length !== 3 || !parts.every(Number.isFinite) || Math.abs(parts[0]) > 180 || Math.abs(parts[1]) > 85)
      throw new Error(text);
    return parts;
  };
  const codes = (name) => () => (config[name] || []).map((row) => row.code);
  const READ = {
    region,
    from: day,
    to: day,
    day,
    map: place,
    rounds: list(codes('rounds')),
    industry: list(codes('industries')),
    rule: list(codes('rules')),
    pollutant: oneOf(() => config.pollutantCodes || []),
    category: list(() => config.categories || []),
    status: list(() => Object.keys(config.statusGroups || {})),
    severity: list(() => ['1', '2', '3']),
    follow: (text) => text === '1',
    table: (text) => text === '1',
    metric: oneOf(() => METRICS),
    heat: oneOf(() => HEATS),
    product: oneOf(() => products),
    layers: list(() => ALL_LAYERS),
    sel: (text) => {
      if (!/^(clue|enterprise):\d+$/.test(text)) throw new Error(text);
      return text;
    },
    ...Object.fromEntries(OWN.map((name) => [name, (text) => text])),
  };
  const PAGE_ONLY = ['lang', 'theme', 'extent'];

  function parse(search) {
    const state = { ...DEFAULTS };
    const ignored = [];
    for (const [name, text] of new URLSearchParams(search)) {
      if (PAGE_ONLY.includes(name)) continue;
      if (!READ[name]) {
        ignored.push(name);
        continue;
      }
      try {
        state[name] = text === '' && name !== 'layers' ? DEFAULTS[name] : READ[name](text);
      } catch {
        ignored.push(name);
      }
    }
    return { state, ignored };
  }

  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const written = (value) => (Array.isArray(value) ? value.join(',') : value === true ? '1' : String(value));

  function search(state) {
    const kept = new URLSearchParams(window.location.search);
    const out = new URLSearchParams();
    for (const name of Object.keys(DEFAULTS))
      if (!same(state[name], DEFAULTS[name])) out.set(name, written(state[name] ?? ''));
    for (const name of ['lang', 'theme']) if (kept.get(name)) out.set(name, kept.get(name));
    const text = out.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
    return text ? `?${text}` : window.location.pathname;
  }

  const first = parse(window.location.search);
  let state = first.state;
  const listeners = [];

  function adopt(next, viaHistory) {
    const before = state;
    const changed = Object.keys(DEFAULTS).filter((name) => !same(before[name], next[name]));
    if (!changed.length) return;
    state = next;
    for (const listener of listeners) listener(changed, before, viaHistory);
  }

  lookout.state = {
    DEFAULTS,
    STEPS,
    ignored: first.ignored,
    get: () => state,
    listen: (listener) => listeners.push(listener),
    set(patch) {
      const next = { ...state, ...patch };
      const isStep = STEPS.some((name) => !same(state[name], next[name]));
      if (Object.keys(patch).every((name) => same(state[name], next[name]))) return;
      window.history[isStep ? 'pushState' : 'replaceState'](null, '', search(next));
      adopt(next, false);
    },
    reset: () =>
      lookout.state.set(Object.fromEntries(STEPS.map((name) => [name, DEFAULTS[name]]).concat([['day', '']]))),
    toggled: (name, value) => {
      const chosen = state[name];
      return { [name]: chosen.includes(value) ? chosen.filter((v) => v !== value) : [...chosen, value].sort() };
    },
    /* West, south, east, north of the map while statistics follow it. */
    extent: null,
    query(names) {
      const out = new URLSearchParams();
      for (const name of names) {
        if (name === 'extent') {
          if (state.follow && lookout.state.extent) out.set('extent', lookout.state.extent.join(','));
        } else if (!same(state[name], DEFAULTS[name])) out.set(name, written(state[name]));
      }
      return out.toString();
    },
    dataQuery: () => lookout.state.query([...STEPS.filter((name) => name !== 'follow'), 'extent']),
  };

  window.addEventListener('popstate', () => adopt(parse(window.location.search).state, true));
})();
