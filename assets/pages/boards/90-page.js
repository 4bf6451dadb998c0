/* The boards page: tabs, region and days, all in the address; asks for the chosen board and shows it. */
(() => {
  const lookout = window.lookout;
  const { config, word, element, ask } = lookout;
  const { view, fill, say, host } = lookout.boards;
  const TABS = ['incineration', 'supervision', 'voc', 'bare_land'];
  const PANELS = { incineration: ['plants', 'plant'], supervision: ['regions', 'cities', 'thresholds'], voc: ['months', 'areas'], bare_land: ['land'] };
  const address = ask.address(view);
  let places = null;
  let answer = null;
  let asked = 0;

  const tab = () => view.tab || TABS[0];

  const query = () => ask.query({ region: view.region, from: view.from, to: view.to });

  function controls() {
    const step = (patch) => set(patch, true);
    const toTab = (name) => step({ tab: name === TABS[0] ? '' : name, plant: '' });
    const isNarrowed = view.region || view.from || view.to;
    const reset = element('button', { type: 'button', className: 'chip chip-reset', text: word('boards.reset'), onclick: () => step({ region: '', from: '', to: '' }) });
    ask.fillRow(
      host('controls'),
      ask.chips(word('boards.tabs'), tab(), TABS.map((name) => [name, word(`boards.tab.${name}`)]), toTab, 'boards-tabs'),
      ask.select(word('boards.region'), view.region, ask.regions(places, view.region), (region) => step({ region })),
      ask.span(word('boards.days_of'), [view.from, view.to], [word('boards.from'), word('boards.to')], (i, day) => step({ [i ? 'to' : 'from']: day })),
      ...(isNarrowed ? [reset] : []),
    );
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
    const panels = PANELS[tab()].map((name) => `boards-${name}`);
    const isDone = await ask.settled({ turn, isLast: () => turn === asked, panels }, async () => {
      const got = await lookout.data.json(`boards/${tab()}.json?${query()}`);
      if (turn !== asked) return;
      answer = got;
      draw();
      await plant(turn);
    });
    if (isDone) return;
    fill('tally');
    fill('sentence');
  }

  function set(patch, isStep = false) {
    Object.assign(view, patch);
    address.write(isStep);
    return show();
  }

  function read() {
    address.read();
    if (!TABS.includes(view.tab) || view.tab === TABS[0]) view.tab = '';
    for (const name of ['from', 'to']) if (!/^\d{4}-\d\d-\d\d$/.test(view[name])) view[name] = '';
    if (!/^(\d{6}|g:\w+)$/.test(view.region)) view.region = '';
  }

  async function start() {
    await ask.onScreen('boards-land');
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
