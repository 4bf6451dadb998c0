/* The other panels of the rounds page: one round against another, kinds of problems, teams, industries, ways, hours, visits. */
(() => {
  const lookout = window.lookout;
  const { config, word, element, count, number, pick } = lookout;
  const { roundShort } = lookout.rounds;
  const isEnglish = config.lang === 'en';
  const head = (...keys) =>
    element('thead', {}, [element('tr', {}, keys.map((key, i) => element('th', { scope: 'col', className: i ? 'number' : '', text: word(key) })))]);
  const numeric = (text) => element('td', { className: 'number', text });
  const percent = (x, digits = 0) => `${number(100 * x, digits)}%`;

  /* A number over a bar: its share of the longest. */
  function bar(value, most, text, title = '') {
    const node = element('td', { className: 'rounds-bar number', title, text });
    node.style.setProperty('--share', `${most ? ((100 * Math.abs(value)) / most).toFixed(1) : 0}%`);
    return node;
  }

  function rateOf(one) {
    if (one.value === null) return '—';
    const text = one.unit === 'share' ? percent(one.value, 1) : number(one.value, 3);
    const bounds = one.low === null ? '' : ` (${percent(one.low)}–${percent(one.high)})`;
    return `${text}${bounds}`;
  }

  function against(answer) {
    const rows = answer.metrics.map((one) =>
      element('tr', {}, [
        element('th', { scope: 'row', text: pick(one, 'name') }),
        ...[one.now, one.before].map((side) =>
          element('td', { className: 'number' }, [
            element('span', { text: rateOf(side) }),
            element('small', { text: word('rounds.of', { part: count(side.numerator ?? 0), all: count(side.denominator ?? 0) }) }),
          ]),
        ),
        numeric(one.change === null ? '—' : `${one.change > 0 ? '+' : ''}${percent(one.change, 1)}`),
      ]),
    );
    const name = (code) => roundShort(config.rounds.find((round) => round.code === code));
    return [
      element('table', { className: 'source-table' }, [
        element('thead', {}, [
          element(
            'tr',
            {},
            [word('rounds.column.figure'), name(answer.now), name(answer.before), word('rounds.column.change')].map((text, i) =>
              element('th', { scope: 'col', className: i ? 'number' : '', text }),
            ),
          ),
        ]),
        element('tbody', {}, rows),
      ]),
      element('p', { className: 'rounds-common', text: word('rounds.common', { n: answer.n_cities }) }),
      element('ul', { className: 'rounds-warnings' }, answer.notes.map((note) => element('li', { text: note[isEnglish ? 'en' : 'zh'] }))),
    ];
  }

  function types(frame) {
    const byType = new Map(frame.type_names.map((type) => [type.code, { ...type, rounds: new Map(), sum: 0 }]));
    for (const row of frame.types) {
      const type = byType.get(row.code) || { code: row.code, name_zh: row.code, name_en: row.code, rounds: new Map(), sum: 0 };
      type.rounds.set(row.round_idx, row.problems);
      type.sum += row.problems;
      byType.set(row.code, type);
    }
    const sums = new Map();
    for (const row of frame.types) sums.set(row.round_idx, (sums.get(row.round_idx) || 0) + row.problems);
    const found = [...byType.values()].filter((type) => type.sum).sort((a, b) => b.is_prominent - a.is_prominent || b.sum - a.sum);
    const rows = found.map((type) => {
      const shares = config.rounds.map((round) => (sums.get(round.idx) ? (type.rounds.get(round.idx) || 0) / sums.get(round.idx) : null));
      const most = Math.max(...shares.filter((x) => x !== null));
      return element('tr', {}, [
        element('th', { scope: 'row' }, [
          element('span', { text: pick(type, 'name') }),
          ...(type.is_prominent ? [element('small', { className: 'rounds-prominent', text: word('rounds.prominent') })] : []),
        ]),
        ...config.rounds.map((round, i) => {
          const n = type.rounds.get(round.idx) || 0;
          const share = shares[i];
          const node = element('td', {
            text: share === null ? '' : percent(share, 1),
            title: word('rounds.of', { part: count(n), all: count(sums.get(round.idx) || 0) }),
          });
          node.style.setProperty('--level', share === null ? 0 : (share / (most || 1)).toFixed(3));
          return node;
        }),
        numeric(count(type.sum)),
      ]);
    });
    return element('table', { className: 'source-table rounds-heat' }, [
      element('thead', {}, [
        element('tr', {}, [
          element('th', { scope: 'col', text: word('rounds.column.type') }),
          ...config.rounds.map((round) => element('th', { scope: 'col', text: roundShort(round) })),
          element('th', { scope: 'col', text: word('rounds.column.all') }),
        ]),
      ]),
      element('tbody', {}, rows),
    ]);
  }

  function ranked(rows, firstKey) {
    const most = Math.max(0, ...rows.map((row) => row.checked));
    return element('table', { className: 'source-table' }, [
      head(firstKey, 'rounds.column.checked', 'rounds.column.problems', 'rounds.column.prominent'),
      element(
        'tbody',
        {},
        rows.map((row) =>
          element('tr', {}, [
            element('th', { scope: 'row', text: pick(row, 'name') }),
            bar(row.checked, most, count(row.checked)),
            numeric(count(row.problems)),
            numeric(count(row.prominent)),
          ]),
        ),
      ),
    ]);
  }

  /* Checks that a clue led to against those that people chose, and remote against on-site ones, by round. */
  function found(frame) {
    const rows = frame.by_round.filter((row) => row.level === 9);
    const per = (problems, checks) => (checks >= 20 ? number(problems / checks, 2) : '—');
    return element('table', { className: 'source-table' }, [
      head('rounds.column.round', 'rounds.column.by_clue', 'rounds.column.per_check', 'rounds.column.by_people',
        'rounds.column.per_check', 'rounds.column.offsite'), // prettier-ignore
      element(
        'tbody',
        {},
        rows.map((row) =>
          element('tr', {}, [
            element('th', { scope: 'row', text: roundShort(config.rounds.find((round) => round.idx === row.round_idx) || { number: '?' }) }),
            numeric(`${count(row.checks_by_clue)} (${percent(row.checks_by_clue / row.checks)})`),
            numeric(per(row.problems_by_clue, row.checks_by_clue)),
            numeric(count(row.checks - row.checks_by_clue)),
            numeric(per(row.problems - row.problems_by_clue, row.checks - row.checks_by_clue)),
            numeric(`${count(row.checks_offsite)} (${percent(row.checks_offsite / row.checks)})`),
          ]),
        ),
      ),
    ]);
  }

  const hoursText = (x) => (x === null ? '—' : x < 96 ? word('rounds.hours', { n: number(x, 0) }) : word('rounds.days', { n: number(x / 24, 1) }));

  function hours(frame) {
    const most = Math.max(0, ...frame.clues.map((row) => row.close_h || 0));
    return element('table', { className: 'source-table' }, [
      head('rounds.column.round', 'rounds.column.to_push', 'rounds.column.to_visit', 'rounds.column.to_close', 'rounds.column.p90',
        'rounds.column.open'), // prettier-ignore
      element(
        'tbody',
        {},
        frame.clues.map((row) => {
          const n = (key) => word('rounds.n', { n: count(row[key]) });
          return element('tr', {}, [
            element('th', { scope: 'row', text: roundShort(config.rounds.find((round) => round.idx === row.round_idx) || { number: '?' }) }),
            element('td', { className: 'number', title: n('n_push'), text: hoursText(row.push_h) }),
            element('td', { className: 'number', title: n('n_visit'), text: hoursText(row.visit_h) }),
            bar(row.close_h || 0, most, hoursText(row.close_h), n('n_close')),
            numeric(hoursText(row.close_p90_h)),
            numeric(count(row.still_open)),
          ]);
        }),
      ),
    ]);
  }

  function visits(rows) {
    const all = rows.reduce((sum, row) => sum + row.enterprises, 0);
    const most = Math.max(0, ...rows.map((row) => row.enterprises));
    return element('table', { className: 'source-table' }, [
      head('rounds.column.visits', 'rounds.column.enterprises', 'rounds.column.nothing'),
      element(
        'tbody',
        {},
        rows.map((row) =>
          element('tr', {}, [
            element('th', { scope: 'row', text: word(row.visits >= 5 ? 'rounds.times_or_more' : 'rounds.times', { n: row.visits }) }),
            bar(row.enterprises, most, `${count(row.enterprises)} (${percent(row.enterprises / all, 1)})`),
            numeric(count(row.nothing_found)),
          ]),
        ),
      ),
    ]);
  }

  Object.assign(lookout.rounds, { bar, against, types, ranked, found, hours, visits });
})();
