/* Tab 督办: electronic orders, listed supervision, candidates for both, and the counter of the investigated. */
(() => {
  const lookout = window.lookout;
  const { element, word, count } = lookout;
  const { loop } = lookout;

  const shared = [
    { key: 'clue', head: word('loop.head.clue'), cell: loop.clueLink },
    { key: 'object', head: word('loop.head.object'), className: 'loop-object', cell: loop.object, value: loop.object },
    { key: 'rule', head: word('loop.head.rule'), className: 'loop-rule', cell: loop.rule, value: (row) => row.rule_id },
    { key: 'city', head: word('loop.head.city'), cell: (row) => loop.named(row, 'city') || '—', value: (row) => loop.named(row, 'city') },
  ];

  function left(row) {
    const days = Number(row.days_left);
    if (row.due_at === null) return element('span', { className: 'loop-few', text: word('loop.no_deadline') });
    return element('span', { className: days < 0 ? 'loop-late' : '', text: days < 0 ? word('loop.late_by', { n: count(-days) }) : word('loop.days_left', { n: count(days) }) });
  }

  function standing(rows, all, caption, dueHead) {
    const columns = [
      ...shared.slice(0, 1),
      { key: 'left', head: word('loop.head.left'), cell: left, value: (row) => row.due_at },
      ...shared.slice(1),
      { key: 'since', head: word('loop.head.since'), isNumber: true, cell: (row) => loop.moment(row.issued_at), value: (row) => row.issued_at },
      { key: 'due', head: dueHead, isNumber: true, cell: (row) => loop.moment(row.due_at), value: (row) => row.due_at },
    ];
    const body = [loop.table({ columns, rows, caption, rowId: (row) => row.clue_id })];
    if (all > rows.length) body.push(element('p', { className: 'loop-note', text: word('loop.listed_of', { n: count(rows.length), all: count(all) }) }));
    return body;
  }

  const fact = (label, content, title = '') =>
    element('span', { className: 'loop-clock', title }, [element('small', { text: label }), content instanceof Node ? content : element('span', { className: 'number', text: content })]);

  function verified(data) {
    if (!data.verified) return element('span', { className: 'loop-few', text: word('loop.orders_not_connected') });
    return loop.share(data.verified.share);
  }

  function electronic(data) {
    const { counts, replied, rows } = data.electronic;
    return loop.panel('electronic', word('loop.electronic'), word('loop.electronic_note'), [
      element('div', { className: 'loop-clock-row' }, [
        fact(word('loop.orders_issued'), count(counts.issued), word('loop.orders_issued_tip')),
        fact(word('loop.orders_clues'), loop.figure(counts.clues, 'ordered')),
        fact(word('loop.orders_standing'), loop.figure(counts.standing, 'orders')),
        fact(word('loop.orders_late'), loop.figure(counts.unanswered_late, 'overdue.E_SUPERVISED')),
        fact(word('loop.orders_due24'), loop.figure(counts.due24, 'due24.E_SUPERVISED')),
        fact(word('loop.orders_escalated'), count(counts.escalated)),
        fact(word('loop.orders_hours'), loop.hours(counts.hours_to_answer)),
      ]),
      element('div', { className: 'loop-clock-row' }, [
        fact(word('loop.replied_in_time'), loop.share(replied)),
        fact(word('loop.verified_share'), verified(data), word('loop.verified_tip')),
      ]),
      ...standing(rows, counts.standing, word('loop.electronic'), word('loop.head.reply_due')),
    ]);
  }

  function listed(data) {
    const { counts, delisted, rows } = data.listed;
    return loop.panel('listed', word('loop.listed'), word('loop.listed_note'), [
      element('div', { className: 'loop-clock-row' }, [
        fact(word('loop.listed_ever'), loop.figure(counts.clues, 'listed_ever')),
        fact(word('loop.listed_standing'), loop.figure(counts.standing, 'listed')),
        fact(word('loop.listed_late'), loop.figure(counts.late, 'overdue.LISTED_SUPERVISED')),
        fact(word('loop.listed_applied'), count(counts.applied)),
        fact(word('loop.delisted'), loop.share(delisted)),
      ]),
      ...standing(rows, counts.standing, word('loop.listed'), word('loop.head.deadline')),
    ]);
  }

  function candidates(data) {
    const columns = [
      ...shared,
      { key: 'level', head: word('loop.head.level'), cell: (row) => element('span', { className: `loop-level loop-level-${row.level}`, text: word(`loop.level.${row.level}`) }), value: (row) => row.level },
      { key: 'suggests', head: word('loop.head.suggests'), cell: (row) => word(row.is_listed ? 'loop.suggests.listed' : 'loop.suggests.order') },
      { key: 'onset', head: word('loop.head.onset'), isNumber: true, cell: (row) => loop.moment(row.onset_at), value: (row) => row.onset_at },
      { key: 'state', head: word('loop.head.state'), cell: (row) => loop.stateWord(row.state), value: (row) => row.state },
    ];
    return loop.panel('candidates', word('loop.candidates'), word('loop.candidates_note'), [
      loop.table({ columns, rows: data.candidates, caption: word('loop.candidates'), rowId: (row) => row.clue_id, empty: word('loop.no_candidates') }),
    ]);
  }

  function counter(data) {
    const rows = data.investigated;
    const total = rows.length ? rows[rows.length - 1].so_far : 0;
    const most = Math.max(1, total);
    const bars = rows.map((row) => {
      const bar = element('i', { 'aria-hidden': 'true' });
      bar.style.height = `${(100 * row.so_far) / most}%`;
      return element('span', { className: 'loop-month', title: word('loop.investigated_month', { month: row.month, n: count(row.n), so_far: count(row.so_far) }) }, [
        element('span', { className: 'loop-month-bar' }, [bar]),
        element('b', { className: 'number', text: count(row.so_far) }),
        element('small', { text: row.month }),
      ]);
    });
    return loop.panel('investigated', word('loop.investigated'), word('loop.investigated_note'), [
      element('div', { className: 'loop-counter' }, [element('b', { className: 'kpi-value', text: count(total) }), element('small', { text: word('loop.investigated_unit') })]),
      element('div', { className: 'loop-months' }, rows.length ? bars : [element('p', { className: 'loop-empty', text: word('panel.none') })]),
    ]);
  }

  loop.tabs.supervision = {
    parts: ['supervision'],
    draw: ({ supervision: data }) => [
      element('div', { className: 'loop-two' }, [electronic(data), listed(data)]),
      element('div', { className: 'loop-two' }, [candidates(data), counter(data)]),
    ],
  };
})();
