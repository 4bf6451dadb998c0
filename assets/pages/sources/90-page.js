/* The catalogue page: one row a category, its freshness against its rhythm, its days, and what became of every row. */
(() => {
  const lookout = window.lookout;
  const { config, element, word, count, dayOf, pick, ask } = lookout;
  const STATES = ['on_time', 'late', 'snapshot', 'never'];
  const view = { search: '', group: '', state: '', code: '' };
  const address = ask.address(view);
  let catalogue = null;

  /* A strip of days: full, thin (fewer than half the usual rows), none. */
  function strip(row, first, last) {
    const rows = new Map(row.days.map(([day, n]) => [Number(day), Number(n)]));
    const usual = [...rows.values()].sort((a, b) => a - b)[Math.floor(rows.size / 2)] || 0;
    const n = last - first + 1;
    const canvas = element('canvas', {
      className: 'strip',
      width: n * 4,
      height: 18,
      role: 'img',
      'aria-label': word('sources.gaps_of', { n: count(row.days_missing), all: count(row.days_expected) }),
    });
    const context = canvas.getContext('2d');
    const colour = (name) => lookout.status.token(name);
    const begin = row.first_day ? dayOf(row.first_day) : last + 1;
    for (let day = first; day <= last; day++) {
      const value = rows.get(day) || 0;
      const isGap = !value && day > begin && day <= dayOf(row.last_day || '1970-01-01');
      context.fillStyle = value ? colour(value < usual / 2 ? '--warn' : '--good') : colour(isGap ? '--hot' : '--line');
      const height = value ? (value < usual / 2 ? 9 : 18) : isGap ? 18 : 4;
      context.fillRect((day - first) * 4, 18 - height, isGap ? 1.5 : 3, height);
    }
    return canvas;
  }

  const stateMark = (state) =>
    element('span', { className: `source-state source-${state}` }, [
      element('i', { 'aria-hidden': 'true' }),
      element('span', { text: word(`sources.state.${state}`) }),
    ]);

  /* Rows accepted of those read, where the files of a category are known; one refused row is not 100 %. */
  function quality(row) {
    const own = catalogue.files.filter((file) => file.source === row.code);
    const read = own.reduce((sum, file) => sum + Number(file.read), 0);
    const accepted = own.reduce((sum, file) => sum + Number(file.accepted), 0);
    return element('span', {
      className: read && accepted < read ? 'source-rejecting' : '',
      text: accepted < read ? `${lookout.number(Math.floor((1e4 * accepted) / read) / 100, 2)}%` : lookout.percent(accepted, read),
    });
  }

  function shown() {
    const needle = view.search.trim().toLowerCase();
    return catalogue.categories.filter(
      (row) =>
        (!view.group || row.code[0] === view.group) &&
        (!view.state || row.state === view.state) &&
        (!needle ||
          [row.code, row.name_zh, row.name_en, row.provider_zh, row.provider_en, row.owner, row.canonical_table]
            .join(' ')
            .toLowerCase()
            .includes(needle)),
    );
  }

  function cells(row, first, last) {
    const arrival = row.last_day || '—';
    const lag =
      row.state === 'late' ? word('sources.late_by', { h: count(Number(row.lag_h) - Number(row.expected_lag_h)) }) : '';
    return [
      element('th', { scope: 'row', text: row.code }),
      element('td', {}, [
        element('button', {
          type: 'button',
          className: 'source-name',
          text: pick(row, 'name'),
          onclick: () => choose(row.code),
        }),
        element('small', { text: pick(row, 'provider') }),
      ]),
      element('td', {}, [element('span', { text: word(`sources.cadence.${row.cadence}`) })]),
      element('td', { className: 'number', text: Number(row.rows) ? count(Number(row.rows)) : '—' }),
      element('td', {}, [element('span', { text: arrival }), element('small', { text: lag })]),
      element('td', {}, [stateMark(row.state)]),
      element('td', { className: 'number' }, [quality(row)]),
      element('td', {}, row.days.length ? [strip(row, first, last)] : []),
      element('td', {}, [
        element('span', { text: word(`owner.${row.owner}`) }),
        element('small', { text: word(`sources.class.${row.data_class}`) }),
      ]),
    ];
  }

  function table() {
    const host = document.getElementById('sources-table');
    const days = catalogue.categories.flatMap((row) => row.days.map(([day]) => Number(day)));
    const last = days.length ? Math.max(...days) : dayOf(config.lastDay);
    const first = Math.max(days.length ? Math.min(...days) : last, last - 119);
    const rows = shown();
    const heads = ['code', 'name', 'cadence', 'rows', 'arrival', 'state', 'quality', 'days', 'owner'].map((key) =>
      element('th', { scope: 'col', text: word(`sources.column.${key}`) }),
    );
    const body = [];
    let group = '';
    for (const row of rows) {
      if (row.code[0] !== group) {
        group = row.code[0];
        const all = catalogue.categories.filter((r) => r.code[0] === group);
        body.push(
          element('tr', { className: 'source-group' }, [
            element('th', {
              colspan: '9',
              scope: 'rowgroup',
              text: `${group} ${pick(row, 'group')} · ${word('sources.group_of', { n: all.filter((r) => Number(r.rows)).length, all: all.length })}`,
            }),
          ]),
        );
      }
      body.push(
        element(
          'tr',
          { className: row.code === view.code ? 'source-row chosen' : 'source-row', 'data-code': row.code },
          cells(row, first, last),
        ),
      );
    }
    host.replaceChildren(
      element('table', { className: 'source-table' }, [
        element('thead', {}, [element('tr', {}, heads)]),
        element('tbody', {}, body),
      ]),
    );
    lookout.panels.said('sources-table', rows.length ? '' : word('panel.none'));
  }

  function tally() {
    const rows = catalogue.categories;
    const sum = (list, name) => list.reduce((total, row) => total + Number(row[name]), 0);
    const tile = (key, value, sub) => ask.tile(word(`sources.tally.${key}`), value, sub);
    const { isWhole } = config.viewer;
    const withheld = word('sources.withheld');
    const connected = rows.filter((row) => Number(row.rows)).length;
    const read = sum(catalogue.files, 'read');
    const rejected = sum(catalogue.files, 'rejected');
    document
      .getElementById('sources-tally')
      .replaceChildren(
        tile('connected', `${connected} / ${rows.length}`, word('sources.tally.connected_sub')),
        tile('records', count(sum(rows, 'rows')), word('sources.tally.records_sub')),
        tile(
          'read',
          isWhole ? count(read) : '—',
          isWhole ? word('sources.tally.read_sub', { accepted: count(sum(catalogue.files, 'accepted')) }) : withheld,
        ),
        tile(
          'rejected',
          isWhole ? count(rejected) : '—',
          isWhole ? word('sources.tally.rejected_sub', { rate: lookout.percent(rejected, read, 2) }) : withheld,
        ),
        tile('late', count(rows.filter((row) => row.state === 'late').length), word('sources.tally.late_sub')),
        tile(
          'gaps',
          count(sum(rows, 'days_missing')),
          word('sources.tally.gaps_sub', { all: count(sum(rows, 'days_expected')) }),
        ),
      );
  }

  function chips() {
    const groups = [...new Set(catalogue.categories.map((row) => row.code[0]))];
    const chip = (text, isOn, onclick) =>
      element('button', { type: 'button', className: 'chip', text, 'aria-pressed': String(isOn), onclick });
    document.getElementById('sources-groups').replaceChildren(
      ...groups.map((letter) =>
        chip(
          pick(
            catalogue.categories.find((row) => row.code[0] === letter),
            'group',
          ),
          view.group === letter,
          () => set({ group: view.group === letter ? '' : letter }),
        ),
      ),
      ...STATES.map((state) =>
        chip(word(`sources.state.${state}`), view.state === state, () =>
          set({ state: view.state === state ? '' : state }),
        ),
      ),
    );
  }

  function set(patch) {
    Object.assign(view, patch);
    address.write();
    chips();
    table();
  }

  function choose(code) {
    set({ code: view.code === code ? '' : code });
    files();
    detail();
  }

  const line = (label, value) => [element('dt', { text: label }), element('dd', { text: value })];

  async function detail() {
    const host = document.getElementById('sources-detail');
    const row = catalogue.categories.find((r) => r.code === view.code);
    if (!row) {
      host.replaceChildren(element('p', { className: 'sources-hint', text: word('sources.choose') }));
      return;
    }
    const facts = element('dl', {}, [
      ...line(word('sources.column.cadence'), word(`sources.cadence.${row.cadence}`)),
      ...line(
        word('sources.expected'),
        Number(row.expected_rows_per_day) ? count(Number(row.expected_rows_per_day)) : '—',
      ),
      ...line(word('sources.lag'), word('sources.hours', { h: count(Number(row.expected_lag_h)) })),
      ...line(word('sources.table'), row.canonical_table),
      ...line(word('sources.owner'), word(`owner.${row.owner}`)),
      ...line(
        word('sources.gaps'),
        word('sources.gaps_of', { n: count(Number(row.days_missing)), all: count(Number(row.days_expected)) }),
      ),
    ]);
    host.replaceChildren(element('h3', { text: `${row.code} ${pick(row, 'name')}` }), stateMark(row.state), facts);
    if (row.data_class === 'personal')
      host.append(element('p', { className: 'card-note', text: word('sources.personal') }));
    else if (!config.viewer.maySample)
      host.append(element('p', { className: 'card-note', text: word('sources.withheld') }));
    else await samples(host, row.code);
  }

  async function samples(host, code) {
    const rows = await lookout.data.json(`sources/${code}.json`);
    if (view.code !== code) return;
    if (!rows.length) {
      host.append(element('p', { className: 'card-note', text: word('sources.no_sample') }));
      return;
    }
    const names = Object.keys(rows[0]);
    host.append(
      element('h4', { text: word('sources.sample') }),
      element('div', { className: 'sample-scroll', tabindex: '0', role: 'group', 'aria-label': word('sources.sample') }, [
        element('table', { className: 'source-table' }, [
          element('thead', {}, [
            element(
              'tr',
              {},
              names.map((name) => element('th', { text: name })),
            ),
          ]),
          element(
            'tbody',
            {},
            rows.map((row) =>
              element(
                'tr',
                {},
                names.map((name) => element('td', { text: row[name] === null ? '' : String(row[name]) })),
              ),
            ),
          ),
        ]),
      ]),
    );
  }

  /* A column is its name, how its cell is written, and what stands below that, whole. */
  function plainTable(id, rows, columns) {
    const host = document.getElementById(id);
    host.replaceChildren(
      element('table', { className: 'source-table' }, [
        element('thead', {}, [
          element(
            'tr',
            {},
            columns.map(([name, , under]) =>
              element('th', { scope: 'col', text: [name, under].filter(Boolean).map((key) => word(`sources.file.${key}`)).join(' / ') }),
            ),
          ),
        ]),
        element(
          'tbody',
          {},
          rows.map((row) =>
            element(
              'tr',
              {},
              columns.map(([name, text, under]) =>
                element('td', { className: typeof row[name] === 'number' ? 'number' : '' }, [
                  element('span', { text: text(row) }),
                  ...(under && row[under] ? [element('small', { text: row[under] })] : []),
                ]),
              ),
            ),
          ),
        ),
      ]),
    );
    const { isWhole, isMasked } = config.viewer;
    const isWithheld = id === 'sources-positions' ? isMasked : !isWhole;
    const why = isWithheld ? word('sources.withheld') : word(`sources.none.${id}`);
    lookout.panels.said(id, rows.length ? '' : why);
  }

  /* Of the category chosen, where files are known by category; else all. */
  function ofChosen(rows) {
    const own = rows.filter((row) => row.source === view.code);
    return catalogue.files.some((file) => file.source === view.code) ? own : rows;
  }

  function files() {
    const number = (name) => [name, (row) => count(Number(row[name]))];
    const told = ofChosen(catalogue.files).map((row) => ({ ...row, notes: row.error || row.notes }));
    plainTable('sources-files', told, [
      ['path', (row) => `${row.source}: ${row.path}`, 'notes'],
      number('read'),
      number('accepted'),
      number('rejected'),
      ['sha256', (row) => row.sha256.slice(0, 10)],
    ]);
    plainTable('sources-rejects', ofChosen(catalogue.rejects), [
      ['source', (row) => row.source],
      ['reason', (row) => config.words[`reject.${row.reason}`] || row.message || row.reason],
      number('count'),
      ['place', (row) => (row.file ? `${row.file}:${row.row} ${row.column}` : '')],
      ['value', (row) => row.value],
    ]);
  }

  function positions() {
    plainTable('sources-positions', catalogue.positions, [
      ['problem', (row) => word(`position.${row.problem}`)],
      ['count', (row) => count(Number(row.count))],
      ['suggested', (row) => count(Number(row.suggested))],
      ['confidence', (row) => lookout.number(row.confidence, 2)],
    ]);
  }

  async function start() {
    await ask.onScreen('sources-positions');
    lookout.wireShell();
    address.read();
    document.getElementById('sources-search').replaceChildren(ask.search(word('sources.search'), view.search, (search) => set({ search })));
    const panels = ['table', 'files', 'rejects', 'positions'].map((name) => `sources-${name}`);
    await ask.settled({ turn: 1, isLast: () => true, panels }, async () => {
      catalogue = await lookout.data.json('sources.json');
      tally();
      chips();
      table();
      files();
      positions();
      await detail();
    });
  }

  if (config.page === 'sources' && config.dataRoot) start();
})();
