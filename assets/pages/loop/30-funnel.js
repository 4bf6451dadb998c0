/* Tab 漏斗: how far the clues came, where the rest stayed, and the same by region, round, team and rule. */
(() => {
  const lookout = window.lookout;
  const { element, word, count, number, config } = lookout;
  const { loop } = lookout;
  const UNDER_WAY = ['open', 'suspended'];
  const BREAKDOWNS = ['region', 'round', 'team', 'rule'];

  function rests(stage) {
    const entries = Object.entries(stage.rests);
    if (!entries.length) return element('span', { className: 'loop-few', text: '—' });
    return element(
      'span',
      { className: 'loop-rests' },
      entries.map(([rest, n]) =>
        element('span', { className: `loop-rest ${UNDER_WAY.includes(rest) ? 'is-under-way' : 'is-exit'}`, title: word(`loop.rest.${rest}_tip`) }, [
          element('span', { text: word(`loop.rest.${rest}`) }),
          loop.figure(n, `${stage.stage}.${rest}`),
        ]),
      ),
    );
  }

  function stageRow(stage, i, first) {
    const bar = element('i', { className: `loop-bar${i ? '' : ' is-first'}` });
    bar.style.width = `${first ? Math.max(stage.n ? 0.5 : 0, (100 * stage.n) / first) : 0}%`;
    return element('tr', { 'data-row': stage.stage }, [
      element('th', { scope: 'row', title: word(`loop.stage.${stage.stage}_tip`) }, [word(`loop.stage.${stage.stage}`)]),
      element('td', { className: 'number' }, [loop.figure(stage.n, stage.stage)]),
      element('td', { className: 'loop-bar-cell', 'aria-hidden': 'true' }, [bar]),
      element('td', {}, [i ? loop.share(stage.of) : element('span', { className: 'loop-few', text: '—' })]),
      element('td', { className: 'number', text: 'hours' in stage && i ? loop.hours(stage.hours) : '—', title: stage.n_hours ? word('loop.over_n', { n: count(stage.n_hours) }) : '' }),
      element('td', {}, [rests(stage)]),
    ]);
  }

  function funnel(data) {
    const heads = ['stage', 'n', 'bar', 'share', 'hours', 'rests'].map((key) =>
      element('th', { scope: 'col', className: ['n', 'hours'].includes(key) ? 'is-number' : '', ...(key === 'bar' ? { 'aria-hidden': 'true' } : { text: word(`loop.head.${key}`) }) }),
    );
    const first = data.stages[0].n;
    return element('div', { className: 'loop-scroll', tabindex: '0', role: 'group', 'aria-label': word('loop.funnel') }, [
      element('table', { className: 'source-table loop-table loop-funnel-table' }, [
        element('thead', {}, [element('tr', {}, heads)]),
        element('tbody', {}, data.stages.map((stage, i) => stageRow(stage, i, first))),
      ]),
      element('p', { className: 'loop-note' }, [word('loop.selected')]),
    ]);
  }

  function tiles(data) {
    const { steps, team_days: days } = data;
    const unread = lookout.kpis.missing('inspections', 'problems');
    const perDay = days.team_days && !unread ? number(days.problems / days.team_days, 1) : '—';
    const step = (name) => loop.tile(word(`loop.step.${name}`), loop.hours(steps[name].hours), word('loop.median_of', { n: count(steps[name].n) }));
    return element('div', { className: 'loop-tiles' }, [
      loop.tile(word('loop.clues_in_scope'), count(data.n_clues), word('loop.pushed_of', { n: count(data.stages[0].n) })),
      step('to_push'),
      step('to_visit'),
      step('to_close'),
      step('in_all'),
      loop.tile(word('loop.problems_per_team_day'), perDay, unread ? word(`panel.${unread.state}`) : word('loop.problems_per_sub', { problems: count(days.problems), days: count(days.team_days) })),
    ]);
  }

  /* The filter that narrows to one group of a breakdown. */
  const narrowed = {
    region: (code) => ({ more: { region: code }, mark: '' }),
    round: (code) => ({ more: { rounds: code }, mark: '' }),
    rule: (code) => ({ more: { rule: code }, mark: '' }),
    team: (code) => ({ more: {}, mark: `@${code}` }),
  };

  function groupName(by, row) {
    if (row.code === null) return word(`loop.none.${by}`);
    const name = loop.isEnglish ? row.en : row.zh;
    if (by === 'round') {
      const round = config.rounds.find((one) => one.code === row.code);
      return round ? word('round.name', { number: round.number, year: round.year }) : row.code;
    }
    return by === 'rule' ? `${row.code} ${name}` : name;
  }

  function cell(row, i, by) {
    const stage = lookout.loop.STAGES[i];
    const bar = element('i', { className: 'loop-mini', 'aria-hidden': 'true' });
    bar.style.width = `${row.n[0] ? (100 * row.n[i]) / row.n[0] : 0}%`;
    const { more, mark } = row.code === null ? { more: {}, mark: '' } : narrowed[by](row.code);
    const link = row.code === null ? element('span', { className: 'number', text: count(row.n[i]) }) : loop.figure(row.n[i], `${stage}${mark}`, more);
    return element('span', { className: 'loop-cell' }, [link, bar]);
  }

  function breakdown(data) {
    const by = BREAKDOWNS.includes(loop.get('by')) ? loop.get('by') : 'region';
    const columns = [
      { key: 'name', head: word(`loop.by.${by}`), cell: (row) => groupName(by, row), value: (row) => (row.code === null ? null : groupName(by, row)) },
      { key: 'clues', head: word('loop.head.clues'), isNumber: true, cell: (row) => count(row.clues), value: (row) => row.clues },
      ...loop.STAGES.map((stage, i) => ({
        key: stage,
        head: word(`loop.stage.${stage}`),
        isNumber: true,
        title: word(`loop.stage.${stage}_tip`),
        cell: (row) => cell(row, i, by),
        value: (row) => row.n[i],
      })),
      { key: 'hit', head: word('loop.head.hit'), cell: (row) => loop.share(row.of[2]), value: (row) => row.of[2].share },
      { key: 'held', head: word('loop.head.held'), cell: (row) => loop.share(row.of[5]), value: (row) => row.of[5].share },
    ];
    const host = element('div', { className: 'loop-breakdown-host' });
    host.append(loop.table({ columns, rows: data.by[by], caption: word(`loop.by.${by}`), rowId: (row) => row.code ?? '' }));
    return loop.panel('breakdown', word('loop.breakdown'), word('loop.breakdown_note', { n: data.least }), [host], [
      loop.choice(BREAKDOWNS, by, (name) => word(`loop.by.${name}`), (name) => {
        loop.set({ by: name }, false);
        loop.redraw();
      }),
    ]);
  }

  loop.tabs.funnel = {
    parts: ['funnel', 'clocks'],
    draw: ({ funnel: data, clocks }) => [
      tiles(data),
      element('div', { className: 'loop-two' }, [
        loop.panel('funnel', word('loop.funnel'), word('loop.funnel_note'), [funnel(data)]),
        loop.clocksPanel(clocks),
      ]),
      breakdown(data),
    ],
  };
  loop.STAGES = ['pushed', 'accepted', 'checked', 'confirmed', 'rectified', 'rechecked', 'fixed'];
})();
