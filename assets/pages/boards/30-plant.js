/* The days of one plant: the lowest 5-minute mean of each furnace, and each stack's daily means, with their limits. */
(() => {
  const lookout = window.lookout;
  const { word, element, isoOf, number } = lookout;
  const { svg, label, title: told, path } = lookout.lines;
  const WIDE = 340;
  const HIGH = 120;
  const LEFT = 40;
  const RIGHT = 8;
  const TOP = 10;
  const BOTTOM = 98;

  const pairs = (days, values) => days.map((day, i) => [day, values[i]]);

  /* One small chart. `marked`: the days that are over; `untold`: those that can't be told; `tell`: a day in words. */
  function chart({ title, note, days, values, limits, marked, untold, tell, floor }) {
    const known = [...values, ...limits].filter((value) => value !== null);
    const low = floor ? Math.min(...known) - 10 : 0;
    const high = Math.max(...known) * (floor ? 1 : 1.1) + (floor ? 10 : 0);
    const [first, last] = [days[0], days[days.length - 1]];
    const x = (day) => LEFT + ((day - first + 0.5) / (last - first + 1)) * (WIDE - LEFT - RIGHT);
    const y = (value) => BOTTOM - ((value - low) / (high - low || 1)) * (BOTTOM - TOP);
    const limit = limits[limits.length - 1];
    const dots = days.flatMap((day, i) => {
      if (values[i] === null) return [];
      const kind = marked[i] ? 'over' : untold[i] ? 'untold' : 'fine';
      const at = [x(day), y(values[i])];
      const shape = marked[i]
        ? svg('path', { d: `M${at[0]} ${at[1] - 5}l5 8h-10z`, class: 'boards-dot-over' })
        : svg('circle', { cx: at[0], cy: at[1], r: untold[i] ? 2.6 : 1.8, class: `boards-dot-${kind}` });
      shape.append(told(tell(i)));
      return [shape];
    });
    const name = word('boards.chart', { title, n: days.length, over: marked.filter(Boolean).length });
    return element('figure', { className: 'boards-chart' }, [
      element('figcaption', {}, [element('b', { text: title }), element('small', { text: note })]),
      svg('svg', { viewBox: `0 0 ${WIDE} ${HIGH}`, role: 'img', 'aria-label': name }, [
        svg('path', { d: path(pairs(days, limits), x, y), class: 'boards-limit' }),
        label(LEFT - 5, y(limit) + 4, number(limit, 0), { 'text-anchor': 'end', class: 'boards-limit-text' }),
        ...(Math.abs(y(high) - y(limit)) > 14 ? [label(LEFT - 5, TOP + 4, number(high, 0), { 'text-anchor': 'end' })] : []),
        ...(Math.abs(y(low) - y(limit)) > 14 ? [label(LEFT - 5, BOTTOM + 2, number(low, 0), { 'text-anchor': 'end' })] : []),
        svg('path', { d: path(pairs(days, values), x, y), class: 'boards-line' }),
        ...dots,
        label(LEFT, HIGH - 6, isoOf(first).slice(5)),
        label(WIDE - RIGHT, HIGH - 6, isoOf(last).slice(5), { 'text-anchor': 'end' }),
      ]),
    ]);
  }

  const single = (days) => days.map(() => false);

  function furnace(one, i, rule) {
    const title = word('boards.furnace', { n: i + 1 });
    const low = one.n_low.reduce((sum, n) => sum + n, 0);
    return chart({
      title: one.furnace_id ? `${title} (${one.furnace_id})` : title,
      note: word('boards.furnace_note', { n: low, t: rule.t_min_c }),
      days: one.days,
      values: one.min_c,
      limits: one.days.map(() => rule.t_min_c),
      marked: one.is_over,
      untold: single(one.days),
      floor: true,
      tell: (k) => word('boards.furnace_day', { day: isoOf(one.days[k]), min: number(one.min_c[k], 0), low: one.n_low[k], exempt: one.n_low_exempt[k], means: one.n_means[k] }),
    });
  }

  function stack(one, number_) {
    const over = one.is_over.filter(Boolean).length;
    return chart({
      title: `${word('boards.stack', { n: number_ })} · ${one.pollutant}`,
      note: word('boards.stack_note', { n: over, limit: number(one.limits[one.limits.length - 1], 0) }),
      days: one.days,
      values: one.values,
      limits: one.limits,
      marked: one.is_over.map((is) => is === true),
      untold: one.is_over.map((is) => is === null),
      floor: false,
      tell: (k) => word('boards.stack_day', { day: isoOf(one.days[k]), value: number(one.values[k], 1), limit: number(one.limits[k], 0), hours: one.valid_hours[k] }),
    });
  }

  function plant(answer) {
    const outlets = [...new Set(answer.stacks.map((one) => one.outlet_id))];
    const { link } = lookout.boards;
    return [
      element('p', { className: 'boards-plant-links' }, [
        element('b', { text: answer.name }),
        link(word('boards.column.dossier'), '/dossier', { id: answer.plant }),
        link(word('boards.its_clues'), '/clues', { rule: 'R17,R18', q: answer.name }),
        element('small', { text: word('boards.legend') }),
      ]),
      element('div', { className: 'boards-charts' }, [
        ...answer.furnaces.filter((one) => one.min_c.some((x) => x !== null)).map((one, i) => furnace(one, i, answer)),
        ...answer.stacks.map((one) => stack(one, outlets.indexOf(one.outlet_id) + 1)),
      ]),
    ];
  }

  lookout.boards.plantOf = plant;
})();
