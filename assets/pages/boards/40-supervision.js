/* Electronic supervision by region: orders and what became of them, and the numbers that decide about them. */
(() => {
  const lookout = window.lookout;
  const { config, word, element, count, number, pick } = lookout;
  const { link, missing, fact, table, fill, hasClues } = lookout.boards;
  const LOOP = { tab: 'supervision' };
  const MOST = 60;

  function tally(all, register) {
    const toLoop = (value) => (hasClues || all.issued ? link(count(value), '/loop', LOOP) : missing('clues'));
    const note = (key, n) => (hasClues || all.issued ? word(`boards.${key}`, { n: count(n) }) : '');
    return [
      fact(word('boards.issued'), toLoop(all.issued), { note: note('issued_note', all.clues) }),
      fact(word('boards.standing'), toLoop(all.standing), { note: note('standing_note', all.late), kind: all.late ? 'boards-warn' : '' }),
      fact(word('boards.answered'), toLoop(all.answered), { note: note('of_all', all.issued) }),
      fact(word('boards.escalated'), toLoop(all.escalated), { note: note('of_all', all.issued) }),
      fact(word('boards.column.listed'), toLoop(all.listed)),
      fact(word('boards.register'), register ? count(register.orders) : missing(), {
        note: register ? (register.orders ? word('boards.register_note', { answered: count(register.answered), verified: count(register.verified), from: register.from, to: register.to }) : word('boards.register_none')) : word('boards.register_missing'),
      }),
    ];
  }

  const numbers = ['issued', 'clues', 'standing', 'late', 'answered', 'escalated', 'listed'].map((name) => ({
    head: word(`boards.column.${name}`),
    isNumber: true,
    cell: (row) => (name === 'late' && row.late ? element('span', { className: 'boards-over', text: `▲ ${count(row.late)}` }) : count(row[name])),
  }));

  const valueText = (value, unit) => `${number(value, value % 1 ? 2 : 0)}${unit ? ` ${lookout.unit(unit)}` : ''}`;

  const groupName = (code) => {
    const group = config.groups.find((one) => one.code === code);
    return group ? pick(group, 'name') : code;
  };

  /* From when an own value holds; before that day the default does. */
  const isToCome = (own) => Boolean(own && own.valid_from && !own.is_used);
  const from = (own) => (own.valid_from ? word(isToCome(own) ? 'boards.own_to_come' : 'boards.own_from', { day: own.valid_from }) : '');

  /* What own values rest on: a line a key region, whichever of its numbers it is told with. */
  function reasons(rows) {
    const told = Object.assign({}, ...rows.map((row) => row.own_told || {}));
    const line = ([code, own]) => [groupName(code), from(own), word(`boards.basis.${own.basis}`), pick(own, 'why')].filter(Boolean).join(' · ');
    return Object.keys(told).length ? [element('ul', { className: 'boards-reasons' }, Object.entries(told).map((one) => element('li', { text: line(one) })))] : [];
  }

  function thresholds(rows) {
    const byDefault = () => element('small', { text: word('boards.default_holds') });
    const own = (row, code) => {
      const value = code in row.own && valueText(row.own[code], row.unit);
      if (!value || !isToCome(row.own_told[code])) return value || byDefault();
      return element('span', {}, [byDefault(), element('small', { className: 'boards-to-come', text: word('boards.own_value_to_come', { day: row.own_told[code].valid_from, value }) })]);
    };
    const rule = (id) => config.rules.find((one) => one.code === id);
    return table(
      [
        { head: word('boards.column.rule'), cell: (row) => link(`${row.rule} ${rule(row.rule) ? pick(rule(row.rule), 'name') : ''}`, '/methods', { rule: row.rule }) },
        { head: word('boards.column.threshold'), cell: (row) => pick(row, 'meaning') },
        { head: word('boards.column.default'), isNumber: true, cell: (row) => valueText(row.default, row.unit) },
        ...config.groups.map((group) => ({ head: pick(group, 'name'), isNumber: true, cell: (row) => own(row, group.code) })),
        { head: word('boards.column.basis'), cell: (row) => word(`boards.basis.${row.basis}`) },
      ],
      rows,
      { caption: word('boards.panel.thresholds') },
    );
  }

  function supervision(answer, choose, places) {
    const nothing = { issued: 0, clues: 0, standing: 0, late: 0, answered: 0, escalated: 0, listed: 0 };
    const of = (level) => answer.rows.filter((row) => row.level === level);
    const all = of('all')[0] || nothing;
    const groups = config.groups.map((group) => ({ ...nothing, code: group.code, ...of('group').find((row) => row.code === group.code), name: pick(group, 'name') }));
    const cities = of('city').map((row) => ({ ...row, name: places.label(row.code) }));
    fill('tally', ...tally(all, answer.register));
    fill('sentence', element('span', { text: word('boards.supervision_sentence', { time: answer.as_of.slice(0, 16).replace('T', ' ') }) }), link(word('boards.to_loop'), '/loop', LOOP));
    const nameOf = (prefix) => ({ head: word('boards.column.region'), cell: (row) => link(row.name, '/loop', { ...LOOP, region: `${prefix}${row.code}` }) });
    const profile = { head: word('boards.column.profile'), cell: (row) => (row.profile ? groupName(row.profile) : element('small', { text: word('boards.column.default') })) };
    const isMissing = !hasClues && !all.issued;
    lookout.panels.empty('boards-regions', isMissing, 'clues');
    lookout.panels.empty('boards-cities', !cities.length, 'clues');
    fill('regions', ...(isMissing ? [] : [table([nameOf('g:'), ...numbers], groups, { caption: word('boards.panel.regions') })]));
    fill('cities', ...(isMissing ? [] : [table([nameOf(''), profile, ...numbers], cities.slice(0, MOST), { caption: word('boards.panel.cities') }), ...lookout.boards.listedOf(Math.min(MOST, cities.length), cities.length)]));
    fill('thresholds', thresholds(answer.thresholds), ...reasons(answer.thresholds));
  }

  lookout.boards.show.supervision = supervision;
})();
