/* The rounds page: its controls, its address, and what is asked when they change. */
(() => {
  const lookout = window.lookout;
  const { config, word, element, count, number, ask } = lookout;
  const { MEASURES, roundName } = lookout.rounds;
  const codes = config.rounds.map((round) => round.code);
  const finished = config.rounds.filter((round) => round.last_date < (config.snapshot?.asOf || '').slice(0, 10));
  const overs = new Set(finished.map((round) => round.idx));
  const lastOf = (n) => finished[finished.length - 1 - n]?.code || codes[0] || '';
  const view = { region: '', industry: '', from: codes[0] || '', to: lastOf(0), measure: 'problems_per', now: lastOf(0), before: lastOf(1), tab: '' };
  const first = { ...view };
  const address = ask.address(view, first);
  const PANELS = ['heat', 'against', 'types', 'teams', 'industries', 'found', 'hours', 'visits', 'planner'].map((name) => `rounds-${name}`);
  const weights = { ...(lookout.rounds.planner?.WEIGHTS || {}) };
  let places = null;
  let frame = null;
  let plan = null;
  let asked = 0;

  const host = (name) => document.getElementById(`rounds-${name}`);
  const fill = (name, ...nodes) => host(name).replaceChildren(...nodes);
  const chosen = () => new Set(codes.slice(codes.indexOf(view.from), codes.indexOf(view.to) + 1));

  const query = (extra = {}) => ask.query({ region: view.region, industry: view.industry, ...extra });

  function controls() {
    const rounds = config.rounds.map((round) => [round.code, roundName(round)]);
    const choice = (name, label, options) => ask.select(label, view[name], options, (value) => set({ [name]: value }));
    const chips = (name, label, options) => ask.chips(label, view[name], options, (value) => set({ [name]: value }));
    ask.fillRow(
      host('controls'),
      chips('tab', word('rounds.tabs'), [['', word('rounds.tab.analysis')], ['planner', word('rounds.tab.planner')]]),
      choice('region', word('rounds.region'), ask.regions(places, view.region)),
      choice('industry', word('rounds.industry'), ask.industries(word('rounds.all_industries'))),
      ...(view.tab
        ? []
        : [
            choice('from', word('rounds.from'), rounds),
            choice('to', word('rounds.to'), rounds),
            chips('measure', word('rounds.measure'), Object.keys(MEASURES).map((name) => [name, word(`heat.${name}`)])),
            choice('now', word('rounds.now'), rounds),
            choice('before', word('rounds.before'), rounds),
          ]),
    );
  }

  /* The published sentence, for whatever span is chosen; each number opens the situation with the same filter. */
  function sentence(span) {
    const to = `/?${query({ rounds: [...chosen()].join(','), ...(config.lang === 'en' ? { lang: 'en' } : {}) })}`;
    const value = (id) => span.totals[id]?.value;
    const link = (text) => element('a', { href: to, className: 'rounds-figure', text });
    const whole = (id) => link(value(id) === null || value(id) === undefined ? '—' : count(value(id)));
    const ratio = (id) => link(value(id) === null || value(id) === undefined ? '—' : number(value(id), 2));
    const names = config.rounds.filter((round) => chosen().has(round.code));
    const spanName = names.length === 1 ? roundName(names[0]) : word('rounds.span', { from: roundName(names[0]), to: roundName(names[names.length - 1]), n: names.length });
    const parts = {
      place: element('b', { text: places.label(view.region) }),
      span: element('b', { text: spanName }),
      checked: whole('enterprises_checked'),
      distinct: whole('enterprises_distinct'),
      problems: whole('problems'),
      prominent: whole('prominent_problems'),
      per: ratio('problems_per_enterprise'),
      prominent_per: ratio('prominent_per_enterprise'),
      with_problems: whole('enterprises_with_problems'),
    };
    const failed = lookout.kpis.missing('inspections');
    /* What could not be read is not told as nought. */
    if (failed) return fill('sentence', parts.place, document.createTextNode(`${word('list.comma')} `), parts.span, element('b', { className: 'rounds-failed', text: ` ✕ ${word(`panel.${failed.state}`)}` }));
    const text = word('rounds.sentence').split(/\{(\w+)\}/);
    return fill('sentence', ...text.map((part, i) => (i % 2 ? parts[part] : document.createTextNode(part))), element('small', { text: word('rounds.selected') }));
  }

  function heat() {
    const isEmpty = !frame.by_round.length;
    for (const name of ['heat', 'types', 'found']) lookout.panels.empty(`rounds-${name}`, isEmpty, 'inspections');
    lookout.panels.empty('rounds-hours', !frame.clues.length, 'clues');
    fill('hours', lookout.rounds.hours(frame));
    for (const name of ['heat', 'types', 'found']) fill(name);
    if (isEmpty) return;
    fill('heat', lookout.rounds.heat(frame, places, { measureName: view.measure, region: view.region, chosen: chosen(), overs, onPlace: (code) => set({ region: code }) }));
    fill('types', lookout.rounds.types(frame));
    fill('found', lookout.rounds.found(frame));
  }

  function showPlan() {
    const onPlace = (code) => set({ region: code, tab: '' });
    const again = () => fill('planner', lookout.rounds.planner.table(plan, places, weights, onPlace));
    fill('weights', ...lookout.rounds.planner.weightControls(plan, weights, (name, value) => {
      weights[name] = value;
      again();
    }));
    lookout.panels.empty('rounds-planner', !plan.cities.length, 'inspections');
    again();
  }

  async function analysis(turn) {
    const span = { ...(view.region ? { region: view.region } : {}), rounds: [...chosen()].join(',') };
    const comparable = view.now && view.before && view.now !== view.before;
    const [newFrame, newSpan, newAgainst] = await Promise.all([
      lookout.data.json(`rounds/frame.json?${query()}`),
      lookout.data.json(`rounds/span.json?${query(span)}`),
      comparable ? lookout.data.json(`rounds/against.json?${query({ now: view.now, before: view.before })}`) : null,
    ]);
    if (turn !== asked) return;
    frame = newFrame;
    heat();
    sentence(newSpan);
    fill('teams', lookout.rounds.ranked(newSpan.teams, 'rounds.column.team'));
    fill('industries', lookout.rounds.ranked(newSpan.industries, 'rounds.column.industry'));
    fill('visits', lookout.rounds.visits(newSpan.visits));
    for (const name of ['teams', 'industries', 'visits']) lookout.panels.empty(`rounds-${name}`, !newSpan[name].length, 'inspections');
    const isMissing = Boolean(lookout.kpis.missing('inspections'));
    fill('against', ...(newAgainst && !isMissing ? lookout.rounds.against(newAgainst) : []));
    if (isMissing) lookout.panels.empty('rounds-against', true, 'inspections');
    else lookout.panels.said('rounds-against', newAgainst ? '' : word('rounds.choose_two'));
  }

  async function show() {
    const turn = ++asked;
    document.querySelector('.rounds-analysis').hidden = Boolean(view.tab);
    document.querySelector('.rounds-plan').hidden = view.tab !== 'planner';
    controls();
    await ask.settled({ turn, isLast: () => turn === asked, panels: PANELS }, async () => {
      if (!view.tab) return analysis(turn);
      plan = await lookout.data.json(`rounds/planner.json?${query()}`);
      if (turn === asked) showPlan();
    });
  }

  function set(patch) {
    Object.assign(view, patch);
    if (codes.indexOf(view.from) > codes.indexOf(view.to)) [view.from, view.to] = [view.to, view.from];
    address.write();
    const asks = ['region', 'industry', 'from', 'to', 'now', 'before', 'tab'].some((name) => name in patch);
    if (asks) return show();
    controls();
    heat();
  }

  async function start() {
    await ask.onScreen('rounds-planner');
    lookout.wireShell();
    address.read();
    for (const name of ['from', 'to', 'now', 'before']) if (!codes.includes(view[name])) view[name] = first[name];
    if (!MEASURES[view.measure]) view.measure = first.measure;
    places = await lookout.loadPlaces();
    await show();
  }

  if (config.page === 'rounds' && config.dataRoot) start();
})();
