/* VOC areas and bare land: what was pushed where, beside how much was observed, and how far it was put right. */
(() => {
  const lookout = window.lookout;
  const { config, word, element, count, number, pick } = lookout;
  const { link, missing, why, none, known, fact, table, listedOf, rate, fill, hasClues } = lookout.boards;
  const percent = (x, digits = 1) => (x === null || x === undefined ? none() : `${number(100 * x, digits)}%`);
  const share = (part, all, digits) => (all ? percent(part / all, digits) : none());
  const groupOf = Object.fromEntries(Object.entries(config.statusGroups || {}).flatMap(([group, states]) => states.map((state) => [state, group])));
  /* No observation is neither none found nor a source that is missing. */
  const unobserved = () => (why(['satellite_grid']) === 'failed' ? none() : element('span', { className: 'boards-none', text: word('boards.unobserved') }));
  /* Who was found where is told by clues, visits and problems together. */
  const FOUND = ['clues', 'inspections', 'problems'];
  const foundThere = (n, otherwise = none) => (n || !lookout.kpis.missing(...FOUND) ? count(n) : otherwise(...FOUND));
  /* Pushes are clues: none of them is no 0 where clues could not be read. */
  const pushes = (n, told = count) => (n || hasClues ? told(n) : none());
  const third = (row) => `${row.month} ${word(`boards.third.${row.third}`)}`;

  function bar(value, most, text) {
    const node = element('span', { className: 'boards-quota', text: text ?? count(value) });
    const inside = element('i', { className: 'boards-bar' });
    inside.style.setProperty('--share', `${most ? ((100 * value) / most).toFixed(1) : 0}%`);
    node.append(inside);
    return node;
  }

  function vocTally(answer) {
    const { areas_pushed: pushed, area_counties: counties, area_check_rate: checked } = answer.figures;
    const isKnown = hasClues || pushed.value > 0;
    const clue = (value) => (isKnown ? link(count(value), '/clues', { rule: 'R30' }) : missing('clues'));
    const done = rate(checked);
    const peak = answer.peak;
    return [
      fact(pick(pushed, 'name'), clue(pushed.value), { note: word('boards.pushes_note'), title: pick(pushed, 'definition') }),
      fact(word('boards.cells'), clue(answer.cells), { note: word('boards.cells_note') }),
      fact(pick(counties, 'name'), isKnown ? count(counties.value) : missing('clues'), { note: isKnown ? word('boards.cities_touched', { n: count(answer.cities_touched) }) : '', title: pick(counties, 'definition') }),
      fact(word('boards.found_there'), foundThere(answer.enterprises, missing), { note: word('boards.found_there_note') }),
      fact(pick(checked, 'name'), isKnown ? done.value : missing('clues'), { note: done.note, title: pick(checked, 'definition') }),
      fact(word('boards.peak'), answer.has_hcho ? element('span', { className: 'boards-words', text: peak ? third(peak) : word('boards.no_peak') }) : missing('satellite_grid'), {
        note: answer.has_hcho ? (peak ? word('boards.peak_note', { mean: number(peak.mean, 1) }) : word('boards.no_peak_note')) : '',
      }),
    ];
  }

  function months(answer) {
    const most = Math.max(0, ...answer.months.map((row) => row.areas));
    const strongest = Math.max(0, ...answer.thirds.map((row) => row.mean || 0));
    const pushed = table(
      [
        { head: word('boards.column.month'), cell: (row) => row.month },
        { head: word('boards.column.areas'), isNumber: true, cell: (row) => pushes(row.areas, (n) => bar(n, most)) },
        { head: word('boards.column.cells'), isNumber: true, cell: (row) => pushes(row.cells) },
        { head: word('boards.column.counties'), isNumber: true, cell: (row) => pushes(row.counties) },
        { head: word('boards.column.touched'), isNumber: true, cell: (row) => pushes(row.cities) },
        { head: word('boards.column.hot'), isNumber: true, title: word('boards.column.hot_note'), cell: (row) => (row.hot === null ? unobserved() : count(row.hot)) },
        { head: word('boards.column.seen'), isNumber: true, title: word('boards.column.seen_note'), cell: (row) => (row.observed === null ? unobserved() : share(row.observed, row.due, 0)) },
      ],
      answer.months,
      { caption: word('boards.panel.months') },
    );
    const course = table(
      [
        { head: word('boards.column.period'), cell: third },
        { head: word('boards.column.strength'), isNumber: true, title: word('boards.column.strength_note'), cell: (row) => (row.mean === null ? none() : bar(row.mean, strongest, number(row.mean, 1))) },
        { head: word('boards.column.hot_share'), isNumber: true, title: word('boards.column.hot_share_note'), cell: (row) => percent(row.share) },
        { head: word('boards.column.seen'), isNumber: true, title: word('boards.column.seen_note'), cell: (row) => percent(row.seen, 0) },
        { head: word('boards.column.days'), isNumber: true, cell: (row) => count(row.days) },
      ],
      answer.thirds,
      { caption: word('boards.peak') },
    );
    return [element('div', { className: 'boards-pair' }, [pushed, answer.has_hcho ? course : missing('satellite_grid')])];
  }

  function found(answer) {
    return [
      table([
        { head: word('boards.column.enterprise'), cell: (row) => element('span', {}, [link(row.name, '/dossier', { id: row.enterprise_id }), element('small', { text: [pick(row, 'industry'), pick(row, 'county')].filter(Boolean).join(' · ') })]) },
        { head: word('boards.column.cell'), cell: (row) => row.cell_id },
        { head: word('boards.column.pushed_on'), cell: (row) => row.pushed_on },
        { head: word('boards.column.found_on'), cell: (row) => row.found_on },
        { head: word('boards.column.problems'), isNumber: true, cell: (row) => count(row.problems) },
        { head: word('boards.column.prominent'), isNumber: true, cell: (row) => count(row.prominent) },
      ], answer.found, { caption: word('boards.panel.found') }),
      ...listedOf(answer.found.length, answer.enterprises),
    ]; // prettier-ignore
  }

  function voc(answer) {
    fill('tally', ...vocTally(answer));
    const perArea = answer.figures.problem_enterprises_per_area;
    fill('sentence',
      element('span', { text: word('boards.voc_sentence') }),
      link(word('boards.to_map'), '/', { product: 'HCHO', metric: 'hotspots' }),
      element('small', { text: word('boards.hours_missing') }),
      element('small', { text: perArea.value === null ? word('boards.per_area_missing', { why: pick(perArea, 'why') }) : word('boards.per_area', { value: number(perArea.value, 2), part: count(perArea.numerator), whole: count(perArea.denominator) }) }),
    ); // prettier-ignore
    lookout.panels.empty('boards-months', !answer.months.length, 'clues');
    lookout.panels.empty('boards-found', !answer.found.length, ...FOUND);
    lookout.panels.empty('boards-areas', !answer.cities.length, 'clues');
    fill('months', ...(answer.months.length ? months(answer) : []));
    fill('found', ...(answer.found.length ? found(answer) : []));
    const most = Math.max(0, ...answer.cities.map((row) => row.areas));
    fill('areas', ...(answer.cities.length ? [
      table([
        { head: word('boards.column.city'), cell: (row) => (row.adcode ? link(pick(row, 'name'), '/', { product: 'HCHO', metric: 'hotspots', region: row.adcode }) : word('place.unmapped')) },
        { head: word('boards.column.areas'), isNumber: true, cell: (row) => pushes(row.areas, (n) => bar(n, most)) },
        { head: word('boards.column.cells'), isNumber: true, cell: (row) => pushes(row.cells) },
        { head: word('boards.column.counties'), isNumber: true, cell: (row) => pushes(row.counties) },
        { head: word('boards.column.found'), isNumber: true, title: word('boards.found_there_note'), cell: (row) => foundThere(row.enterprises) },
        { head: word('boards.column.hot'), isNumber: true, title: word('boards.column.hot_note'), cell: (row) => (row.observed === null ? unobserved() : count(row.hot)) },
        { head: word('boards.column.hot_share'), isNumber: true, title: word('boards.column.hot_share_note'), cell: (row) => share(row.hot, row.observed) },
        { head: word('boards.column.clues'), cell: (row) => link(word('boards.open'), '/clues', { rule: 'R30', region: row.adcode }) },
      ], answer.cities, { caption: word('boards.panel.areas') }),
      ...listedOf(answer.cities.length, answer.n_cities),
    ] : [])); // prettier-ignore
  }

  function statusOf(rows) {
    const sums = {};
    for (const row of rows) for (const { state, n } of row.states) sums[groupOf[state] || state] = (sums[groupOf[state] || state] || 0) + n;
    return sums;
  }

  function bareLand(answer) {
    const isKnown = hasClues || answer.clues > 0;
    const done = rate(answer.rate);
    const groups = Object.keys(config.statusGroups).filter((group) => statusOf(answer.counties)[group]);
    /* Images came but no list was made of them: that is not a source that is missing. */
    const unlisted = () => (answer.source ? none() : missing());
    const hectares = (m2) => word('boards.hectares', { n: number(m2 / 10000, 1) });
    fill('tally',
      fact(word('boards.listed'), answer.inventory ? count(answer.inventory.listed) : unlisted(), { note: answer.inventory ? hectares(answer.inventory.listed_m2) : '' }),
      fact(word('boards.bare'), answer.inventory ? count(answer.inventory.bare) : unlisted(), { note: answer.inventory ? word('boards.bare_note', { area: hectares(answer.inventory.bare_m2), n: count(answer.inventory.listed) }) : '' }),
      fact(word('boards.land_clues'), isKnown ? link(count(answer.clues), '/clues', { rule: 'R32' }) : missing('clues'), { note: word('boards.land_clues_note', { least: count(answer.least_m2), reach: answer.reach_km }) }),
      fact(word('boards.patches'), isKnown ? known(answer.patches) : missing('clues'), { note: answer.patches === null ? word('boards.patches_missing') : word('boards.patches_note') }),
      fact(word('boards.area'), answer.patches === 0 ? none() : known(answer.area_m2, hectares), { note: answer.patches === null ? '' : word('boards.area_note', { n: count(answer.patches), all: count(answer.clues) }) }),
      fact(word('boards.land_counties'), isKnown ? count(answer.n_counties) : missing('clues')),
      fact(word('boards.fixed'), isKnown ? done.value : missing('clues'), { note: done.note, title: pick(answer.rate, 'definition') }),
      fact(word('boards.images'), answer.source ? count(answer.source) : missing(), { note: answer.source ? word('boards.images_note') : '' }),
    ); // prettier-ignore
    const list = answer.inventory;
    const uses = list ? list.uses.map(({ use, n, area_m2: m2 }) => word('boards.use_area', { use: word(`boards.use.${use || 'unknown'}`), n: count(n), area: hectares(m2) })) : [];
    fill('sentence',
      element('span', { text: word('boards.land_sentence', { least: count(answer.least_m2), reach: answer.reach_km }) }),
      element('small', { text: list ? word('boards.inventory_note', { day: list.newest_image || '—', uses: uses.join(word('boards.use_between')) }) : answer.source ? word('boards.inventory_unlisted', { n: count(answer.source) }) : word('boards.inventory_missing') }),
    ); // prettier-ignore
    lookout.panels.empty('boards-land', !answer.counties.length, 'clues');
    const most = Math.max(0, ...answer.counties.map((row) => row.clues));
    fill('land', ...(answer.counties.length ? [
      table([
        { head: word('boards.column.county'), cell: (row) => element('span', {}, [row.adcode ? link(pick(row, 'name'), '/clues', { rule: 'R32', region: row.adcode }) : word('place.unmapped'), element('small', { text: pick(row, 'city') || '' })]) },
        ...(!answer.inventory ? [] : [{ head: word('boards.listed'), isNumber: true, cell: (row) => count(row.listed) },
        { head: word('boards.bare'), isNumber: true, cell: (row) => (row.bare ? `${count(row.bare)} · ${hectares(row.bare_m2)}` : '0') }]),
        { head: word('boards.column.clues'), isNumber: true, cell: (row) => pushes(row.clues, (n) => bar(n, most)) },
        { head: word('boards.patches'), isNumber: true, cell: (row) => (row.patches === null ? none() : count(row.patches)) },
        { head: word('boards.area'), isNumber: true, cell: (row) => (row.area_m2 === null ? none() : hectares(row.area_m2)) },
        ...groups.map((group) => ({ head: config.statusWords[group], isNumber: true, cell: (row) => { const n = statusOf([row])[group]; return n ? count(n) : element('span', { className: 'boards-none', text: '0' }); } })),
      ], answer.counties, { caption: word('boards.panel.land') }),
      ...listedOf(answer.counties.length, answer.n_counties),
    ] : [])); // prettier-ignore
  }

  Object.assign(lookout.boards.show, { voc, bare_land: bareLand });
})();
