/* Tab 组队与派发: the teams' desks, the queue of clues to send, draws by lot and honest precision. */
(() => {
  const lookout = window.lookout;
  const { element, word, count, number } = lookout;
  const { loop } = lookout;
  const NEED_REASON = ['frequency', 'positive_list'];
  /* Visits are not 0 where their records could not be read. */
  const unread = () => lookout.kpis.missing('inspections');
  const visits = (n) => (n || !unread() ? count(n) : '—');
  const said = (row) => loop.named(row, 'name');

  function desks(data) {
    const mark = (name) => (row) => loop.figure(row[name], `${name}@${row.team_code}`);
    const load = (row) => {
      const bar = element('i', { className: 'loop-mini', 'aria-hidden': 'true' });
      bar.style.width = `${Math.min(100, (100 * row.suggested) / Math.max(1, data.cap))}%`;
      return element('span', { className: 'loop-cell' }, [element('span', { className: 'number', text: count(row.suggested) }), bar]);
    };
    const columns = [
      { key: 'team', head: word('loop.head.team'), cell: (row) => said(row), value: (row) => row.number },
      { key: 'base', head: word('loop.head.base'), cell: (row) => loop.named(row, 'city') || '—', value: (row) => loop.named(row, 'city') },
      { key: 'open', head: word('loop.clock.open'), isNumber: true, cell: mark('open'), value: (row) => row.open },
      { key: 'due', head: word('loop.clock.due24'), isNumber: true, cell: mark('due24'), value: (row) => row.due24 },
      { key: 'late', head: word('loop.clock.overdue'), isNumber: true, cell: mark('overdue'), value: (row) => row.overdue },
      { key: 'stopped', head: word('loop.clock.stopped'), isNumber: true, cell: mark('stopped'), value: (row) => row.stopped },
      { key: 'checks', head: word('loop.head.visits'), isNumber: true, cell: (row) => visits(row.checks), value: (row) => row.checks },
      { key: 'per', head: word('loop.head.per_day'), isNumber: true, title: word('loop.per_day_tip'), cell: (row) => (row.team_days ? number(row.enterprises / row.team_days, 1) : '—'), value: (row) => (row.team_days ? row.enterprises / row.team_days : null) },
      { key: 'problems', head: word('loop.head.problems_day'), isNumber: true, cell: (row) => (row.team_days ? number(row.problems / row.team_days, 1) : '—'), value: (row) => (row.team_days ? row.problems / row.team_days : null) },
      { key: 'suggested', head: word('loop.head.suggested'), isNumber: true, cell: load, value: (row) => row.suggested },
      { key: 'cap', head: word('loop.head.cap'), isNumber: true, cell: () => count(data.cap) },
    ];
    const note = data.round ? word('loop.teams_note', { round: data.round.round_code, cap: data.cap }) : word('loop.teams_no_round', { cap: data.cap });
    return loop.panel('teams', word('loop.teams'), note, [loop.table({ columns, rows: data.teams, caption: word('loop.teams'), rowId: (row) => row.team_code })]);
  }

  function warnings(row, data) {
    const told = row.warnings.map((name) =>
      element('span', { className: `loop-warning loop-warning-${name}`, text: word(`loop.warning.${name}`, { n: row.visits, cap: data.visit_cap.visits }), title: word(`loop.warning.${name}_tip`, { basis: data.visit_cap.basis, cap: data.visit_cap.visits }) }),
    );
    return element('span', { className: 'loop-warnings' }, told.length ? told : [element('span', { className: 'loop-few', text: '—' })]);
  }

  function teamChoice(row, data, wish) {
    const select = element('select', { className: 'loop-select', title: word('loop.proposed'), 'aria-label': word('loop.choose_team', { clue: row.clue_id }), onchange: () => { wish.team = select.value; } });
    for (const team of data.teams) {
      const option = element('option', { value: team.team_code, text: `${team.team_code === row.team_code ? '★ ' : ''}${said(team)}` });
      option.selected = team.team_code === wish.team;
      select.append(option);
    }
    return select;
  }

  function entry(row, wish, name, isNeeded, label) {
    if (!isNeeded) return element('span', { className: 'loop-few', text: '—' });
    const input = element('input', { type: 'text', className: 'loop-select loop-entry', placeholder: label, 'aria-label': `${label} ${row.clue_id}`, maxlength: '400', value: wish[name], oninput: () => { wish[name] = input.value; } });
    return input;
  }

  /* Only screened clues can be pushed; others wait for an analyst and say so. */
  function queue(data, lots) {
    const wishes = new Map();
    const wish = (row) => {
      if (!wishes.has(row.clue_id)) wishes.set(row.clue_id, { isChosen: false, team: row.team_code, reason: '', approver: '' });
      return wishes.get(row.clue_id);
    };
    const ready = data.queue.filter((row) => row.state === 'SCREENED');
    const result = element('div', { className: 'loop-result', role: 'status', 'aria-live': 'polite' });
    const button = element('button', { type: 'button', className: 'filter-button loop-push', onclick: () => push() });
    const chosen = () => data.queue.filter((row) => wish(row).isChosen);
    const label = () => {
      const n = chosen().length;
      button.textContent = word('loop.push_n', { n: count(n) });
      button.disabled = !n || !lots.may_push;
    };
    const box = (row) => {
      if (row.state !== 'SCREENED') return element('span', { className: 'loop-few', text: word('loop.awaits') });
      const input = element('input', { type: 'checkbox', 'aria-label': word('loop.choose_clue', { clue: row.clue_id }), onchange: () => { wish(row).isChosen = input.checked; label(); } });
      input.checked = wish(row).isChosen;
      return input;
    };
    const why = (row) => (row.is_planned ? word('loop.planned', { place: row.place }) : word('loop.nearest'));
    const columns = [
      { key: 'box', head: word('loop.head.choose'), cell: box },
      { key: 'clue', head: word('loop.head.clue'), cell: loop.clueLink },
      { key: 'object', head: word('loop.head.object'), className: 'loop-object', cell: loop.object, value: loop.object },
      { key: 'rule', head: word('loop.head.rule'), className: 'loop-rule', cell: loop.rule, value: (row) => row.rule_id },
      { key: 'severity', head: word('loop.head.severity'), cell: (row) => word(`severity.${row.severity}`), value: (row) => row.severity },
      { key: 'city', head: word('loop.head.city'), cell: (row) => loop.named(row, 'city') || '—', value: (row) => loop.named(row, 'city') },
      { key: 'visits', head: word('loop.head.visits12'), isNumber: true, cell: (row) => visits(row.visits), value: (row) => row.visits },
      { key: 'warnings', head: word('loop.head.warnings'), cell: (row) => warnings(row, data) },
      { key: 'why', head: word('loop.head.why'), cell: why },
      { key: 'team', head: word('loop.head.send_to'), cell: (row) => teamChoice(row, data, wish(row)) },
      { key: 'reason', head: word('loop.head.reason'), cell: (row) => entry(row, wish(row), 'reason', row.state === 'SCREENED' && row.warnings.some((one) => NEED_REASON.includes(one)), word('loop.head.reason')) },
      { key: 'approver', head: word('loop.head.approver'), cell: (row) => entry(row, wish(row), 'approver', row.state === 'SCREENED' && row.severity === 1, word('loop.head.approver')) },
    ];
    const host = element('div', { className: 'loop-queue-host' });
    const fill = () => {
      host.replaceChildren(loop.table({ columns, rows: data.queue, caption: word('loop.queue'), rowId: (row) => row.clue_id, empty: word('loop.queue_empty') }));
      label();
    };
    /* The best of each team's list up to its cap; those that need a word more are left to the hand. */
    const suggest = () => {
      const taken = new Map();
      for (const row of ready) {
        const n = taken.get(row.team_code) || 0;
        wish(row).isChosen = row.warnings.length === 0 && n < data.cap;
        if (wish(row).isChosen) taken.set(row.team_code, n + 1);
      }
      fill();
    };

    async function push() {
      button.disabled = true;
      const clues = chosen().map((row) => ({ clue_id: row.clue_id, version: row.version, ...wish(row) }));
      try {
        const told = await loop.send('/work/dispatch', { clues });
        const lines = told.refused.map((one) => element('li', { text: `${one.clue_id.slice(0, 8)}: ${one.message}` }));
        loop.lastPush = { text: word('loop.pushed_n', { done: count(told.done.length), refused: count(told.refused.length) }), lines };
        await loop.reload();
      } catch (error) {
        result.replaceChildren(element('p', { className: 'loop-late', text: error.message }));
        label();
      }
    }
    if (loop.lastPush) {
      result.append(element('p', { text: loop.lastPush.text }), element('ul', {}, loop.lastPush.lines));
      loop.lastPush = null;
    }
    fill();
    const notes = [word('loop.queue_note', { ready: count(ready.length), waiting: count(data.queue.length - ready.length) })];
    if (data.queue.length >= data.limit) notes.push(word('loop.queue_limit', { n: count(data.limit) }));
    if (unread()) notes.push(word('loop.visits_unknown'));
    if (!data.is_positive_known) notes.push(word('loop.positive_unknown'));
    const tools = [element('button', { type: 'button', className: 'filter-button', text: word('loop.choose_suggested'), onclick: suggest }), button];
    return loop.panel('queue', word('loop.queue'), notes.join(' · '), [...(lots.may_push ? [] : [element('p', { className: 'loop-note', text: word('loop.not_dispatcher') })]), result, host], tools);
  }

  function form(lots, data, host) {
    const quota = data.cap * data.teams.length;
    const kind = element('select', { className: 'loop-select', 'aria-label': word('loop.lot.kind') }, ['dual_random', 'control'].map((name) => element('option', { value: name, text: word(`loop.lot.${name}`) })));
    const n = element('input', { type: 'number', min: '1', max: '5000', className: 'loop-select loop-small', value: String(Math.max(1, Math.round((quota * lots.control_share_pct) / 100))), 'aria-label': word('loop.lot.n') });
    const seed = element('input', { type: 'text', maxlength: '200', className: 'loop-select', placeholder: word('loop.lot.seed'), 'aria-label': word('loop.lot.seed') });
    const checks = element('input', { type: 'checkbox', id: 'loop-lot-checks' });
    const told = element('span', { className: 'loop-note', role: 'status', 'aria-live': 'polite' });
    const draw = async () => {
      try {
        const query = loop.filters().toString();
        const answer = await loop.send(`/work/lots.json${query ? `?${query}` : ''}`, { kind: kind.value, n: Number(n.value), seed: seed.value, makes_checks: checks.checked });
        await refresh(host, data);
        document.querySelector('.loop-lot-told').textContent = word('loop.lot.done', { n: count(answer.n) });
      } catch (error) {
        told.textContent = error.message;
      }
    };
    const file = element('input', { type: 'file', accept: '.csv,text/csv', 'aria-label': word('loop.lot.bring') });
    file.addEventListener('change', async () => {
      if (!file.files.length) return;
      try {
        const answer = await loop.send('/work/pool', new Blob([await file.files[0].arrayBuffer()], { type: 'text/csv' }));
        const refused = Object.entries(answer.refused).map(([why, many]) => word(`loop.lot.refused_${why}`, { n: count(many) }));
        await refresh(host, data);
        document.querySelector('.loop-lot-told').textContent = [word('loop.lot.brought', { read: count(answer.read), taken: count(answer.taken) }), ...refused].join(' · ');
      } catch (error) {
        told.textContent = error.message;
      }
    });
    told.classList.add('loop-lot-told');
    const controls = [
      kind, n, seed,
      element('label', { className: 'loop-inline', for: 'loop-lot-checks' }, [checks, element('span', { text: word('loop.lot.checks') })]),
      element('button', { type: 'button', className: 'filter-button', text: word('loop.lot.draw'), onclick: draw }),
      element('label', { className: 'filter-button loop-file' }, [element('span', { text: word('loop.lot.bring') }), file]),
    ];
    return element('div', { className: 'loop-form' }, [...(lots.may_draw ? controls : [element('span', { className: 'loop-note', text: word('loop.lot.not_yours') })]), told]);
  }

  function list(lots) {
    const columns = [
      { key: 'id', head: word('loop.head.draw'), cell: (row) => element('a', { className: 'loop-number number', href: `/work/lots/${row.draw_id}.csv`, download: '', text: `${row.draw_id} · CSV` }) },
      { key: 'kind', head: word('loop.lot.kind'), cell: (row) => word(`loop.lot.${row.kind}`), value: (row) => row.kind },
      { key: 'n', head: word('loop.lot.n'), isNumber: true, cell: (row) => count(row.n), value: (row) => row.n },
      { key: 'pool', head: word('loop.lot.of'), isNumber: true, cell: (row) => (row.n_pool === null ? '—' : count(row.n_pool)), value: (row) => row.n_pool },
      { key: 'seed', head: word('loop.lot.seed'), cell: (row) => row.seed || '—' },
      { key: 'method', head: word('loop.lot.method'), cell: (row) => row.method || '—' },
      { key: 'list', head: word('loop.lot.list'), cell: (row) => row.list_version || '—' },
      { key: 'at', head: word('loop.lot.at'), cell: (row) => (row.kind === 'routine' ? row.made_at : loop.moment(row.made_at)), value: (row) => row.made_at },
    ];
    return loop.table({ columns, rows: lots.draws, caption: word('loop.lots'), rowId: (row) => row.draw_id, empty: word('loop.no_draws') });
  }

  const lift = (value, least) => (value ? `${number(value.value, 1)} (${number(value.low, 1)}–${number(value.high, 1)})` : word('loop.not_enough', { n: least }));

  function precision(lots) {
    if (!lots.control) return loop.panel('control', word('loop.control'), '', [element('p', { className: 'loop-note', text: word('loop.control_hidden') })]);
    const { control, rules, by_rule: byRule, least } = lots.control;
    const group = (name, of, ratio) => ({ name, of, ratio });
    const rows = [group(word('loop.control_group'), control, null), group(word('loop.all_rules'), rules, lots.control.lift), ...byRule.map((one) => group(one.rule_id, one, one.lift))];
    const columns = [
      { key: 'name', head: word('loop.head.group'), cell: (row) => row.name },
      { key: 'n', head: word('loop.head.verdicts'), isNumber: true, cell: (row) => `${count(row.of.share.part)} / ${count(row.of.share.whole)}`, value: (row) => row.of.share.whole },
      { key: 'hit', head: word('loop.head.hit'), cell: (row) => (row.of.share.share === null ? element('span', { className: 'loop-few', text: word('loop.not_enough', { n: least }) }) : loop.share(row.of.share)), value: (row) => row.of.share.share },
      { key: 'lift', head: word('loop.head.lift'), cell: (row) => (row.of === control ? '1' : lift(row.ratio, least)), value: (row) => row.ratio?.value },
    ];
    return loop.panel('control', word('loop.control'), word('loop.control_note', { drawn: count(lots.control.drawn), least }), [loop.table({ columns, rows, caption: word('loop.control'), rowId: (row) => row.name })]);
  }

  function lottery(lots, data, host) {
    return loop.panel('lots', word('loop.lots'), word('loop.lots_note'), [
      form(lots, data, host),
      element('div', { className: 'loop-clock-row' }, [
        element('span', { className: 'loop-clock' }, [element('small', { text: word('loop.pool_share') }), loop.share(lots.pool)]),
        element('span', { className: 'loop-clock' }, [element('small', { text: word('loop.pool_size') }), element('span', { className: 'number', text: count(lots.pool.enterprises) })]),
      ]),
      list(lots),
    ]);
  }

  async function refresh(host, data) {
    const query = loop.filters().toString();
    const response = await fetch(`/work/lots.json${query ? `?${query}` : ''}`, { credentials: 'same-origin' });
    if (!response.ok) throw new Error(word('panel.failed'));
    const lots = await response.json();
    host.replaceChildren(lottery(lots, data, host), precision(lots));
  }

  function tiles(data) {
    const sum = (name) => data.teams.reduce((all, row) => all + row[name], 0);
    return element('div', { className: 'loop-tiles' }, [
      loop.tile(word('loop.teams'), count(data.teams.length), word('loop.tile.capacity', { n: count(data.cap * data.teams.length) })),
      loop.tile(word('loop.clock.open'), count(sum('open')), word('loop.tile.open')),
      loop.tile(word('loop.clock.due24'), count(sum('due24')), word('loop.tile.with_teams')),
      loop.tile(word('loop.clock.overdue'), count(sum('overdue')), word('loop.tile.with_teams')),
      loop.tile(word('loop.head.visits'), visits(sum('checks')), unread() ? word(`panel.${unread().state}`) : data.round ? word(sum('checks') ? 'loop.tile.round' : 'loop.tile.round_none', { round: data.round.round_code }) : '—'),
      loop.tile(word('loop.head.suggested'), count(sum('suggested')), word('loop.tile.suggested')),
    ]);
  }

  loop.tabs.teams = {
    parts: ['teams', 'lots'],
    draw: ({ teams: data, lots }) => {
      const host = element('div', { className: 'loop-two' });
      host.replaceChildren(lottery(lots, data, host), precision(lots));
      return [tiles(data), queue(data, lots), desks(data), host];
    },
  };
})();
