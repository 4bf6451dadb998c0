/* Regions by round: one row a region with its figures, its course as a line, and the span together. */
(() => {
  const lookout = window.lookout;
  const { config, word, element, count } = lookout;
  const { svg, path } = lookout.lines;
  const { MEASURES, LEAST, together, roundShort, roundName } = lookout.rounds;
  const WIDE = 110;
  const HIGH = 22;
  /* A small line over the rounds; a gap where there is no rate. */
  function course(values, most) {
    const step = WIDE / Math.max(1, config.rounds.length - 1);
    const y = (x) => HIGH - 2 - (x / (most || 1)) * (HIGH - 4);
    const dots = values.flatMap((x, i) =>
      x === null ? [] : [svg('circle', { cx: i * step, cy: y(x), r: i === values.length - 1 ? 2.2 : 1.3 })],
    );
    const marks = { class: 'rounds-course', viewBox: `-3 0 ${WIDE + 6} ${HIGH}`, 'aria-hidden': 'true' };
    const points = values.map((x, i) => [i, x]);
    const x = (i) => i * step;
    /* What stands on nought is filled down to it, so that a level course doesn't look like a line that slipped. */
    return svg('svg', marks, [
      svg('path', { d: lookout.lines.under(points, x, y, HIGH - 2), class: 'rounds-under' }),
      svg('path', { d: path(points, x, y) }),
      ...dots,
    ]);
  }

  function cell(measure, row, most, isListed, isOver) {
    if (!isListed) return element('td', { className: 'rounds-unlisted', title: word('rounds.unlisted'), text: '' });
    if (!row) {
      if (!isOver) return element('td', { className: 'rounds-none', title: word('rounds.running'), text: '…' });
      return element('td', { className: 'rounds-none', title: word('rounds.no_checks'), text: '0' });
    }
    const value = measure.value(row);
    const title = word('rounds.cell', {
      checked: count(row.checked),
      problems: count(row.problems),
      prominent: count(row.prominent),
    });
    if (value === null)
      return element('td', { className: 'rounds-few', title: `${title} · ${word('rounds.few', { n: LEAST })}`, text: '—' });
    const node = element('td', { title, text: measure.text(value) });
    node.style.setProperty('--level', (most ? value / most : 0).toFixed(3));
    return node;
  }

  /* Rows of one level by place; the members of a group tell where a city was not listed. */
  function rowsOf(frame, level, places) {
    const byPlace = new Map();
    for (const row of frame.by_round) {
      if (row.level !== level) continue;
      if (!byPlace.has(row.place_idx)) byPlace.set(row.place_idx, new Map());
      byPlace.get(row.place_idx).set(row.round_idx, row);
    }
    for (const member of frame.members) if (level === 1 && !byPlace.has(member.city_idx)) byPlace.set(member.city_idx, new Map());
    return [...byPlace].map(([place, rounds]) => ({ place, name: places.name(place), code: places.adcode[place], rounds }));
  }

  function line({ name, rounds, onclick, isTotal }, measure, { most, listed, chosen, overs }) {
    const inSpan = config.rounds.filter((round) => chosen.has(round.code)).flatMap((round) => rounds.get(round.idx) || []);
    const values = config.rounds.map((round) => {
      const row = rounds.get(round.idx);
      return row ? measure.value(row) : null;
    });
    const sum = together(inSpan);
    const total = measure.value(sum);
    const label = onclick
      ? element('button', { type: 'button', className: 'source-name', text: name, onclick })
      : element('span', { text: name });
    return element('tr', { className: isTotal ? 'rounds-total' : '' }, [
      element('th', { scope: 'row' }, [label]),
      ...config.rounds.map((round) =>
        cell(measure, rounds.get(round.idx), most, !listed || listed.has(round.idx), overs.has(round.idx)),
      ),
      element('td', { className: 'rounds-line' }, [course(values, Math.max(...values.filter((x) => x !== null), 0))]),
      element('td', { className: 'number', text: total === null || !inSpan.length ? '—' : measure.text(total) }),
    ]);
  }

  lookout.rounds.heat = (frame, places, { measureName, region, chosen, overs, onPlace }) => {
    const measure = MEASURES[measureName];
    const rows = rowsOf(frame, region ? 1 : 0, places);
    const listedOf = new Map(frame.members.map((member) => [member.city_idx, new Set(member.rounds)]));
    const most = Math.max(
      0,
      ...rows.flatMap((row) => [...row.rounds.values()].map((one) => measure.value(one)).filter((x) => x !== null)),
    );
    const bySpan = (row) =>
      together(config.rounds.filter((r) => chosen.has(r.code)).flatMap((r) => row.rounds.get(r.idx) || []));
    const order = rows
      .map((row) => [row, measure.value(bySpan(row)) ?? -1])
      .sort((a, b) => b[1] - a[1] || a[0].place - b[0].place)
      .map(([row]) => row);
    const all = { name: places.label(region), rounds: new Map(frame.by_round.filter((r) => r.level === 9).map((r) => [r.round_idx, r])), isTotal: true };
    const totals = [...all.rounds.values()].map((row) => measure.value(row)).filter((x) => x !== null);
    const head = element('thead', {}, [
      element('tr', {}, [
        element('th', { scope: 'col', text: word(region ? 'rounds.column.city' : 'rounds.column.province') }),
        ...config.rounds.map((round) =>
          element('th', {
            scope: 'col',
            className: chosen.has(round.code) ? 'rounds-chosen' : '',
            title: `${roundName(round)} ${round.from_date} – ${round.last_date}`,
            text: roundShort(round),
          }),
        ),
        element('th', { scope: 'col', text: word('rounds.column.course') }),
        element('th', { scope: 'col', text: word('rounds.column.span') }),
      ]),
    ]);
    const body = element('tbody', {}, [
      line(all, measure, { most: Math.max(0, ...totals), listed: null, chosen, overs }),
      ...order.map((row) =>
        line(
          { ...row, onclick: row.code ? () => onPlace(row.code) : null },
          measure,
          { most, listed: listedOf.get(row.place) || null, chosen, overs },
        ),
      ),
    ]);
    return element('table', { className: 'source-table rounds-heat' }, [head, body]);
  };
})();
