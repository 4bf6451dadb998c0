/* Numbers into the charts' frames: only the traces that changed are restyled, and only charts whose numbers changed. */
(() => {
  const lookout = window.lookout;
  const { word, count, number, config, isoOf, dayOf } = lookout;
  const isEnglish = config.lang === 'en';
  const POLLUTANTS = ['PM', 'SO2', 'NOx'];
  const MIN_RATE = 20;
  const drawn = new Map();

  const graph = (id) => {
    const node = document.querySelector(`#${id} .js-plotly-plot`);
    return node && node.layout ? node : null;
  };

  /* Draw unless the same numbers stand there already. */
  async function restyle(id, signature, restyled, relaid) {
    const gd = graph(id);
    if (!gd || drawn.get(gd) === signature) return;
    drawn.set(gd, signature);
    await window.Plotly.update(gd, restyled, relaid);
  }

  function wholeRank(rows, n) {
    const order = rows.filter((row) => row.all > 0).sort((a, b) => b.all - a.all || a.idx - b.idx);
    return { shown: order.slice(0, n), left: Math.max(0, order.length - n) };
  }

  function ranking(counts, state, note) {
    const rows = config.industries.map((industry) => ({
      idx: industry.idx,
      code: industry.code,
      name: industry[isEnglish ? 'name_en' : 'name_zh'],
      all: counts.all[industry.idx],
      confirmed: counts.confirmed[industry.idx],
    }));
    /* As many rows as can be read in the panel's height. */
    const height = document.getElementById('situation-ranking')?.clientHeight || 0;
    const line = lookout.scale() < 1 ? 14.5 : 13 * lookout.scale();
    const { shown, left } = wholeRank(rows, Math.max(3, Math.min(9, Math.floor((height - 24) / line))));
    const dim = (row) => (state.industry.length && !state.industry.includes(row.code) ? 0.25 : 1);
    const y = shown.map((row) => escaped(row.name));
    const codes = shown.map((row) => row.code);
    lookout.panels.note('ranking', note(left));
    return restyle(
      'situation-ranking',
      JSON.stringify([shown, state.industry]),
      {
        x: [shown.map((row) => row.all), shown.map((row) => row.confirmed)],
        y: [y, y],
        customdata: [codes, codes],
        'marker.opacity': [shown.map((row) => 0.55 * dim(row)), shown.map(dim)],
      },
      {},
    );
  }

  const HEAT = {
    checked: (t) => [t.checked, count(t.checked)],
    problems: (t) => [t.problems, count(t.problems)],
    prominent: (t) => [t.prominent, count(t.prominent)],
    problems_per: (t) => (t.checked ? [t.problems / t.checked, number(t.problems / t.checked, 2)] : [null, '']),
    prominent_per: (t) => (t.checked ? [t.prominent / t.checked, number(t.prominent / t.checked, 2)] : [null, '']),
    found_rate: (t) =>
      t.checked ? [(100 * t.found) / t.checked, `${number((100 * t.found) / t.checked, 0)}%`] : [null, ''],
  };
  const isRate = (heat) => heat.endsWith('_per') || heat === 'found_rate';

  function heatTip(name, round, t) {
    return [
      `<b>${escaped(name)} · ${escaped(round)}</b>`,
      word('heat.tip_checked', { n: count(t.checked), checks: count(t.checks) }),
      word('heat.tip_found', { n: count(t.found), rate: lookout.percent(t.found, t.checked) }),
      word('heat.tip_problems', { n: count(t.problems), x: number(t.problems / t.checked, 2) }),
      word('heat.tip_prominent', { n: count(t.prominent), x: number(t.prominent / t.checked, 2) }),
    ].join('<br>');
  }

  /* Plotly reads a little HTML in its texts; names are data and must not be read so. */
  const escaped = (text) => String(text).replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

  function heatRows(checks, places) {
    const rows = new Map();
    for (const [key, tally] of checks.byCell) {
      const place = Math.floor(key / 256);
      if (!rows.has(place)) rows.set(place, { place, n: 0, cells: new Map() });
      const row = rows.get(place);
      row.cells.set(((key % 256) + 256) % 256, tally);
      row.n += tally.checked;
    }
    return [...rows.values()].sort((a, b) => b.n - a.n || a.place - b.place);
  }

  function heatmap(checks, places, state) {
    const rows = heatRows(checks, places);
    const rounds = config.rounds;
    const names = rows.map((row) => (row.place < 0 ? word('place.unmapped') : places.name(row.place)));
    const labels = names.map(escaped);
    const cell = (row, round) => row.cells.get(round.idx);
    const rate = isRate(state.heat);
    const z = [],
      text = [],
      tips = [],
      tooFew = [];
    for (const [r, row] of rows.entries()) {
      z.push([]);
      text.push([]);
      tips.push([]);
      tooFew.push([]);
      for (const round of rounds) {
        const t = cell(row, round);
        const [value, label] = t ? HEAT[state.heat](t) : [null, ''];
        const few = rate && t && t.checked < MIN_RATE;
        const isRunning = !t && round.last_date >= config.lastDay;
        z[r].push(few ? null : value);
        text[r].push(few ? '' : label);
        tooFew[r].push(few || isRunning ? (few ? `<${MIN_RATE}` : '…') : null);
        tips[r].push(
          t
            ? heatTip(names[r], word('round.short', { number: round.number }), t) +
                (few ? `<br>${word('heat.few', { n: MIN_RATE })}` : '')
            : isRunning
              ? word('heat.running')
              : '',
        );
      }
    }
    lookout.heatRows = rows;
    const x = rounds.map((round) => word('round.short', { number: round.number }));
    const host = document.querySelector('#situation-heatmap');
    const needed = Math.max(host?.parentElement.clientHeight || 0, rows.length * 16 * Math.max(1, lookout.scale()) + 26);
    const shapes = state.rounds
      .map((code) => rounds.findIndex((round) => round.code === code))
      .filter((i) => i >= 0)
      .map((i) => ({
        type: 'rect',
        xref: 'x',
        yref: 'paper',
        x0: i - 0.5,
        x1: i + 0.5,
        y0: 0,
        y1: 1,
        line: { color: lookout.status.token('--cyan'), width: 2 },
        fillcolor: 'rgba(0,0,0,0)',
      }));
    return restyle(
      'situation-heatmap',
      JSON.stringify([names, z, text, state.rounds, needed]),
      {
        x: [x, x],
        y: [labels, labels],
        z: [z, tooFew.map((row) => row.map((said) => (said ? 1 : null)))],
        text: [text, tooFew.map((row) => row.map((said) => said || ''))],
        customdata: [tips, tips],
      },
      { shapes, height: needed },
    );
  }

  /* A mean over a few enterprises is no trend of the many: days on which fewer than a fifth reported are left out. */
  const LEAST_SHARE = 1 / 5;

  function wellReported(answer) {
    const reported = new Map();
    for (const rows of Object.values(answer))
      rows.date.forEach((day, i) => reported.set(day, Math.max(reported.get(day) || 0, rows.n_enterprises[i])));
    const least = LEAST_SHARE * Math.max(0, ...reported.values());
    const kept = {};
    for (const [pollutant, rows] of Object.entries(answer)) {
      const keep = rows.date.map((day) => reported.get(day) >= least);
      const columns = Object.entries(rows).map(([name, values]) => [name, values.filter((_, i) => keep[i])]);
      kept[pollutant] = Object.fromEntries(columns);
    }
    return { kept, isThinned: [...reported.values()].some((n) => n < least) };
  }

  /* One pollutant: its concentration and limits. None chosen: all three as a share of their own limit. */
  function trendTraces(answer, pollutant) {
    const shown = pollutant ? [pollutant] : POLLUTANTS.filter((p) => answer[p]);
    const days = shown.length ? answer[shown[0]]?.date || [] : [];
    const hours = new Map();
    for (const p of shown)
      answer[p]?.date.forEach((day, i) => {
        const sum = hours.get(day) || [0, 0];
        hours.set(day, [sum[0] + answer[p].exceed_hours[i], sum[1] + answer[p].valid_hours[i]]);
      });
    const exceedance = days.map((day) => {
      const [part, all] = hours.get(day);
      return all ? (100 * part) / all : null;
    });
    const own = (p, name, factor) =>
      answer[p] && shown.includes(p) ? answer[p][name].map((v) => (v === null ? null : v * factor)) : [];
    const lines = POLLUTANTS.map((p) => (pollutant ? own(p, 'concentration_mg_m3', 1) : own(p, 'limit_ratio', 100)));
    const low = pollutant ? own(pollutant, 'limit_low_mg_m3', 1) : days.map(() => 100);
    const high = pollutant ? own(pollutant, 'limit_high_mg_m3', 1) : [];
    const ys = [exceedance, low, high, ...lines];
    return { days, xs: ys.map((y) => (y.length ? days : [])), ys };
  }

  function chosenSpans(state) {
    const spans = state.rounds
      .map((code) => config.rounds.find((r) => r.code === code))
      .filter(Boolean)
      .map((r) => [r.from_date, r.last_date]);
    if (state.from || state.to) spans.push([state.from || config.firstDay, state.to || config.lastDay]);
    return spans.map(([from, to]) => ({
      type: 'rect',
      xref: 'x',
      yref: 'paper',
      x0: `${isoOf(dayOf(from) - 1)} 12:00`,
      x1: `${to} 12:00`,
      y0: 0,
      y1: 1,
      layer: 'below',
      line: { width: 0 },
      fillcolor: lookout.status.token('--chosen'),
    }));
  }

  /* The bars keep to the lower half, so that they never hide the lines. */
  const barTop = (shares) => Math.max(0.5, 2.2 * Math.max(0, ...shares.filter((x) => x !== null)));

  function trend(whole, state) {
    const { kept: answer, isThinned } = wellReported(whole);
    const { days, xs, ys } = trendTraces(answer, state.pollutant);
    for (const key of document.querySelectorAll('[data-pollutant]'))
      key.setAttribute('aria-pressed', String(state.pollutant === key.dataset.pollutant));
    const [, low, high, ...lines] = ys;
    const largest = (values) => Math.max(0, ...values.filter((v) => v !== null));
    const limits =
      largest(high) > Math.min(...low)
        ? `${number(Math.min(...low), 0)}–${number(largest(high), 0)}`
        : number(largest(low), 0);
    const unit = state.pollutant ? word('trend.unit_concentration', { limits }) : word('trend.unit_ratio');
    lookout.panels.note('trend', !days.length ? '' : isThinned ? `${unit}${word('trend.thinned')}` : unit);
    /* Limits differ by industry; the scale follows the measured and the strictest limit, the note tells the range. */
    const top = 1.15 * Math.max(largest(lines.flat()), largest(low));
    return restyle(
      'situation-trend',
      JSON.stringify([ys, days, state.rounds, state.from, state.to]),
      { x: xs, y: ys },
      { shapes: chosenSpans(state), selections: [], 'yaxis2.range': [0, barTop(ys[0])], 'yaxis.range': [0, top || 1] },
    );
  }

  /* Frames are drawn for a root font of 16 px; a larger wall gets larger type and lines. */
  async function scaleFrames() {
    const k = lookout.scale();
    const letters = (px) => Math.max(12, px * k);
    if (Math.abs(k - 1) < 0.05) return;
    for (const id of ['situation-trend', 'situation-ranking', 'situation-heatmap']) {
      const gd = graph(id);
      const layout = { 'font.size': letters(13), 'hoverlabel.font.size': letters(13) };
      for (const side of ['l', 'r', 't', 'b']) layout[`margin.${side}`] = gd.layout.margin[side] * k;
      if (gd.layout.yaxis.tickfont?.size) layout['yaxis.tickfont.size'] = letters(gd.layout.yaxis.tickfont.size);
      const widths = gd.data.map((trace) => (trace.line?.width ? trace.line.width * k : undefined));
      const styles = widths.some(Boolean) ? { 'line.width': widths } : {};
      if (gd.data[0].type === 'heatmap') styles['textfont.size'] = letters(12);
      await window.Plotly.update(gd, styles, layout);
    }
  }

  let scaled = null;

  lookout.charts = {
    graph,
    ranking,
    heatmap,
    trend,
    trendIsEmpty: (answer, pollutant) => !trendTraces(answer, pollutant).days.length,
    ready: () => ['situation-trend', 'situation-ranking', 'situation-heatmap'].every(graph),
    /* Plotly is fetched while the map already stands; the first numbers wait for it. */
    async whenReady() {
      while (!this.ready()) await new Promise((resolve) => setTimeout(resolve, 25));
      scaled = scaled || scaleFrames();
      await scaled;
    },
  };
})();
