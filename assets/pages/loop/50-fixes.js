/* Tab 巩固: what share of the fixes still holds, and which problems came back. */
(() => {
  const lookout = window.lookout;
  const { element, word, count, number, config } = lookout;
  const { loop } = lookout;
  const W = 620;
  const H = 250;
  const PAD = { left: 46, right: 12, top: 10, bottom: 44 };
  const TICKS = [0, 30, 60, 90, 120, 150, 180];
  const name = (curve) => (curve.name === 'all' ? word('loop.all_categories') : config.categoryWords[curve.name]);

  const x = (day) => PAD.left + ((W - PAD.left - PAD.right) * day) / 180;

  /* The line and its band as steps up to the longest watch. */
  function paths(curve, y) {
    const points = [[0, 1, 1, 1], ...curve.steps.map(([day, , , share, low, high]) => [day, share, low, high])].filter(([day]) => day <= 180);
    const end = Math.min(180, curve.longest);
    const stepped = (at) =>
      points.flatMap((point, i) => {
        const next = i + 1 < points.length ? points[i + 1][0] : end;
        return [[point[0], point[at]], [next, point[at]]];
      });
    const line = (list) => list.map(([day, share], i) => `${i ? 'L' : 'M'}${x(day).toFixed(1)},${y(share).toFixed(1)}`).join('');
    const band = [...stepped(3), ...stepped(2).reverse()];
    return { line: line(stepped(1)), band: `${line(band)}Z` };
  }

  function axis(y, low) {
    const nodes = [];
    const shares = [];
    for (let share = 1; share >= low - 1e-9; share -= (1 - low) / 4) shares.push(share);
    for (const share of shares)
      nodes.push(
        loop.svg('line', { x1: PAD.left, x2: W - PAD.right, y1: y(share), y2: y(share), class: 'loop-grid' }),
        loop.svg('text', { x: PAD.left - 6, y: y(share) + 4, class: 'loop-axis', 'text-anchor': 'end', text: loop.percent(share, 0) }),
      );
    for (const day of TICKS)
      nodes.push(loop.svg('text', { x: x(day), y: H - PAD.bottom + 16, class: 'loop-axis', 'text-anchor': 'middle', text: String(day) }));
    for (const day of [30, 90, 180])
      nodes.push(loop.svg('line', { x1: x(day), x2: x(day), y1: PAD.top, y2: H - PAD.bottom, class: 'loop-mark-line' }));
    nodes.push(loop.svg('text', { x: (W + PAD.left) / 2, y: H - 8, class: 'loop-axis', 'text-anchor': 'middle', text: word('loop.days_since_fix') }));
    return nodes;
  }

  function chart(curve) {
    const lowest = Math.min(1, ...curve.steps.map(([, , , , low]) => low));
    const low = Math.max(0, Math.floor(lowest * 10 - 0.5) / 10);
    const y = (share) => PAD.top + (H - PAD.top - PAD.bottom) * (1 - (share - low) / (1 - low));
    const drawn = paths(curve, y);
    const label = word('loop.survival_of', { name: name(curve), n: count(curve.n) });
    return loop.svg('svg', { viewBox: `0 0 ${W} ${H}`, class: 'loop-survival', role: 'img', 'aria-label': label }, [
      ...axis(y, low),
      loop.svg('path', { d: drawn.band, class: 'loop-survival-band' }),
      loop.svg('path', { d: drawn.line, class: 'loop-survival-line' }),
    ]);
  }

  const held = (mark) =>
    mark.share === null
      ? element('span', { className: 'loop-few', text: word('loop.too_few_watched', { n: count(mark.at_risk) }) })
      : element('span', { className: 'loop-held' }, [
          element('span', { className: 'number', text: `${loop.percent(mark.share)} (${loop.percent(mark.low)}–${loop.percent(mark.high)})` }),
          element('small', { text: word('loop.at_risk', { n: count(mark.at_risk) }) }),
        ]);

  function marks(data, chosen, choose) {
    const columns = [
      {
        key: 'name',
        head: word('loop.head.category'),
        cell: (curve) =>
          element('button', { type: 'button', className: 'source-name', text: name(curve), 'aria-pressed': String(curve.name === chosen), onclick: () => choose(curve.name) }),
      },
      { key: 'n', head: word('loop.head.passed'), isNumber: true, cell: (curve) => loop.figure(curve.n, 'rechecked', curve.name === 'all' ? {} : { category: curve.name }), value: (curve) => curve.n },
      { key: 'back', head: word('loop.head.relapsed'), isNumber: true, cell: (curve) => count(curve.n_relapsed), value: (curve) => curve.n_relapsed },
      ...data.marks.map((day, i) => ({
        key: `m${day}`,
        head: word('loop.held_after', { n: day }),
        cell: (curve) => held(curve.marks[i]),
        value: (curve) => curve.marks[i].share,
      })),
    ];
    return loop.table({ columns, rows: data.curves, caption: word('loop.survival'), rowId: (curve) => curve.name });
  }

  function survival(data) {
    const host = element('div', { className: 'loop-survival-host' });
    let chosen = 'all';
    function draw() {
      const curve = data.curves.find((one) => one.name === chosen);
      if (!curve) {
        host.replaceChildren(element('p', { className: 'loop-empty', text: word('loop.no_fix_yet') }));
        return;
      }
      host.replaceChildren(
        element('h3', { text: word('loop.survival_of', { name: name(curve), n: count(curve.n) }) }),
        chart(curve),
        marks(data, chosen, (next) => {
          chosen = next;
          draw();
        }),
      );
    }
    draw();
    return loop.panel('survival', word('loop.survival'), word('loop.survival_note'), [host]);
  }

  function relapses(data) {
    const columns = [
      { key: 'clue', head: word('loop.head.clue'), cell: loop.clueLink },
      { key: 'new', head: word('loop.head.new_clue'), cell: (row) => (row.new_clue ? loop.clueLink({ clue_id: row.new_clue }) : element('span', { className: 'loop-few', text: word('loop.no_new_clue') })) },
      { key: 'days', head: word('loop.head.days_held'), isNumber: true, cell: (row) => (row.days === null ? '—' : count(row.days)), value: (row) => row.days },
      { key: 'at', head: word('loop.head.relapsed_at'), isNumber: true, cell: (row) => loop.moment(row.relapsed_at), value: (row) => row.relapsed_at },
      { key: 'object', head: word('loop.head.object'), className: 'loop-object', cell: loop.object, value: loop.object },
      { key: 'rule', head: word('loop.head.rule'), className: 'loop-rule', cell: loop.rule, value: (row) => row.rule_id },
      { key: 'city', head: word('loop.head.city'), cell: (row) => loop.named(row, 'city') || '—', value: (row) => loop.named(row, 'city') },
      { key: 'state', head: word('loop.head.state'), cell: (row) => loop.stateWord(row.state), value: (row) => row.state },
    ];
    const body = [loop.table({ columns, rows: data.relapses, caption: word('loop.relapses'), rowId: (row) => row.clue_id, empty: word('loop.no_relapse') })];
    if (data.counts.relapsed > data.relapses.length)
      body.push(element('p', { className: 'loop-note', text: word('loop.listed_of', { n: count(data.relapses.length), all: count(data.counts.relapsed) }) }));
    return loop.panel('relapses', word('loop.relapses'), word('loop.relapses_note'), body);
  }

  loop.tabs.fixes = {
    parts: ['fixes'],
    draw: ({ fixes: data }) => [
      element('div', { className: 'loop-tiles loop-tiles-4' }, [
        loop.tile(word('loop.fixes.passed'), loop.figure(data.counts.passed, 'rechecked'), word('loop.fixes.passed_sub')),
        loop.tile(word('loop.fixes.fixed'), loop.figure(data.counts.fixed, 'fixed'), word('loop.fixes.fixed_sub')),
        loop.tile(word('loop.fixes.young'), loop.figure(data.counts.young, 'young'), word('loop.fixes.young_sub')),
        loop.tile(word('loop.fixes.relapsed'), loop.figure(data.counts.relapsed, 'relapsed'), word('loop.fixes.relapsed_sub', { n: number((100 * data.counts.relapsed) / Math.max(1, data.counts.passed), 1) })),
      ]),
      element('div', { className: 'loop-two' }, [survival(data), relapses(data)]),
    ],
  };
})();
