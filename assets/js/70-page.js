/* The situation page at work: load, count, draw nearest to the eye first, tell when it is settled. */
(() => {
  const lookout = window.lookout;
  const { config, word, dayOf, isoOf } = lookout;
  const PRODUCTS = ['', 'PM25', 'NO2', 'HCHO', 'FIRE'];
  const columns = {};
  let places = null,
    runs = 0,
    inputAt = null,
    ready = false,
    last = null;

  /* The moment of the input itself, not of the code that answers it. */
  for (const type of ['pointerdown', 'click', 'keydown', 'change', 'wheel']) {
    window.addEventListener(
      type,
      (event) => {
        inputAt = event.timeStamp;
      },
      { capture: true, passive: true },
    );
  }
  const nextPaint = () =>
    new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now()), 0)));

  /* The day up to which satellite findings are told: the player's, else the last one in scope. */
  function endDay(state) {
    if (state.day) return dayOf(state.day);
    const ends = [dayOf(config.lastDay)];
    if (state.to) ends.push(dayOf(state.to));
    if (state.rounds.length)
      ends.push(Math.max(...state.rounds.map((code) => dayOf(config.rounds.find((r) => r.code === code).last_date))));
    return Math.min(...ends);
  }

  function roundsNear(end) {
    const first = end - lookout.crossfilter.AGE.expired;
    const near = config.rounds
      .filter((r) => dayOf(r.from_date) <= end && dayOf(r.last_date) >= first)
      .map((r) => r.idx);
    return config.rounds.length ? near : [255];
  }

  async function hotspotRows(end) {
    return Promise.all(
      roundsNear(end).map(async (round) => {
        const rows = await lookout.data.hotspots(round);
        rows.round = round;
        return rows;
      }),
    );
  }

  /* Coverage is told by city; a county is answered by its city. */
  function exposureRegion(region) {
    const i = places.byCode.get(region);
    return i !== undefined && places.level[i] === 2 ? places.adcode[places.parent_idx[i]] : region;
  }

  function count(state) {
    const { crossfilter } = lookout;
    const scope = crossfilter.scope(state, places);
    const end = endDay(state);
    const product = PRODUCTS.indexOf(state.product);
    const wide = { ...scope, region: places.test(exposureRegion(state.region)) };
    const exposure = crossfilter.exposure(
      wide,
      columns.coverage,
      product,
      end - crossfilter.AGE.ageing,
      end,
      lookout.player.zero,
      lookout.player.days,
    );
    return {
      columns,
      end,
      exposure,
      clues: crossfilter.countClues(scope, columns.clues, places),
      checks: crossfilter.countChecks(scope, columns.checks, places, columns.enterprises, state.region),
      enterprises: crossfilter.countEnterprises(scope, columns.enterprises, places),
      hot:
        columns.hot && columns.hotEnd === end ? crossfilter.hotCells(scope, columns.hot, product, end, places) : null,
    };
  }

  /* Without clues the industries are ranked by their enterprises. */
  const ranksClues = () => config.snapshot.states.clues?.state !== 'not_configured';
  function rankingNote(left) {
    if (ranksClues()) return left ? word('ranking.note_left', { n: left }) : word('ranking.note');
    return left ? word('ranking.enterprises_left', { n: left }) : word('ranking.enterprises');
  }

  const ranked = (result) => (ranksClues() ? result.clues : result.enterprises).byIndustry;

  function bars(result, state) {
    const styles = lookout.status.styles();
    lookout.bars.draw(
      'situation-funnel',
      styles.map((style, i) => ({
        key: style.key,
        label: style.label,
        value: result.clues.byStatus[i],
        mark: () => lookout.status.mark(style),
        color: style.color,
      })),
      state.status,
      (key) => lookout.state.set(lookout.state.toggled('status', key)),
    );
    lookout.bars.draw(
      'situation-categories',
      config.categories.map((key, i) => ({
        key,
        label: config.categoryWords[key],
        value: result.clues.byCategory.all[i + 1],
        part: result.clues.byCategory.confirmed[i + 1],
        title: word('categories.tip', {
          all: lookout.count(result.clues.byCategory.all[i + 1]),
          confirmed: lookout.count(result.clues.byCategory.confirmed[i + 1]),
        }),
      })),
      state.category,
      (key) => lookout.state.set(lookout.state.toggled('category', key)),
    );
    lookout.panels.settle('funnel', 'clues', !result.clues.byStatus.some(Boolean));
    lookout.panels.settle('categories', 'clues', !result.clues.byCategory.all.some(Boolean));
    lookout.panels.settle('ranking', ranksClues() ? 'clues' : 'enterprises', !ranked(result).all.some(Boolean));
    lookout.panels.settle('heatmap', 'inspections', !result.checks.byCell.size);
  }

  async function trend(state) {
    const query = lookout.state.query(['region', 'industry', 'extent']);
    try {
      const answer = await lookout.data.trend(query);
      return () => {
        lookout.panels.settle('trend', 'emission_series', lookout.charts.trendIsEmpty(answer, state.pollutant));
        return lookout.charts.trend(answer, state);
      };
    } catch {
      return () => lookout.panels.state('trend', 'failed', word('panel.failed_kept'));
    }
  }

  async function hot(state, end) {
    if (columns.hotEnd === end) return;
    try {
      const rows = await hotspotRows(end);
      if (endDay(lookout.state.get()) !== end) return;
      columns.hot = rows;
      columns.hotEnd = end;
    } catch {
      lookout.panels.state('map', 'failed', word('map.hotspots_failed'));
    }
  }

  /* Key figures and map first, then lists, then the charts. A newer change overtakes an older one. */
  async function run(from) {
    const mine = ++runs;
    const state = lookout.state.get();
    const overtaken = () => mine !== runs;
    const trendDrawn = trend(state);
    const end = endDay(state);
    const hotLoaded = hot(state, end);
    if (columns.hotEnd !== end && !columns.hot) await hotLoaded;
    let result = count(state);
    drawFirst(result, state);
    await lookout.situationMap.painted();
    mark('lookout:first', from, await nextPaint());
    if (overtaken()) return;
    bars(result, state);
    await lookout.charts.whenReady();
    await Promise.all([
      lookout.charts.ranking(ranked(result), state, rankingNote),
      lookout.charts.heatmap(result.checks, places, state),
    ]);
    await (
      await trendDrawn
    )();
    await hotLoaded;
    if (overtaken()) return;
    if (!result.hot && columns.hotEnd === end) {
      result = count(state);
      drawFirst(result, state);
      await lookout.situationMap.painted();
    }
    last = result;
    mark('lookout:settled', from, await nextPaint());
    syncControls();
    document.documentElement.dataset.settled = String(mine);
  }

  function drawFirst(result, state) {
    lookout.kpis.show(result);
    lookout.chips.show(state, places);
    lookout.situationMap.show(result, state);
    /* Here, not where the cells are read: they may be there before the panel is. */
    if (result.hot) lookout.panels.settle('map', state.product === 'FIRE' ? 'satellite_detections' : 'satellite_grid', false);
    lookout.player.show(result.exposure.hotByDay, state, result.end);
  }

  function mark(name, from, to) {
    if (to >= from) performance.measure(name, { start: from, end: to });
  }

  /* Several changes in one turn are one refresh. */
  let queued = false;
  lookout.refresh = () => {
    if (!ready || queued) return;
    queued = true;
    const now = performance.now();
    const from = inputAt !== null && now - inputAt < 1000 ? inputAt : now;
    document.documentElement.dataset.settled = '';
    queueMicrotask(() => {
      queued = false;
      run(from).catch(failed);
    });
  };

  function failed(error) {
    console.error(error);
    for (const name of ['map', 'trend', 'funnel', 'ranking', 'heatmap', 'categories'])
      lookout.panels.state(name, 'failed', word('panel.failed_kept'));
    lookout.chips.notice(word('notice.failed'));
    document.documentElement.dataset.settled = 'failed';
  }

  /* Controls, exports and the table follow once the figures stand: Dash's own update costs as much as a chart. */
  const unsynced = new Set();

  function syncControls() {
    if (!unsynced.size) return;
    lookout.controls.sync(lookout.state.get(), [...unsynced]);
    unsynced.clear();
    lookout.controls.exportLinks();
    lookout.syncFilters();
  }

  const ONLY_LOOK = ['map', 'sel', 'table'];
  lookout.state.listen((changed, before, viaHistory) => {
    const state = lookout.state.get();
    for (const name of changed) unsynced.add(name);
    if (changed.includes('region') || (viaHistory && changed.includes('map')))
      lookout.situationMap.follow(state, viaHistory);
    if (changed.includes('sel')) selected(state);
    if (changed.includes('table')) lookout.table.show(state.table);
    if (changed.some((name) => !ONLY_LOOK.includes(name))) lookout.refresh();
    else syncControls();
  });

  function selected(state) {
    lookout.situationMap.select(state);
    const [kind, index] = state.sel.split(':');
    if (kind) lookout.card.open(kind, Number(index));
    else document.getElementById('situation-card').hidden = true;
  }

  lookout.syncFilters = () => {
    window.dash_clientside.set_props('situation-filters', { data: { snapshot: config.snapshot.id, query: lookout.state.dataQuery() } });
    lookout.table.refresh();
  };

  const onScreen = (id) =>
    new Promise((resolve) => {
      const look = () => (document.getElementById(id) ? resolve() : requestAnimationFrame(look));
      look();
    });

  async function load() {
    const layer = (name) =>
      lookout.data.layer(name).then((c) => {
        columns[name] = c;
      });
    const state = lookout.state.get();
    hot(state, endDay(state));
    const [loadedPlaces] = await Promise.all([
      lookout.loadPlaces(),
      layer('clues'),
      layer('checks'),
      layer('enterprises'),
      layer('coverage'),
    ]);
    places = loadedPlaces;
    lookout.clueColumns.place(columns.clues, columns.enterprises);
    columns.clueGroups = lookout.clueColumns.groups(columns.clues);
  }

  /* What people did since: the columns are put right, clues that were made come after the last. */
  lookout.patchClues = (changes) => {
    lookout.clueColumns.patch(columns.clues, changes);
    columns.clueGroups = lookout.clueColumns.groups(columns.clues);
    lookout.refresh();
  };

  async function start() {
    const loading = load();
    await onScreen('situation-table-slot');
    lookout.player.wire();
    lookout.wirePage();
    await loading;
    /* Before the map reports moves of its own, as when its panel gets its size. */
    const asked = lookout.state.get().map;
    await lookout.situationMap.start(places);
    const state = lookout.state.get();
    if (state.region && !asked) lookout.situationMap.follow(state, false);
    else if (!asked) lookout.situationMap.toData(columns);
    if (lookout.state.ignored.length)
      lookout.chips.notice(word('notice.ignored', { names: lookout.state.ignored.join(', ') }));
    ready = true;
    await run(0).catch(failed);
    /* Thousands of regions in a list box: after the figures stand. */
    lookout.controls.start(places);
    if (state.sel) selected(state);
    if (state.table) lookout.table.show(true);
    lookout.controls.exportLinks();
    lookout.syncFilters();
    lookout.onChartsReady();
    lookout.work.follow();
  }

  lookout.placeCode = (i) => places.adcode[i];
  lookout.last = () => last;
  if (config.page === 'situation' && config.dataRoot) start().catch((error) => onScreen('situation-notice').then(() => failed(error)));
})();
