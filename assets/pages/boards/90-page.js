/* The boards page: tabs, region and days, all in the address; asks for the chosen board and shows it. */
(() => {
  const lookout = window.lookout;
  const { config, word, element } = lookout;
  const { view, pick, fill, say, host } = lookout.boards;
  const TABS = ['incineration', 'supervision', 'voc', 'bare_land'];
  const PANELS = { incineration: ['plants', 'plant'], supervision: ['regions', 'cities', 'thresholds'], voc: ['months', 'areas'], bare_land: ['land'] };
  let places = null;
  let answer = null;
  let asked = 0;

  const tab = () => view.tab || TABS[0];

  function write(isStep) {
    const out = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(view)) value ? out.set(name, value) : out.delete(name);
    const text = out.toString().replaceAll('%3A', ':');
    window.history[isStep ? 'pushState' : 'replaceState'](null, '', text ? `?${text}` : window.location.pathname);
  }

  function query() {
    const out = new URLSearchParams();
    for (const name of ['region', 'from', 'to']) if (view[name]) out.set(name, view[name]);
    return out.toString();
  }

  function regions() {
    const provinces = Array.from({ length: places.length }, (_, i) => i).filter((i) => places.level[i] === 0);
    const own = [['', word('place.country')], ...config.groups.map((group) => [`g:${group.code}`, pick(group, 'name')]), ...provinces.map((i) => [places.adcode[i], places.name(i)])];
    return own.some(([code]) => code === view.region) ? own : [...own, [view.region, places.label(view.region)]];
  }

  function tabs() {
    return element('div', { className: 'boards-tabs', role: 'group', 'aria-label': word('boards.tabs') }, TABS.map((name) =>
      element('button', { type: 'button', className: 'chip', 'aria-pressed': String(tab() === name), 'data-tab': name, text: word(`boards.tab.${name}`), onclick: () => set({ tab: name === TABS[0] ? '' : name, plant: '' }, true) }),
    ));
  }

  function controls() {
    const focused = document.activeElement?.dataset?.tab;
    const region = element('select', { className: 'boards-input', 'aria-label': word('boards.region'), onchange: (event) => set({ region: event.target.value }, true) },
      regions().map(([value, text]) => element('option', { value, text, ...(value === view.region ? { selected: '' } : {}) })),
    );
    const day = (name) => element('input', { type: 'date', className: 'boards-input', value: view[name], 'aria-label': word(`boards.${name}`), onchange: (event) => set({ [name]: event.target.value }, true) });
    const choice = (text, ...nodes) => element('span', { className: 'boards-choice' }, [element('span', { text }), ...nodes]);
    const all = view.region || view.from || view.to ? [element('button', { type: 'button', className: 'chip chip-reset', text: word('boards.reset'), onclick: () => set({ region: '', from: '', to: '' }, true) })] : [];
    fill('controls', tabs(), choice(word('boards.region'), region), choice(word('boards.days_of'), day('from'), element('span', { text: '–' }), day('to')), ...all);
    if (focused) host('controls').querySelector(`[data-tab="${focused}"]`)?.focus();
  }

  function draw() {
    lookout.boards.show[tab()](answer, (plant) => set({ plant: plant === view.plant ? '' : plant }), places);
  }

  async function plant(turn) {
    if (tab() !== 'incineration') return;
    const chosen = view.plant;
    document.querySelector('[data-panel="boards-plant"]').hidden = !chosen;
    fill('plant');
    if (!chosen) return;
    say('plant', '');
    if (!answer.plants.some((row) => row.enterprise_id === chosen)) return say('plant', word('boards.plant_unknown'));
    const got = await lookout.data.json(`boards/plant/${encodeURIComponent(chosen)}.json?${query()}`);
    if (turn === asked) fill('plant', ...lookout.boards.plantOf(got));
  }

  async function show() {
    const turn = ++asked;
    controls();
    for (const board of document.querySelectorAll('.boards-board')) board.hidden = board.dataset.board !== tab();
    try {
      const got = await lookout.data.json(`boards/${tab()}.json?${query()}`);
      if (turn !== asked) return;
      answer = got;
      draw();
      await plant(turn);
      document.documentElement.dataset.settled = String(turn);
    } catch (error) {
      console.error(error);
      if (turn !== asked) return;
      fill('tally');
      fill('sentence');
      for (const name of PANELS[tab()]) say(name, word('panel.failed'), 'failed');
      document.documentElement.dataset.settled = 'failed';
    }
  }

  function set(patch, isStep = false) {
    Object.assign(view, patch);
    write(isStep);
    return show();
  }

  function read() {
    const given = new URLSearchParams(window.location.search);
    for (const name of Object.keys(view)) view[name] = given.get(name) || '';
    if (!TABS.includes(view.tab) || view.tab === TABS[0]) view.tab = '';
    for (const name of ['from', 'to']) if (!/^\d{4}-\d\d-\d\d$/.test(view[name])) view[name] = '';
    if (!/^(\d{6}|g:\w+)$/.test(view.region)) view.region = '';
  }

  async function start() {
    while (!document.getElementById('boards-land')) await new Promise((resolve) => requestAnimationFrame(resolve));
    lookout.wireShell();
    read();
    places = await lookout.loadPlaces();
    window.addEventListener('popstate', () => {
      read();
      show();
    });
    await show();
  }

  if (config.page === 'boards' && config.dataRoot) start();
})();
