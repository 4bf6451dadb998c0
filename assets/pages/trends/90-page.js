/* The trends page: controls, address, the list of parts and the chart of the chosen one. */
(() => {
  const lookout = window.lookout;
  const { config, word, element, count, number, isoOf, dayOf, pick, ask } = lookout;
  const { MEASURES, series, powerSeries, compared } = lookout.trends || {};
  const LEVELS = ['fleet', 'industry', 'cluster', 'enterprise'];
  const POLLUTANTS = ['PM', 'SO2', 'NOx'];
  const BASE_DAYS = 7;
  const view = { level: 'industry', pollutant: 'NOx', region: '', industry: '', measure: 'concentration', item: '', alert: '', b0: '', b1: '', w0: '', w1: '' };
  const first = { ...view };
  const address = ask.address(view, first);
  let places = null;
  let answer = null;
  let chosen = null;
  let alerts = [];
  let asked = 0;
  const host = (name) => document.getElementById(`trends-${name}`);
  const fill = (name, ...nodes) => host(name).replaceChildren(...nodes);

  const query = () => ask.query({ level: view.level, pollutant: view.pollutant, region: view.region, industry: view.industry });

  const ends = () => {
    const days = answer.items.flatMap((item) => item.days);
    if (!days.length) return [dayOf(config.firstDay), dayOf(config.lastDay)];
    return [days.reduce((a, b) => Math.min(a, b), Infinity), days.reduce((a, b) => Math.max(a, b), -Infinity)];
  };

  /* The days that most parts have: a few with a longer history don't squeeze the others. */
  function usualSpan() {
    const firsts = answer.items.map((item) => item.days[0]).sort((a, b) => a - b);
    return [firsts[Math.floor(firsts.length / 2)], ends()[1]];
  }

  /* The chosen windows; at first the last week against the week before it. */
  function windows() {
    const [low, high] = ends();
    const read = (text, otherwise) => (/^\d{4}-\d\d-\d\d$/.test(text) ? dayOf(text) : otherwise);
    const during = [read(view.w0, Math.max(low, high - BASE_DAYS + 1)), read(view.w1, high)];
    const before = [read(view.b0, Math.max(low, during[0] - BASE_DAYS)), read(view.b1, during[0] - 1)];
    return { before, during };
  }

  function controls() {
    const spans = windows();
    const move = (name, value) => set({ [name]: value, ...(name === 'level' ? { item: '' } : {}) });
    const choice = (name, label, options) => ask.select(label, view[name], options, (value) => move(name, value));
    const chips = (name, label, options) => ask.chips(label, view[name], options, (value) => move(name, value));
    const days = (name, label, [from, to]) => {
      const names = ['first', 'last'].map((end) => `${label} ${word(`trends.${end}`)}`);
      return ask.span(label, answer.items.length ? [isoOf(from), isoOf(to)] : ['', ''], names, (i, value) => set({ [`${name}${i}`]: value, alert: '' }));
    };
    ask.fillRow(
      host('controls'),
      chips('level', word('trends.level'), LEVELS.map((level) => [level, word(`trends.level.${level}`)])),
      chips('pollutant', word('filter.pollutant'), POLLUTANTS.map((p) => [p, p])),
      chips('measure', word('trends.measure'), Object.keys(MEASURES).map((name) => [name, word(`trends.measure.${name}`)])),
      choice('region', word('trends.region'), ask.regions(places, view.region)),
      choice('industry', word('trends.industry'), ask.industries(word('trends.all_industries'))),
      choice('alert', word('trends.alert'), [['', word(alerts.length ? 'trends.alert_none' : 'trends.alert_missing')], ...alerts.map((alert) => [alert.alert_id, alert.text])]),
      days('b', word('trends.before'), spans.before),
      days('w', word('trends.during'), spans.during),
    );
  }

  const nameOf = (item) => {
    if (item.key === '') return word('trends.fleet', { place: places.label(view.region) });
    const name = pick(item, 'name') || item.key;
    return view.level === 'cluster' ? word('trends.cluster', { place: name, n: item.of_enterprises }) : name;
  };
  const changeText = (change) => (change === null ? '—' : `${change >= 0.0005 ? '+' : ''}${number(100 * change, 1)}%`);
  const valueText = (value) => (value === null ? '—' : MEASURES[view.measure].text(value));

  function rows() {
    const { before, during } = windows();
    return answer.items
      .map((item) => {
        const points = series(item, view.measure);
        return { item, points, ...compared(points, before, during) };
      })
      .sort((a, b) => (b.change ?? -9) - (a.change ?? -9));
  }

  function list(found) {
    const span = usualSpan();
    const { before, during } = windows();
    const head = ['name', 'enterprises', 'course', 'before', 'during', 'change', 'power'].map((key) =>
      element('th', { scope: 'col', className: ['name', 'course'].includes(key) ? '' : 'number', text: word(`trends.column.${key}`) }),
    );
    const body = found.map(({ item, points, before: a, during: b, change }) => {
      const power = compared(powerSeries(answer.power[item.key], 'total'), before, during);
      return element('tr', { className: item.key === view.item ? 'source-row chosen' : 'source-row', 'data-item': item.key }, [
        element('th', { scope: 'row' }, [element('button', { type: 'button', className: 'source-name', text: nameOf(item), onclick: () => set({ item: item.key }) })]),
        element('td', { className: 'number', text: count(item.of_enterprises) }),
        element('td', {}, [lookout.trends.small(points, span)]),
        element('td', { className: 'number', title: word('trends.days', { n: a.n }), text: valueText(a.value) }),
        element('td', { className: 'number', title: word('trends.days', { n: b.n }), text: valueText(b.value) }),
        element('td', { className: `number ${change > 0.05 ? 'trends-up' : change < -0.05 ? 'trends-down' : ''}`, text: `${change > 0.05 ? '▲ ' : change < -0.05 ? '▼ ' : ''}${changeText(change)}` }),
        element('td', { className: 'number', text: changeText(power.change) }),
      ]);
    });
    return element('table', { className: 'source-table' }, [element('thead', {}, [element('tr', {}, head)]), element('tbody', {}, body)]);
  }

  function sentence(row) {
    const { before, during } = windows();
    const power = compared(powerSeries(answer.power[row.item.key], 'total'), before, during);
    const [low] = ends();
    const days = ([from, to]) => `${isoOf(from)} – ${isoOf(to)}`;
    fill(
      'sentence',
      element('span', {
        text: word('trends.sentence', {
          name: nameOf(row.item), pollutant: view.pollutant, measure: word(`trends.measure.${view.measure}`), before: days(before), during: days(during),
          a: valueText(row.before.value), b: valueText(row.during.value), na: row.before.n, nb: row.during.n, change: changeText(row.change),
        }), // prettier-ignore
      }),
      element('span', { text: power.change === null ? word('trends.sentence_no_power') : word('trends.sentence_power', { change: changeText(power.change) }) }),
      element('small', { text: low > during[0] - 365 ? word('trends.no_year', { day: isoOf(low) }) : yearOnYear(row, during) }),
    );
  }

  /* The same days a year before, by the same limit: ratios where limits may have changed. */
  function yearOnYear(row, during) {
    const year = compared(row.points, during.map((day) => day - 365), during);
    return word('trends.year', { change: changeText(year.change), n: year.before.n });
  }

  function show() {
    controls();
    const found = rows();
    const isEmpty = !found.length;
    for (const name of ['chart', 'list']) lookout.panels.empty(`trends-${name}`, isEmpty, 'emission_series');
    fill('list', ...(isEmpty ? [] : [list(found)]));
    chosen = isEmpty ? null : found.find(({ item }) => item.key === view.item) || found[0];
    fill('sentence');
    draw();
    if (isEmpty) return;
    document.getElementById('trends-chart-note').textContent = `${nameOf(chosen.item)} · ${view.pollutant} · ${word(`trends.measure.${view.measure}`)} (${MEASURES[view.measure].unit})`;
    sentence(chosen);
  }

  function draw() {
    if (!chosen) return fill('chart');
    const row = chosen;
    const power = answer.power[row.item.key];
    const scale = lookout.scale();
    fill('chart', lookout.trends.chart({
      parts: { emission: row.points, total: powerSeries(power, 'total'), production: powerSeries(power, 'production'), treatment: powerSeries(power, 'treatment') },
      measure: MEASURES[view.measure], name: nameOf(row.item), alerts: alerts.filter((alert) => alert.alert_id === view.alert), ...windows(),
      size: [(host('chart').clientWidth || 1200) / scale, Math.max(160, host('chart').clientHeight / scale)],
    })); // prettier-ignore
  }

  async function load() {
    const turn = ++asked;
    await ask.settled({ turn, isLast: () => turn === asked, panels: ['trends-chart', 'trends-list'] }, async () => {
      const got = await lookout.data.json(`trends.json?${query()}`);
      if (turn !== asked) return;
      answer = got;
      alerts = got.alerts.map((alert) => ({
        ...alert,
        first: dayOf(alert.from_at.slice(0, 10)),
        last: dayOf(alert.to_at.slice(0, 10)),
        text: `${pick(alert, 'name')} ${word(`trends.alert.${alert.level}`)} ${alert.from_at.slice(5, 10)} – ${alert.to_at.slice(5, 10)}`,
      }));
      show();
    });
  }

  /* An alert chosen sets both windows: its days, and the week before it. */
  function windowsOf(alertId) {
    const alert = alerts.find((one) => one.alert_id === alertId);
    if (!alert) return { w0: '', w1: '', b0: '', b1: '' };
    return { w0: isoOf(alert.first), w1: isoOf(alert.last), b0: isoOf(alert.first - BASE_DAYS), b1: isoOf(alert.first - 1) };
  }

  function set(patch) {
    Object.assign(view, patch, patch.alert === undefined || 'w0' in patch || 'b0' in patch || 'w1' in patch || 'b1' in patch ? {} : windowsOf(patch.alert));
    address.write();
    if (['level', 'pollutant', 'region', 'industry'].some((name) => name in patch)) return load();
    show();
  }

  async function start() {
    await ask.onScreen('trends-list');
    lookout.wireShell();
    address.read();
    if (!LEVELS.includes(view.level)) view.level = first.level;
    if (!POLLUTANTS.includes(view.pollutant)) view.pollutant = first.pollutant;
    if (!MEASURES[view.measure]) view.measure = first.measure;
    places = await lookout.loadPlaces();
    await load();
    new ResizeObserver(() => answer && draw()).observe(host('chart'));
  }

  if (config.page === 'trends' && config.dataRoot) start();
})();
