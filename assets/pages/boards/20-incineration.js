/* Waste incinerators: what is known of how many, each plant's furnaces, stacks, marks and quotas. */
(() => {
  const lookout = window.lookout;
  const { word, element, count, number, pick } = lookout;
  const { view, link, missing, why, none, fact, table, fill, say, hasClues } = lookout.boards;
  const RULES = 'R17,R18';
  const SOURCES = ['cems_readings', 'emission_series'];
  const POLLUTANTS = ['PM', 'SO2', 'NOx', 'HCl', 'CO'];
  const MARKS = ['start_up', 'shut_down', 'fault', 'accident', 'drying', 'cool_down', 'stopped', 'thermocouple'];
  const QUOTAS = ['ssfa', 'dry', 'thermocouple'];
  const hours = (x) => `${number(x, x < 10 && x % 1 ? 1 : 0)} ${lookout.unit('h')}`;

  function tally(told, { has_furnaces: furnaces, has_stacks: stacks, clues, t_min_c, n_day }) {
    const of = (n) => word('boards.of_all', { n: count(n) });
    const on = (has, value) => (has && told ? value() : missing(...SOURCES));
    const clueCount = hasClues || clues ? link(count(clues), '/clues', { rule: RULES }) : missing('clues');
    return [
      fact(word('boards.registered'), told ? count(told.registered) : missing(), { note: word('boards.registered_note') }),
      fact(word('boards.furnace_plants'), on(furnaces, () => count(told.plants_furnaces)), {
        note: furnaces ? word('boards.furnaces', { n: count(told.furnaces) }) : '',
      }),
      fact(word('boards.stack_plants'), on(stacks, () => count(told.plants_stacks)), {
        note: stacks ? word('boards.stacks', { n: count(told.stacks) }) : '',
      }),
      fact(word('boards.reporting'), on(furnaces, () => count(told.plants_today)), {
        note: furnaces && told.last_day ? `${of(told.plants_furnaces)} · ${told.last_day}` : '',
      }),
      fact(word('boards.cold', { n: n_day, t: t_min_c }), on(furnaces, () => count(told.furnace_days_over)), {
        kind: furnaces && told.furnace_days_over ? 'boards-bad' : '',
        note: furnaces ? word('boards.cold_note', { days: count(told.furnace_days), plants: count(told.plants_cold), means: count(told.means_low) }) : '',
      }),
      fact(word('boards.over'), on(stacks, () => count(told.stack_days_over)), {
        kind: stacks && told.stack_days_over ? 'boards-bad' : '',
        note: stacks ? word('boards.over_note', { days: count(told.stack_days), plants: count(told.plants_over_limit), untold: count(told.untold) }) : '',
      }),
      fact(word('boards.burner_clues'), clueCount, { note: word('boards.burner_clues_note') }),
    ];
  }

  /* The highest daily mean against its limit; over is said by a sign, not by colour alone. */
  function against(row, pollutant) {
    const one = (row.pollutants || []).find((other) => other.pollutant === pollutant);
    if (!one) return none();
    if (one.ratio === null) return element('span', { className: 'boards-none', text: word('boards.invalid') });
    const text = `${one.days_over ? '▲ ' : ''}${number(100 * one.ratio, 0)}%`;
    const title = word('boards.highest', { value: number(one.value, 1), limit: number(one.limit, 0), days: one.days, over: one.days_over });
    return element('span', { className: one.days_over ? 'boards-over' : '', text, title }, [
      ...(one.days_over ? [element('small', { text: word('boards.days', { n: one.days_over }) })] : []),
    ]);
  }

  function marks(row) {
    if (!row.furnaces) return none();
    const used = MARKS.filter((mark) => row[`${mark}_h`] > 0);
    if (!used.length) return word('boards.no_marks');
    return element('span', { className: 'boards-marks' }, used.map((mark) => element('span', { text: `${word(`boards.mark.${mark}`)} ${hours(row[`${mark}_h`])}` })));
  }

  function quota(row, kind) {
    const used = row[`used_${kind}_h`];
    const all = row[`quota_${kind}_h`];
    if (used === null || !all) return none();
    const bar = element('i', { className: 'boards-bar' });
    bar.style.setProperty('--share', `${Math.min(100, (100 * used) / all).toFixed(1)}%`);
    return element('span', { className: used > all ? 'boards-quota boards-over' : 'boards-quota', text: `${used > all ? '▲ ' : ''}${number(used, 0)} / ${number(all, 0)} ${lookout.unit('h')}` }, [bar]);
  }

  function columns(choose, { n_day }) {
    return [
      {
        head: word('boards.column.plant'),
        cell: (row) =>
          element('span', { className: 'boards-plant-name' }, [
            element('button', { type: 'button', className: 'source-name', 'aria-pressed': String(row.enterprise_id === view.plant), text: row.name, onclick: () => choose(row.enterprise_id) }),
            element('small', { text: `${pick(row, 'city') || '—'} · ${row.furnaces ? word('boards.furnaces', { n: row.furnaces }) : word('boards.furnaces_missing')}` }),
          ]),
      },
      { head: word('boards.column.min'), isNumber: true, title: word('boards.column.min_note'), cell: (row) => (row.min_c === null ? none() : `${number(row.min_c, 0)} °C`) },
      {
        head: word('boards.column.low'),
        isNumber: true,
        title: word('boards.column.low_note', { n: n_day }),
        cell: (row) =>
          row.furnaces
            ? element('span', { className: row.days_over ? 'boards-over' : '', text: `${row.days_over ? '▲ ' : ''}${count(row.n_low)}`, title: word('boards.low_detail', { worst: row.worst_low, exempt: count(row.n_low_exempt), days: row.days_over, all: row.furnace_days }) }, [
                ...(row.days_over ? [element('small', { text: word('boards.days', { n: row.days_over }) })] : []),
                ...(row.n_low_exempt ? [element('small', { className: 'boards-exempt', text: word('boards.exempt', { n: count(row.n_low_exempt) }) })] : []),
              ])
            : none(),
      },
      ...POLLUTANTS.map((pollutant) => ({ head: pollutant, isNumber: true, title: word('boards.column.pollutant_note'), cell: (row) => against(row, pollutant) })),
      { head: word('boards.column.marks'), cell: marks },
      ...QUOTAS.map((kind) => ({ head: word(`boards.column.${kind}`), isNumber: true, title: word(`boards.column.${kind}_note`), cell: (row) => quota(row, kind) })),
      { head: word('boards.column.clues'), isNumber: true, cell: (row) => (row.clues ? link(count(row.clues), '/clues', { rule: RULES, q: row.name }) : hasClues ? '0' : none()) },
      { head: word('boards.column.dossier'), cell: (row) => link(word('boards.open'), '/dossier', { id: row.enterprise_id }) },
    ];
  }

  function incineration(answer, choose) {
    const { tally: told, plants } = answer;
    fill('tally', ...tally(told, answer));
    const isConnected = answer.has_furnaces || answer.has_stacks;
    const silent = told ? told.registered - plants.length : 0;
    fill('sentence',
      element('strong', { text: word('boards.law_title') }),
      element('span', { text: word('boards.law', { t: answer.t_min_c, n: answer.n_day }) }),
      element('small', { text: word('boards.law_caution') }),
      ...(isConnected && silent > 0 ? [element('small', { text: word('boards.silent', { n: count(silent), all: count(told.registered) }) })] : []),
      ...(told?.known_from ? [element('small', { text: word('boards.known_from', { day: told.known_from }) })] : []),
    ); // prettier-ignore
    if (isConnected) say('plants', plants.length ? '' : word('boards.no_plant'));
    else if (why(SOURCES) === 'failed') lookout.panels.empty('boards-plants', true, ...SOURCES);
    else say('plants', word('boards.burners_missing'), 'not_configured');
    const rowOf = (row) => ({ className: row.enterprise_id === view.plant ? 'source-row chosen' : 'source-row', 'data-plant': row.enterprise_id });
    fill('plants', ...(plants.length ? [table(columns(choose, answer), plants, { caption: word('boards.panel.plants'), rowOf })] : []));
  }

  lookout.boards.show.incineration = incineration;
})();
