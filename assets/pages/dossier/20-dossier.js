/* The dossier page: the sheet the server wrote, laid out; a search where no enterprise is named. */
(() => {
  const lookout = window.lookout;
  const { config, element, word, count } = lookout;
  const RANGES = ['case', '7', '30', 'all'];
  const host = (name) => document.getElementById(`dossier-${name}`);
  const given = new URLSearchParams(window.location.search);
  const view = { id: given.get('id') || '', range: given.get('range') || 'case', as_of: given.get('as_of') || '' };
  let answer = null;

  const addressOf = (id) => {
    const out = new URLSearchParams();
    out.set('id', id);
    for (const name of ['lang', 'theme']) if (given.get(name)) out.set(name, given.get(name));
    return `${window.location.pathname}?${out}`;
  };

  async function asked(path, query) {
    const out = new URLSearchParams({ ...query, lang: config.lang });
    const response = await fetch(`${config.dataRoot}/${path}?${out}`, { credentials: 'same-origin' });
    if (response.status === 404) return null;
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  }

  function search() {
    const list = element('ul', { className: 'dossier-found', id: 'dossier-found', role: 'listbox', hidden: '', 'aria-label': word('dossier.search.label') });
    let timer = 0;
    let number = 0;
    let chosen = -1;
    const options = () => [...list.querySelectorAll('[role=option]')];
    const choose = (i) => {
      chosen = Math.max(-1, Math.min(options().length - 1, i));
      options().forEach((one, k) => one.setAttribute('aria-selected', String(k === chosen)));
      input.setAttribute('aria-activedescendant', chosen < 0 ? '' : options()[chosen].id);
    };
    const close = () => {
      list.hidden = true;
      input.setAttribute('aria-expanded', 'false');
    };
    const find = async () => {
      const mine = (number += 1);
      const rows = await asked('enterprises.json', { q: input.value });
      if (mine !== number) return;
      const items = (rows || []).map((row, i) =>
        element('li', { role: 'option', id: `dossier-found-${i}`, 'data-id': row.id, onmousedown: () => window.location.assign(addressOf(row.id)) }, [
          element('b', { text: row.name }),
          element('small', { text: row.note }),
        ]),
      );
      list.replaceChildren(...(items.length ? items : [element('li', { className: 'dossier-none', text: word('dossier.search.none') })]));
      list.hidden = input.value.trim().length < 2;
      input.setAttribute('aria-expanded', String(!list.hidden));
      choose(-1);
    };
    const input = element('input', {
      type: 'search',
      className: 'search-input',
      id: 'dossier-query',
      role: 'combobox',
      'aria-controls': 'dossier-found',
      'aria-expanded': 'false',
      'aria-autocomplete': 'list',
      autocomplete: 'off',
      maxlength: '60',
      placeholder: word('dossier.search'),
      'aria-label': word('dossier.search.label'),
      oninput: () => {
        clearTimeout(timer);
        timer = setTimeout(find, 180);
      },
      onblur: close,
      onkeydown: (event) => {
        if (event.key === 'ArrowDown') choose(chosen + 1);
        else if (event.key === 'ArrowUp') choose(chosen - 1);
        else if (event.key === 'Escape') close();
        else if (event.key === 'Enter' && options().length) window.location.assign(addressOf(options()[Math.max(chosen, 0)].dataset.id));
        else return;
        event.preventDefault();
      },
    });
    host('search').replaceChildren(input, list);
    if (!view.id) input.focus();
  }

  function tools() {
    const ranges = RANGES.map((range) =>
      element('button', {
        type: 'button',
        className: 'chip',
        text: word(`dossier.range.${range}`),
        'data-range': range,
        'aria-pressed': String(range === view.range),
        onclick: () => go(range),
      }),
    );
    const parts = [
      element('span', { className: 'dossier-ranges', role: 'group', 'aria-label': word('dossier.range') }, ranges),
      element('button', { type: 'button', className: 'filter-button', text: word('dossier.print'), onclick: () => window.print() }),
    ];
    if (answer.team) {
      const day = new Date(Date.parse(`${config.snapshot.asOf.slice(0, 10)}T00:00:00Z`) + 86400000).toISOString().slice(0, 10);
      for (const form of ['pdf', 'html'])
        parts.push(
          element('a', {
            className: 'filter-button',
            text: `${word('dossier.pack')} ${answer.team} ${form.toUpperCase()}`,
            href: `${config.dataRoot}/pack/${encodeURIComponent(answer.team)}/${day}.${form}?lang=${config.lang}`,
            download: '',
          }),
        );
    }
    host('tools').replaceChildren(...parts);
  }

  function head(sheet) {
    const facts = sheet.facts.flatMap(([label, value]) => [element('dt', { text: label }), element('dd', { text: value })]);
    const keys = sheet.keys.map((key) =>
      element('div', { className: 'dossier-key' }, [
        element('span', { text: key.label }),
        element('b', { text: key.value }),
        element('small', { text: key.note }),
      ]),
    );
    host('head').replaceChildren(
      element('div', { className: 'dossier-title' }, [
        element('h2', { text: sheet.title }),
        element('p', { text: sheet.subtitle }),
        element('p', { className: 'dossier-badges' }, [
          element('strong', { text: sheet.badge }),
          ...(sheet.is_synthetic ? [element('em', { text: word('dossier.synthetic') })] : []),
        ]),
      ]),
      element('dl', { className: 'dossier-facts' }, facts),
      element('div', { className: 'dossier-keys', 'aria-label': word('dossier.keys') }, keys),
    );
  }

  const list = (tag, texts, className) => element(tag, { className }, texts.map((text) => element('li', { text })));

  function reading(sheet) {
    const parts = sheet.reading.flatMap((part) => [
      element('h3', { text: part.title, className: `part-${part.part}` }),
      list('ul', part.lines, `part-lines part-lines-${part.part}`),
    ]);
    host('reading').replaceChildren(...parts);
  }

  function card(title, children, className = '', tag = 'h3') {
    return element('section', { className: `panel dossier-card ${className}` }, [element(tag, { text: title }), ...children]);
  }

  function table(one) {
    if (!one.rows.length) return card(one.title, [element('p', { className: `dossier-empty is-${one.state}`, text: one.empty })], 'is-empty');
    const cells = (row, tag) => row.map((text) => element(tag, { text, ...(tag === 'th' ? { scope: 'col' } : {}) }));
    return card(one.title, [
      element('table', { className: 'source-table' }, [
        element('thead', {}, [element('tr', {}, cells(one.head, 'th'))]),
        element('tbody', {}, one.rows.map((row) => element('tr', {}, cells(row, 'td')))),
      ]),
      ...(one.more ? [element('p', { className: 'dossier-more', text: one.more })] : []),
    ]);
  }

  function tables(sheet) {
    const expected = sheet.predicted.length
      ? [
          element('ul', { className: 'dossier-predicted' }, sheet.predicted.map((one) => element('li', {}, [element('b', { text: one.problem }), element('small', { text: one.why })]))),
          element('p', { className: 'dossier-more', text: word('dossier.predicted.note') }),
        ]
      : [element('p', { className: 'dossier-empty', text: word('dossier.predicted.none') })];
    const checks = sheet.checklist.flatMap((part) => [element('h4', { text: part.title }), list('ul', part.items, 'dossier-checks')]);
    const states = element(
      'ul',
      { className: 'dossier-coverage' },
      sheet.coverage.map((one) => element('li', { className: `is-${one.state}` }, [element('span', { text: one.label }), element('b', { text: one.text })])),
    );
    const filled = sheet.tables.filter((one) => one.rows.length);
    const empty = sheet.tables.filter((one) => !one.rows.length);
    host('tables').replaceChildren(
      card(word('dossier.predicted'), expected),
      card(word('dossier.checklist'), checks),
      ...filled.map(table),
      ...empty.map(table),
      card(word('dossier.coverage'), [states]),
      element('p', { className: 'dossier-footnote', text: sheet.footnote }),
    );
  }

  function show() {
    document.title = `${answer.sheet.title} · ${word('dossier.page')}`;
    tools();
    head(answer.sheet);
    reading(answer.sheet);
    lookout.axis.draw(host('axis'), answer);
    tables(answer.sheet);
    for (const name of ['reading', 'axis']) lookout.panels.said(`dossier-${name}`, '', 'ready');
    document.documentElement.dataset.settled = String(Number(document.documentElement.dataset.settled || 0) + 1);
  }

  async function go(range) {
    view.range = range;
    const out = new URLSearchParams(window.location.search);
    out.set('range', range);
    window.history.replaceState(null, '', `?${out}`);
    await load();
  }

  async function load() {
    answer = await asked('dossier.json', Object.fromEntries(Object.entries(view).filter(([, value]) => value)));
    if (answer) return show();
    return said('dossier.unknown', 'none');
  }

  /* Where to begin when nobody is named: whom the plan suggests. */
  async function suggest() {
    const rows = (await asked('enterprises.json', { q: '' })) || [];
    const of = (row) => [
      element('a', { href: addressOf(row.id), text: row.name }),
      [row.note, row.county].filter(Boolean).join(' · '),
      row.severity,
      row.rule,
      row.detected_at,
      count(row.clues),
      row.team || '—',
    ];
    const cell = (content, i) => element(i ? 'td' : 'th', i ? {} : { scope: 'row' }, [content instanceof Node ? content : document.createTextNode(content)]);
    const heads = ['enterprise', 'where', 'severity', 'rule', 'detected', 'clues', 'team'];
    const content = rows.length
      ? element('div', { className: 'dossier-suggested', tabindex: '0', role: 'region', 'aria-label': word('dossier.suggested') }, [
          element('table', { className: 'source-table' }, [
            element('thead', {}, [element('tr', {}, heads.map((name) => element('th', { scope: 'col', text: word(`dossier.suggested.${name}`) })))]),
            element('tbody', {}, rows.map((row) => element('tr', {}, of(row).map(cell)))),
          ]),
        ])
      : element('p', { className: 'dossier-empty', text: lookout.panels.lack('clues') || word('dossier.suggested.none') });
    const hint = element('p', { className: 'dossier-hint', text: word('dossier.search.hint') });
    host('tables').replaceChildren(card(word('dossier.suggested'), [hint, content], '', 'h2'));
    host('tables').closest('.dossier').classList.add('is-asking');
    said('dossier.search.hint', 'none');
  }

  function said(key, state) {
    for (const name of ['reading', 'axis']) lookout.panels.said(`dossier-${name}`, word(key), state);
    document.documentElement.dataset.settled = '1';
  }

  async function start() {
    while (!host('tables')) await new Promise((resolve) => requestAnimationFrame(resolve));
    lookout.wireShell();
    search();
    try {
      if (view.id) await load();
      else await suggest();
    } catch (error) {
      console.error(error);
      said('dossier.failed', 'failed');
      document.documentElement.dataset.settled = 'failed';
    }
  }

  if (config.page === 'dossier' && config.dataRoot) start();
})();
