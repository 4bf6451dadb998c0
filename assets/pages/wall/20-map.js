/* The one map of all scenes: the situation page's canvas layers, told by each scene what to draw and where to look. */
(() => {
  const lookout = window.lookout;
  const { config, wall, dayOf } = lookout;
  const PRODUCTS = ['', 'PM25', 'NO2', 'HCHO', 'FIRE'];
  const EVERYTHING = { rounds: null, first: -1, last: 1e9, pollutant: 0, industry: null, rule: null, category: null, status: null, severity: null, extent: null };
  const PADDING = 0.02;
  const outlines = { mark: null, levels: new Set() };
  let view = null;
  let leaflet = null;
  let data = null;
  let shown = null;
  let looksAt = '';
  let below = 0;
  let present = new Set();
  const ready = new WeakMap();
  let announce;
  const mounted = new Promise((resolve) => {
    announce = resolve;
  });

  if (config.page === 'wall')
    lookout.onMapReady = (newView, map) => {
      view = newView;
      leaflet = map;
      map.on('resize', () => look());
      announce();
    };

  /* All columns of one snapshot; the old ones stay until these are whole. */
  async function load(answer) {
    lookout.data.move(answer.root);
    const [places, clues, enterprises] = await Promise.all([lookout.loadPlaces(), lookout.data.layer('clues'), lookout.data.layer('enterprises')]);
    lookout.clueColumns.place(clues, enterprises);
    await mounted;
    const next = { snapshot: answer.snapshot, root: answer.root, places, clues, enterprises, hot: new Map(), seq: 0, geometry: answer.geometry };
    if (!data) begin();
    await traced(next, [0, 9]);
    return next;
  }

  /* From five metres the ground steps back and what is hot comes forward. */
  const DEEP = {
    ramp: ['#0a1629', '#0b1a31', '#0c1e3a', '#0e2344', '#10284e', '#122d58', '#153363', '#19396d', '#1e4077', '#254781'],
    hotStops: [
      [0, 120, 8, 16, 0],
      [0.05, 190, 22, 28, 96],
      [0.16, 255, 58, 40, 186],
      [0.36, 255, 122, 48, 224],
      [0.66, 255, 196, 96, 240],
      [1, 255, 244, 214, 252],
    ],
  };

  function begin() {
    view.setTheme({ name: config.theme, ...(config.theme === 'dark' ? DEEP : {}) });
    view.setReducedMotion(true);
    view.setClueStyles(lookout.status.styles());
  }

  async function traced(of, levels) {
    if (outlines.mark !== of.geometry) {
      outlines.mark = of.geometry;
      outlines.levels.clear();
    }
    for (const level of levels) {
      if (outlines.levels.has(level)) continue;
      view.setGeometry(level, await lookout.data.layer(`geometry-${level}`));
      outlines.levels.add(level);
    }
  }

  /* Names of provinces, and of the cities and counties that have an enterprise: the others are only in the way. */
  function named({ places, enterprises }) {
    const has = new Uint8Array(lookout.NO_PLACE + 1);
    for (let i = 0; i < enterprises.length; i++) has[enterprises.city[i]] = has[enterprises.county[i]] = 1;
    return Array.from({ length: places.length }, (_, i) => i)
      .filter((i) => places.level[i] === 0 || has[i])
      .map((i) => ({ idx: i, level: places.level[i], label: places.short(i), lon: places.lon[i], lat: places.lat[i], parent: places.parent_idx[i] }));
  }

  /* From now on these columns are drawn. */
  function adopt(next) {
    data = next;
    view.setPlaces(named(next));
    looksAt = '';
    traced(next, [1, 2]).catch((error) => console.warn(String(error)));
    inset();
  }

  async function inset() {
    const canvas = document.getElementById('wall-inset');
    const [geometry, lines] = await Promise.all([lookout.data.layer('geometry-0'), lookout.data.layer('geometry-9')]);
    lookout.map.inset(canvas, { geometry, lines, theme: { name: config.theme } });
  }

  /* The cells a scene needs, and what people did since, are in the columns before the scene is drawn. */
  async function follow(answer, of = data) {
    for (const round of answer.map?.near || []) {
      if (!of.hot.has(round)) of.hot.set(round, Object.assign(await lookout.data.hotspots(round), { round }));
    }
    if (!answer.seq || answer.seq <= of.seq) return;
    const told = await wall.link.changes(of.root, of.seq);
    lookout.clueColumns.patch(of.clues, told.changes);
    of.seq = Math.max(told.seq, answer.seq);
  }

  const marks = (codes) => {
    if (!codes.length) return null;
    const of = new Uint8Array(256);
    for (const code of codes) of[code] = 1;
    return of;
  };

  function scopeOf(map, answer) {
    return { ...EVERYTHING, region: data.places.test(map.region), rounds: marks(map.rounds), asOf: dayOf(answer.as_of.slice(0, 10)) };
  }

  /* The clues that fit all the scene names: groups of states, a pollutant, or rows. */
  function chosenClues(map, scope, groups) {
    const { groups: wanted, pollutant, rows } = map.clues;
    const named = rows ? new Set(rows) : null;
    const of = wanted ? wanted.map((key) => lookout.crossfilter.GROUPS.indexOf(key)) : null;
    const counted = lookout.crossfilter.countClues({ ...scope, pollutant: pollutant ? 1 + config.pollutantCodes.indexOf(pollutant) : 0 }, data.clues, data.places);
    const fits = (i) => (!of || of.includes(groups[i])) && (!named || named.has(i));
    return { byPlace: counted.byPlace, shown: counted.shown.filter(fits) };
  }

  const BURNERS = () => [
    { key: 'burner', shape: 'circle', color: lookout.status.token('--enterprise'), halo: lookout.status.token('--halo'), label: lookout.word('wall.legend.burner') },
    { key: 'burner_over', shape: 'diamond', color: lookout.status.token('--hot'), halo: lookout.status.token('--halo'), label: lookout.word('wall.legend.burner_over') },
  ];

  const ORDERS = () => [
    { key: 'order', shape: 'star', color: lookout.status.token('--status-supervised'), halo: lookout.status.token('--halo'), label: lookout.word('wall.legend.order') },
    { key: 'order_late', shape: 'diamond', color: lookout.status.token('--hot'), halo: lookout.status.token('--halo'), label: lookout.word('wall.legend.order_late') },
  ];

  const stylesOf = (map) => (map.points ? BURNERS() : map.clues.late ? ORDERS() : lookout.status.styles());

  /* Few marks may be large, many must not hide what lies below them. */
  const swell = (n) => (n < 400 ? 2.5 : n < 2000 ? 1.9 : n < 6000 ? 1.4 : 1);

  /* A scene's own points stand in the place of the clues. */
  function drawPoints(points) {
    view.setClues({
      lon: Float32Array.from(points, (p) => p.lon),
      lat: Float32Array.from(points, (p) => p.lat),
      group: Uint8Array.from(points, (p) => (p.is_over ? 1 : 0)),
      severity: Uint8Array.from(points, (p) => (p.is_over ? 1 : 2)),
      shown: Uint32Array.from(points, (_, i) => i),
      over: [false, false],
      showsOver: true,
      swell: swell(points.length),
    });
    present = new Set(points.map((p) => (p.is_over ? 1 : 0)));
  }

  /* What is late is seen before what is not. */
  function drawLate(chosen, late) {
    const { lon, lat, length } = data.clues;
    const group = new Uint8Array(length);
    const severity = new Uint8Array(length).fill(3);
    for (const i of late) [group[i], severity[i]] = [1, 1];
    view.setClues({ lon, lat, group, severity, shown: chosen.shown, over: [false, false], showsOver: true, swell: swell(chosen.shown.length) });
    present = new Set(Array.from(chosen.shown, (i) => group[i]));
  }

  function drawClues(chosen, groups) {
    const over = lookout.status.styles().map((style) => style.isOver);
    view.setClues({ lon: data.clues.lon, lat: data.clues.lat, group: groups, severity: data.clues.severity, shown: chosen.shown, over, showsOver: true, swell: shown.map.enterprises ? 1 : swell(chosen.shown.length) });
    present = new Set(Array.from(chosen.shown, (i) => groups[i]));
  }

  function shade(byPlace) {
    const values = Float32Array.from(byPlace, (n) => n || NaN);
    const max = [0, 0, 0];
    for (let i = 0; i < values.length; i++) if (values[i] > max[data.places.level[i]]) max[data.places.level[i]] = values[i];
    view.setChoropleth({ 0: values, 1: values, 2: values, max });
  }

  /* What an answer lets be drawn: worked out once, best before its scene comes. */
  function prepared(answer) {
    const known = ready.get(answer);
    if (known && known.of === data) return known;
    const { map } = answer;
    const scope = scopeOf(map, answer);
    const groups = lookout.clueColumns.groups(data.clues);
    const rows = map.near.map((round) => data.hot.get(round)).filter(Boolean);
    const made = {
      of: data,
      groups,
      chosen: chosenClues(map, scope, groups),
      hot: map.product ? lookout.crossfilter.hotCells(scope, rows, PRODUCTS.indexOf(map.product), dayOf(map.end), data.places) : null,
      enterprises: map.enterprises ? lookout.crossfilter.countEnterprises(scope, data.enterprises, data.places).shown : new Uint32Array(0),
    };
    ready.set(answer, made);
    return made;
  }

  const panel = () => document.getElementById('wall-map-panel');

  /* `measure` tells how much room the legend of what is drawn takes from the map. */
  function draw(answer, measure) {
    shown = answer;
    const { map } = answer;
    if (!map) return;
    const { groups, chosen, hot, enterprises } = prepared(answer);
    view.setEnterprises({ lon: data.enterprises.lon, lat: data.enterprises.lat, shown: enterprises });
    view.setHotspots(hot ? { col: hot.col, row: hot.row, level: hot.level, age: hot.age, isHollow: hot.isHollow, footprintKm: hot.nativeKm } : null);
    view.setClueStyles(stylesOf(map));
    if (map.points) drawPoints(map.points);
    else if (map.clues.late) drawLate(chosen, map.clues.late);
    else drawClues(chosen, groups);
    shade(chosen.byPlace);
    below = measure();
    view.keepNamesWhole(below);
    look();
  }

  /* Only a scene that looks elsewhere moves the map. */
  function look(isForced = false) {
    const { map } = shown || {};
    if (!map) return;
    const bounds = data.places.bounds(map.region) || map.bounds || [73, 18, 135, 54];
    const size = leaflet.getSize();
    const target = [bounds, size.x, size.y, below].join();
    if (!isForced && target === looksAt) return;
    looksAt = target;
    const [west, south, east, north] = bounds;
    const [x, y] = [size.x * PADDING, size.y * PADDING];
    leaflet.fitBounds([[south, west], [north, east]], { animate: false, paddingTopLeft: [x, y], paddingBottomRight: [x, y + below] });
  }

  /* What is seen on the map now stays in front of it. */
  function hold() {
    const { frame } = view.base;
    if (panel().dataset.away === 'yes' || panel().dataset.held === 'yes' || !frame) return;
    const front = document.getElementById('wall-front');
    front.width = Math.round((frame.width - 2 * frame.pad.x) * frame.ratio);
    front.height = Math.round((frame.height - 2 * frame.pad.y) * frame.ratio);
    const context = front.getContext('2d');
    for (const { canvas } of [view.base, view.data]) context.drawImage(canvas, -frame.pad.x * frame.ratio, -frame.pad.y * frame.ratio);
    panel().dataset.held = 'yes';
  }

  /* The next scene is painted behind the picture of the present one: its turn has only to take that away. */
  async function stage(answer, measure) {
    if (!answer.map) return;
    await follow(answer);
    hold();
    draw(answer, measure);
    await painted();
  }

  /* What is painted on the map is what is seen from now on; a scene without a map leaves it as it is, out of sight. */
  function release(answer) {
    const front = document.getElementById('wall-front');
    panel().dataset.away = answer.map ? '' : 'yes';
    panel().dataset.held = '';
    front.width = front.height = 0;
  }

  const painted = () => (view && shown?.map ? view.painted() : Promise.resolve(performance.now()));

  wall.map = {
    load,
    adopt,
    follow,
    draw,
    stage,
    release,
    look,
    /* Whether what belongs to this answer is on the map already. */
    isOn: (answer) => !answer.map || (shown === answer && data.snapshot === answer.snapshot),
    snapshot: () => data?.snapshot,
    painted,
    /* Of the marks those that are on the map. */
    styles: (map) => stylesOf(map).filter((_, i) => present.has(i)),
    view: () => view,
  };
})();
