/* Clocks: what is late, what is due in a day, whose clock stands still. */
(() => {
  const lookout = window.lookout;
  const { element, word, count, number } = lookout;
  const { loop } = lookout;
  const KINDS = ['overdue', 'due24', 'stopped'];

  const late = (row, kind) => {
    if (kind === 'overdue') return word('loop.days_late', { n: count(row.late) });
    return loop.moment(row.due_at);
  };

  const teamName = (row) => loop.named(row, 'team') || row.team_code || '';

  /* Who has it, by name; the code is told on pointing at it. */
  const team = (row) => (teamName(row) ? element('span', { text: teamName(row), title: row.team_code }) : '—');

  function list(data, kind) {
    const columns = [
      { key: 'clue', head: word('loop.head.clue'), cell: loop.clueLink },
      { key: 'late', head: word(kind === 'overdue' ? 'loop.head.late' : kind === 'due24' ? 'loop.head.due' : 'loop.head.wakes'), isNumber: true, cell: (row) => late(row, kind), value: (row) => row.due_at },
      { key: 'object', head: word('loop.head.object'), className: 'loop-object', cell: loop.object, value: loop.object },
      { key: 'rule', head: word('loop.head.rule'), className: 'loop-rule', cell: loop.rule, value: (row) => row.rule_id },
      { key: 'state', head: word('loop.head.state'), cell: (row) => loop.stateWord(row.state), value: (row) => row.state },
      { key: 'team', head: word('loop.head.team'), className: 'loop-team', cell: team, value: teamName },
      { key: 'city', head: word('loop.head.city'), cell: (row) => loop.named(row, 'city') || '—', value: (row) => loop.named(row, 'city') },
    ];
    const rows = data.lists[kind];
    const total = data.counts[kind];
    return element('div', { className: 'loop-list' }, [
      loop.table({ columns, rows, caption: word(`loop.clock.${kind}`), rowId: (row) => row.clue_id }),
      ...(total > rows.length ? [element('p', { className: 'loop-note', text: word('loop.listed_of', { n: count(rows.length), all: count(total) }) })] : []),
    ]);
  }

  function steps(data) {
    const columns = [
      { key: 'state', head: word('loop.head.step'), cell: (row) => loop.stateWord(row.state), value: (row) => loop.stateWord(row.state) },
      { key: 'owner', head: word('loop.head.owner'), cell: (row) => (row.owner ? word(`loop.role.${row.owner}`) : '—'), value: (row) => row.owner },
      { key: 'n', head: word('loop.clock.overdue'), isNumber: true, cell: (row) => loop.figure(row.n, `overdue.${row.state}`), value: (row) => row.n },
      { key: 'median', head: word('loop.head.median_late'), isNumber: true, cell: (row) => number(row.median_late, 1), value: (row) => row.median_late },
      { key: 'most', head: word('loop.head.most_late'), isNumber: true, cell: (row) => count(row.most_late), value: (row) => row.most_late },
    ];
    return loop.table({ columns, rows: data.by_step, caption: word('loop.by_step'), sort: { key: 'n', isDown: true }, rowId: (row) => row.state, empty: word('loop.none_late') });
  }

  loop.clocksPanel = (data) => {
    const kind = KINDS.includes(loop.get('clock')) ? loop.get('clock') : 'overdue';
    const { counts } = data;
    const fact = (name, cohort) =>
      element('span', { className: `loop-clock loop-clock-${name}` }, [element('small', { text: word(`loop.clock.${name}`) }), loop.figure(counts[name], cohort || name)]);
    const note = data.is_calendar_known ? word('loop.clocks_note') : word('loop.clocks_no_calendar');
    return loop.panel('clocks', word('loop.clocks'), note, [
      element('div', { className: 'loop-clock-row' }, [fact('open'), fact('overdue'), fact('due24'), fact('stopped'), fact('unclocked')]),
      steps(data),
      loop.choice(KINDS, kind, (name) => word(`loop.clock.${name}`), (name) => {
        loop.set({ clock: name }, false);
        loop.redraw();
      }),
      list(data, kind),
    ]);
  };
})();
