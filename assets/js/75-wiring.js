/* Buttons, brushes and clocks of the page, wired once its parts are on the screen. */
(() => {
  const lookout = window.lookout;
  const { config, word } = lookout;
  const on = (id, type, handler) => document.getElementById(id)?.addEventListener(type, handler);

  function reloadWith(name, value) {
    const url = new URL(window.location.href);
    url.searchParams.set(name, value);
    window.location.assign(url);
  }

  /* What every page has: language, theme, clock, age. */
  lookout.wireShell = () => {
    on('language-switch', 'click', () => reloadWith('lang', config.lang === 'zh' ? 'en' : 'zh'));
    on('theme-switch', 'click', () => reloadWith('theme', config.theme === 'dark' ? 'light' : 'dark'));
    clock();
    age();
    watchVersion();
    lookout.panels.wire();
    lookout.wireHelp();
    lookout.tour.wire();
  };

  lookout.wirePage = () => {
    lookout.wireShell();
    on('map-zoom-in', 'click', () => lookout.situationMap.leaflet()?.zoomIn());
    on('map-zoom-out', 'click', () => lookout.situationMap.leaflet()?.zoomOut());
    on('map-home', 'click', () => lookout.situationMap.home());
    on('situation-table-open', 'click', () => lookout.state.set({ table: !lookout.state.get().table }));
    for (const key of document.querySelectorAll('[data-pollutant]')) {
      key.addEventListener('click', () => {
        const { pollutant } = key.dataset;
        lookout.state.set({ pollutant: lookout.state.get().pollutant === pollutant ? '' : pollutant });
      });
    }
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && lookout.state.get().sel) lookout.card.close();
    });
    /* On a small screen the map comes first, its legend at a press. */
    if (window.innerWidth < 1100) document.querySelector('.legend').open = false;
  };

  /* A press or a brush in a chart is a filter. */
  lookout.onChartsReady = () => {
    const trend = lookout.charts.graph('situation-trend');
    trend.on('plotly_selected', (event) => {
      if (!event?.range?.x) return;
      const [from, to] = event.range.x.map((x) =>
        Date.parse(`${String(x).replace(' ', 'T').slice(0, 19)}Z`.replace(/(T\d\d:\d\d)Z$/, '$1:00Z')),
      );
      const day = 86400000;
      lookout.state.set({
        from: lookout.isoOf(Math.ceil(from / day - 0.5)),
        to: lookout.isoOf(Math.floor(to / day + 0.5)),
      });
    });
    trend.on('plotly_click', (event) => {
      const x = String(event.points[0].x).slice(0, 10);
      lookout.state.set({ from: x, to: x });
    });
    trend.on('plotly_doubleclick', () => lookout.state.set({ from: '', to: '' }));
    lookout.charts
      .graph('situation-ranking')
      .on('plotly_click', (event) => lookout.state.set(lookout.state.toggled('industry', event.points[0].customdata)));
    lookout.charts.graph('situation-heatmap').on('plotly_click', (event) => {
      const [r, c] = event.points[0].pointNumber || event.points[0].pointIndex;
      const place = lookout.heatRows[r].place;
      const round = config.rounds[c].code;
      const region = place < 0 ? lookout.state.get().region : lookout.placeCode(place);
      const { rounds } = lookout.state.get();
      lookout.state.set({
        region,
        rounds: event.event?.shiftKey && rounds.length ? lookout.controls.roundsBetween([...rounds, round]) : [round],
      });
    });
  };

  function clock() {
    const node = document.getElementById('clock');
    const zone = { timeZone: 'Asia/Shanghai' };
    /* Swedish writes the day as we do: 2023-07-20 14:05. */
    const written = new Intl.DateTimeFormat('sv-SE', { ...zone, dateStyle: 'short', timeStyle: 'short' });
    const weekday = new Intl.DateTimeFormat(config.lang === 'en' ? 'en' : 'zh-CN', { ...zone, weekday: 'short' });
    const tick = () => {
      const now = new Date();
      const [day, time] = written.format(now).split(' ');
      node.textContent = `${day} ${weekday.format(now)} ${time}`;
    };
    tick();
    setInterval(tick, 10000);
  }

  /* How old the snapshot is, and whether that is too old. */
  function age() {
    const node = document.getElementById('snapshot-age');
    const tick = () => {
      const hours = (Date.now() - Date.parse(config.snapshot.builtAt)) / 3600000;
      const isStale = hours > config.staleAfterHours;
      const text =
        hours < 1
          ? word('age.minutes', { n: Math.max(0, Math.round(hours * 60)) })
          : hours < 48
            ? word('age.hours', { n: Math.round(hours) })
            : word('age.days', { n: Math.round(hours / 24) });
      node.textContent = isStale ? word('age.stale', { age: text }) : word('age.built', { age: text });
      document.documentElement.dataset.health = isStale ? 'stale' : 'ok';
      lookout.panels.setOld(isStale ? word('panel.stale', { age: text }) : '');
      const failedSources = Object.entries(config.snapshot.states)
        .filter(([, entry]) => entry.state === 'failed')
        .map(([name]) => word(`table.${name}`));
      if (failedSources.length) {
        document.documentElement.dataset.health = 'failed';
        node.textContent = `${word('health.failed', { names: failedSources.join(word('list.comma')) })} · ${node.textContent}`;
        node.title = node.textContent;
      }
    };
    tick();
    setInterval(tick, 60000);
  }

  /* A newer snapshot is offered, not forced; a server that does not answer is told. */
  function watchVersion() {
    let misses = 0;
    const ask = async () => {
      if (document.hidden) return;
      try {
        const response = await fetch(config.versionUrl, { cache: 'no-cache', signal: AbortSignal.timeout(8000) });
        if (!response.ok) throw new Error(String(response.status));
        const { id } = await response.json();
        if (misses >= 3) lookout.chips.notice('');
        misses = 0;
        if (id !== config.snapshot.id) offer();
      } catch {
        misses += 1;
        if (misses === 3) lookout.chips.notice(word('notice.server_gone'));
      }
    };
    setInterval(ask, config.pollSeconds * 1000 * (0.9 + 0.2 * Math.random()));
  }

  function offer() {
    const host = document.getElementById(`${config.page}-notice`);
    host?.replaceChildren(
      lookout.element('span', { text: word('notice.newer') }),
      lookout.element('button', {
        type: 'button',
        className: 'chip',
        text: word('notice.load'),
        onclick: () => window.location.reload(),
      }),
    );
  }
})();
