/* The map of the situation page: what is drawn follows the filters, what is picked changes them. */
(() => {
  const lookout = window.lookout;
  const { word, count, number, config, element } = lookout;
  let view = null,
    leaflet = null,
    places = null,
    result = null,
    fitted = null;
  let announce;

  /* The map may be mounted before or after the data arrive; whoever comes second goes on. */
  const mounted = new Promise((resolve) => {
    announce = resolve;
  });
  lookout.mapOptions = { words: { map: config.words?.['map.label'] || '' } };
  lookout.onMapReady = (newView, map) => {
    view = newView;
    leaflet = map;
    announce();
  };

  async function addGeometry(level) {
    view.setGeometry(level, await lookout.data.layer(`geometry-${level}`));
  }

  /* Outlines of cities and counties are fetched when the map first comes near enough to show them. */
  const FROM_ZOOM = { 1: 5.2, 2: 6.9 };
  const asked = new Set();

  function wantOutlines(zoom) {
    for (const level of [1, 2]) {
      if (asked.has(level) || zoom - Math.log2(lookout.scale()) < FROM_ZOOM[level]) continue;
      asked.add(level);
      addGeometry(level).catch(() => {
        asked.delete(level);
        lookout.panels.state('map', 'failed', word('map.counties_failed'));
      });
    }
  }

  async function start(loadedPlaces) {
    places = loadedPlaces;
    await mounted;
    view.setTheme({ name: config.theme });
    view.setClueStyles(lookout.status.styles());
    view.setPlaces(
      Array.from({ length: places.length }, (_, i) => ({
        idx: i,
        level: places.level[i],
        label: places.short(i),
        lon: places.lon[i],
        lat: places.lat[i],
        parent: places.parent_idx[i],
      })),
    );
    view.onPick(picked);
    view.onHover(hovered);
    /* dash-leaflet sets its own zoom once more after the map is made; the address has the last word. */
    const at = lookout.state.get().map;
    if (at) leaflet.setView([at[1], at[0]], at[2], { animate: false });
    view.onMove(moved);
    const extent = view.map.getBounds();
    lookout.state.extent = rounded({
      west: extent.getWest(),
      south: extent.getSouth(),
      east: extent.getEast(),
      north: extent.getNorth(),
    });
    wantOutlines(leaflet.getZoom());
    await Promise.all([0, 9].map(addGeometry));
    drawInset();
  }

  async function drawInset() {
    const canvas = document.getElementById('situation-inset');
    if (!canvas) return;
    const [geometry, lines] = await Promise.all([lookout.data.layer('geometry-0'), lookout.data.layer('geometry-9')]);
    lookout.map.inset(canvas, { geometry, lines, theme: { name: config.theme } });
  }

  const rounded = ({ west, south, east, north }) => [west, south, east, north].map((x) => Math.round(x * 1000) / 1000);

  function moved({ west, south, east, north, lon, lat, zoom }) {
    lookout.state.extent = rounded({ west, south, east, north });
    wantOutlines(zoom);
    if (result) legend(lookout.state.get(), result.shaded);
    lookout.state.set({
      map: [Math.round(lon * 1000) / 1000, Math.round(lat * 1000) / 1000, Math.round(zoom * 100) / 100],
    });
    if (lookout.state.get().follow) lookout.refresh(['extent']);
  }

  /* Going somewhere by choice of region; coming back to an address restores its own view instead. */
  function follow(state, viaHistory) {
    if (!view) return;
    if (viaHistory && state.map) {
      leaflet.setView([state.map[1], state.map[0]], state.map[2], { animate: false });
    } else if (fitted !== state.region) {
      const bounds = places.bounds(state.region);
      if (bounds) view.fitBounds(bounds);
      else home();
    }
    fitted = state.region;
  }

  /* Where the data are: the view of a page that names no region and no view. */
  function toData({ enterprises, clues }) {
    const lon = Float32Array.from([...enterprises.lon, ...clues.lon].filter((x) => x === x)).sort();
    const lat = Float32Array.from([...enterprises.lat, ...clues.lat].filter((x) => x === x)).sort();
    const at = (sorted, share) => sorted[Math.floor(share * (sorted.length - 1))];
    if (lon.length)
      leaflet.fitBounds(
        [
          [at(lat, 0.005), at(lon, 0.005)],
          [at(lat, 0.995), at(lon, 0.995)],
        ],
        { animate: false, padding: [30, 30] },
      );
    else home();
  }

  function home() {
    leaflet.setView([36.2, 104.0], 4.4 + Math.log2(lookout.scale()), { animate: !view.reducedMotion });
  }

  function choropleth(state) {
    const { clues, checks, enterprises, hot } = result;
    const sources = {
      clues: clues.byPlace,
      enterprises: enterprises.byPlace,
      hotspots: hot ? hot.byPlace : new Uint32Array(places.length),
    };
    const all = new Float32Array(places.length).fill(NaN);
    if (sources[state.metric]) for (let i = 0; i < places.length; i++) all[i] = sources[state.metric][i] || NaN;
    else
      for (const [place, t] of checks.byPlace)
        all[place] = state.metric === 'checked' ? t.checked : t.checked >= 20 ? t.problems / t.checked : NaN;
    return { 0: all, 1: all, 2: all, byLevel: true };
  }

  /* One array serves all levels; each level has its own largest value. */
  function levelled(values) {
    const max = [0, 0, 0];
    for (let i = 0; i < places.length; i++)
      if (values[0][i] > max[places.level[i]]) max[places.level[i]] = values[0][i];
    return { ...values, max, values: values[0] };
  }

  function show(newResult, state) {
    result = newResult;
    if (!view) return;
    const { clues, enterprises, hot, columns } = result;
    view.setEnterprises({ lon: columns.enterprises.lon, lat: columns.enterprises.lat, shown: enterprises.shown });
    view.setClues({
      lon: columns.clues.lon,
      lat: columns.clues.lat,
      group: columns.clueGroups,
      severity: columns.clues.severity,
      shown: clues.shown,
      over: lookout.status.styles().map((style) => style.isOver),
      showsOver: state.status.length > 0,
    });
    view.setHotspots(
      hot
        ? {
            col: hot.col,
            row: hot.row,
            level: hot.level,
            age: hot.age,
            isHollow: hot.isHollow,
            footprintKm: hot.nativeKm,
          }
        : null,
    );
    const shaded = levelled(choropleth(state));
    result.shaded = shaded;
    view.setChoropleth({ 0: shaded.values, 1: shaded.values, 2: shaded.values, max: shaded.max });
    view.setVisible(
      Object.fromEntries(
        ['choropleth', 'hotspots', 'enterprises', 'clues', 'labels'].map((key) => [key, state.layers.includes(key)]),
      ),
    );
    select(state);
    legend(state, shaded);
  }

  function select(state) {
    const [kind, index] = state.sel.split(':');
    const place = places.byCode.get(state.region);
    view.setSelection({
      placeIdx: place === undefined ? null : place,
      clue: kind === 'clue' ? Number(index) : null,
      enterprise: kind === 'enterprise' ? Number(index) : null,
    });
  }

  function picked(hit) {
    if (!hit) return;
    if (hit.kind === 'clue' || hit.kind === 'enterprise') {
      lookout.state.set({ sel: `${hit.kind}:${hit.index}` });
    } else if (hit.kind === 'hotspot') {
      const [part, i] = result.hot.source[hit.index];
      lookout.card.hotspot(result.columns.hot[part], i, result.end, places);
      view.setSelection({ hotspot: hit.index });
    } else if (hit.kind === 'place') {
      lookout.state.set({ region: places.adcode[hit.placeIdx] });
    }
  }

  function tipText(hit) {
    if (hit.kind === 'clue') {
      const { clues } = result.columns;
      const rule = config.rules.find((r) => r.idx === clues.rule[hit.index]);
      return [
        rule ? `${rule.code} ${config.lang === 'en' ? rule.name_en : rule.name_zh}` : word('layer.clues'),
        `${config.states[lookout.crossfilter.STATES[clues.state[hit.index] - 1]]} · ${word(`severity.${clues.severity[hit.index]}`)}`,
        lookout.isoOf(clues.day[hit.index]),
      ];
    }
    if (hit.kind === 'enterprise') {
      const industry = config.industries.find((r) => r.idx === result.columns.enterprises.industry[hit.index]);
      return [
        word('tip.enterprise'),
        industry ? industry[config.lang === 'en' ? 'name_en' : 'name_zh'] : '',
        word('tip.click'),
      ];
    }
    if (hit.kind === 'hotspot') {
      const [part, i] = result.hot.source[hit.index];
      const rows = result.columns.hot[part];
      return [
        word('tip.hotspot'),
        word('card.observed_days', { day: lookout.isoOf(rows.day[i]), days: result.end - rows.day[i] }),
        word(`age.${['fresh', 'ageing', 'expired'][result.hot.age[hit.index]]}`),
        rows.ring[i] ? `${word('card.ring')} ${word(`card.ring.${rows.ring[i]}`)}` : '',
      ];
    }
    const value = result.shaded.values[hit.placeIdx];
    return [
      places
        .path(hit.placeIdx)
        .map((p) => places.name(p))
        .join(' › '),
      `${word(`metric.${lookout.state.get().metric}`)}: ${Number.isNaN(value) ? word('tip.no_value') : figure(value)}`,
    ];
  }

  const figure = (value) => (Number.isInteger(value) ? count(value) : number(value, 2));

  function hovered(hit) {
    const tip = document.getElementById('map-tip');
    if (!tip) return;
    tip.hidden = !hit || !result;
    if (tip.hidden) return;
    tip.replaceChildren(
      ...tipText(hit)
        .filter(Boolean)
        .map((text, i) => element(i ? 'span' : 'b', { text })),
    );
    const room = tip.parentElement.getBoundingClientRect();
    const left = Math.min(hit.x + 14, room.width - tip.offsetWidth - 8);
    const top = hit.y + 18 + tip.offsetHeight > room.height ? hit.y - tip.offsetHeight - 10 : hit.y + 18;
    tip.style.transform = `translate(${Math.max(4, left)}px, ${top}px)`;
  }

  /* How the cells were chosen, and how many of them stand the test of the rule that makes clues of them. */
  const ringLegend = (n, passed) => [
    element('p', { className: 'legend-line' }, [
      element('i', { className: 'cell cell-hollow' }),
      element('span', { text: word('legend.hollow') }),
    ]),
    element('p', {
      className: 'legend-note',
      text: word('legend.ring', {
        n: lookout.count(n),
        passed: lookout.count(passed),
        percent: config.snapshot.hotPercentile,
      }),
    }),
  ];

  function legend(state, shaded) {
    const host = document.getElementById('situation-legend');
    if (!host) return;
    const level =
      leaflet.getZoom() - Math.log2(lookout.scale()) < 5.5
        ? 0
        : leaflet.getZoom() - Math.log2(lookout.scale()) < 7.2
          ? 1
          : 2;
    const leavesOut = lookout.map.hidesOver(
      { shown: result.clues.shown, showsOver: state.status.length > 0 },
      leaflet.getZoom() - Math.log2(lookout.scale()),
    );
    const passed = result.hot ? result.hot.isHollow.reduce((sum, hollow) => sum + 1 - hollow, 0) : 0;
    const n = result.hot ? result.hot.isHollow.length : 0;
    const signature = JSON.stringify([
      ...[state.layers, state.metric, shaded.max, state.product, level, leavesOut, n, passed],
    ]);
    if (host.dataset.signature === signature) return;
    host.dataset.signature = signature;
    const nodes = [];
    if (state.layers.includes('hotspots')) {
      for (const age of ['fresh', 'ageing', 'expired'])
        nodes.push(
          element('p', { className: `legend-line legend-${age}` }, [
            element('i', { className: `cell cell-${age}` }),
            element('span', { text: word(`legend.${age}`) }),
          ]),
        );
      if (state.product !== 'FIRE' && n) nodes.push(...ringLegend(n, passed));
    }
    if (state.layers.includes('enterprises'))
      nodes.push(
        element('p', { className: 'legend-line' }, [
          element('i', { className: 'cell cell-enterprise' }),
          element('span', { text: word('legend.enterprise') }),
        ]),
      );
    if (state.layers.includes('clues') && config.snapshot.states.clues?.state !== 'not_configured') {
      const marks = lookout.status
        .styles()
        .map((style) =>
          element('span', { className: `legend-status${leavesOut && style.isOver ? ' is-left-out' : ''}` }, [
            lookout.status.mark(style),
            element('span', { text: style.label }),
          ]),
        );
      nodes.push(element('div', { className: 'legend-clues' }, marks));
      if (leavesOut) nodes.push(element('p', { className: 'legend-note', text: word('legend.over_left_out') }));
    }
    if (state.layers.includes('choropleth')) {
      nodes.push(
        element('p', {
          className: 'legend-line',
          text: `${word(`metric.${state.metric}`)} · ${word(`level.${level}`)}`,
        }),
        element('div', { className: 'legend-ramp' }),
        element('p', { className: 'legend-ends' }, [
          element('span', { text: '0' }),
          element('span', { text: figure(Math.round(shaded.max[level] * 100) / 100) }),
        ]),
      );
    }
    host.replaceChildren(...nodes);
  }

  lookout.situationMap = {
    start,
    show,
    follow,
    home,
    toData,
    view: () => view,
    leaflet: () => leaflet,
    painted: () => (view ? view.painted() : Promise.resolve(performance.now())),
    select: (state) => view && places && select(state),
  };
  lookout.onCardClosed = () => view && view.setSelection({});
})();
