/* The loop's page: its address, its questions to the server, and the pieces all its tabs are made of. */
(() => {
  const lookout = window.lookout;
  const { config, element, word, count, number } = lookout;
  const isEnglish = config.lang === 'en';
  const TABS = ['funnel', 'teams', 'supervision', 'fixes'];
  const FILTERS = ['region', 'rounds', 'rule', 'category', 'from', 'to', 'pollutant', 'industry', 'severity', 'status', 'extent'];
  const OWN = ['tab', 'by', 'clock', 'sort'];
  const USUAL = { tab: 'funnel', by: 'region', clock: 'overdue', sort: '' };

  const address = () => new URLSearchParams(window.location.search);
  const shown = (text) => (text === null || text === undefined ? '' : text);

  function get(name) {
    const value = address().get(name);
    if (name === 'tab' && !TABS.includes(value)) return USUAL.tab;
    return value || USUAL[name] || '';
  }

  /* Changes of the address; an empty value leaves. A tab or a filter is a step in the history. */
  function set(patch, isStep = true) {
    const out = address();
    for (const [name, value] of Object.entries(patch))
      if (value && value !== USUAL[name]) out.set(name, value);
      else out.delete(name);
    const text = out.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
    const url = text ? `?${text}` : window.location.pathname;
    window.history[isStep ? 'pushState' : 'replaceState'](null, '', url);
  }

  /* The filters of the address, in one order, with what is added. */
  function filters(more = {}) {
    const given = address();
    const out = new URLSearchParams();
    for (const name of FILTERS) {
      const value = name in more ? more[name] : given.get(name);
      if (value) out.set(name, value);
    }
    return out;
  }

  async function ask(part) {
    const query = filters().toString();
    const path = part === 'lots' ? '/work/lots.json' : `/work/loop/${part}.json`;
    const response = await fetch(`${path}${query ? `?${query}` : ''}`, { credentials: 'same-origin' });
    if (!response.ok) throw new Error(`${part}: ${response.status}`);
    return response.json();
  }

  /* Something that changes: its answer, or the server's own sentence as an error. */
  async function send(path, body) {
    const isFile = body instanceof Blob;
    const response = await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': isFile ? 'text/csv' : 'application/json', 'Accept-Language': config.lang },
      body: isFile ? body : JSON.stringify(body),
    });
    const told = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(told.message || word('panel.failed'));
    return told;
  }

  const kept = () => ['lang', 'theme'].filter((name) => address().get(name)).map((name) => [name, address().get(name)]);

  /* The list of exactly the clues that a number counts. */
  function clueUrl(stage, more = {}) {
    const out = filters(more);
    out.set('view', 'all');
    out.set('stage', stage);
    for (const [name, value] of kept()) out.set(name, value);
    return `/clues?${out.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%40', '@')}`;
  }

  function oneClueUrl(clueId) {
    const out = new URLSearchParams([['view', 'all'], ['open', clueId], ...kept()]);
    return `/clues?${out}`;
  }

  /* A number that opens its clues; none to open where it is 0. */
  function figure(n, stage, more = {}, title = '') {
    if (!n) return element('span', { className: 'loop-zero number', text: count(n || 0), title });
    return element('a', {
      className: 'loop-number number',
      href: clueUrl(stage, more),
      text: count(n),
      title: title || word('loop.opens'),
      'data-stage': stage,
    });
  }

  const clueLink = (row) =>
    element('a', { className: 'loop-clue number', href: oneClueUrl(row.clue_id), text: row.clue_id.slice(0, 8), title: row.clue_id });

  const percent = (share, digits = 1) => `${number(100 * share, digits)}%`;

  /* A share with its bounds: a band, a tick, and both in words; with too few, how many there are. */
  function share(of, isWide = true) {
    if (!of || of.whole === 0) return element('span', { className: 'loop-few', text: '—' });
    if (of.share === null)
      return element('span', { className: 'loop-few', text: word('loop.few', { part: count(of.part), whole: count(of.whole) }) });
    const band = element('i', { className: 'loop-band' });
    band.style.left = `${100 * of.low}%`;
    band.style.width = `${Math.max(1, 100 * (of.high - of.low))}%`;
    const tick = element('i', { className: 'loop-tick' });
    tick.style.left = `${100 * of.share}%`;
    const told = `${percent(of.share)} (${percent(of.low)}–${percent(of.high)})`;
    return element(
      'span',
      { className: 'loop-share', title: word('loop.share_tip', { part: count(of.part), whole: count(of.whole) }) },
      [
        ...(isWide ? [element('span', { className: 'loop-scale', 'aria-hidden': 'true' }, [band, tick])] : []),
        element('span', { className: 'number', text: told }),
      ],
    );
  }

  function hours(value) {
    if (value === null || value === undefined) return '—';
    return value < 72 ? word('loop.hours', { n: number(value, 1) }) : word('loop.days', { n: number(value / 24, 1) });
  }

  /* A panel as the house draws them. */
  function panel(name, title, note, body, tools = []) {
    return element('section', { className: `panel loop-panel loop-${name}`, 'data-loop': name, 'aria-label': title }, [
      element('div', { className: 'panel-head' }, [
        element('h2', { className: 'panel-title', text: title }),
        element('span', { className: 'panel-note', text: note, title: note }),
        ...(tools.length ? [element('div', { className: 'loop-tools' }, tools)] : []),
      ]),
      element('div', { className: 'loop-panel-body' }, body),
    ]);
  }

  function tile(label, value, sub) {
    return element('div', { className: 'panel kpi loop-tile' }, [
      element('span', { className: 'kpi-label', text: label }),
      element('b', { className: 'kpi-value' }, [value instanceof Node ? value : String(value)]),
      element('small', { className: 'kpi-sub', text: sub }),
    ]);
  }

  const choice = (names, chosen, label, choose) =>
    element(
      'div',
      { className: 'loop-choice', role: 'group' },
      names.map((name) =>
        element('button', {
          type: 'button',
          className: 'chip',
          text: label(name),
          'data-choice': name,
          'aria-pressed': String(name === chosen),
          onclick: () => choose(name),
        }),
      ),
    );

  /* Rows by a column's value; what has none comes last either way. */
  function ordered(rows, value, isDown) {
    const known = (x) => x !== null && x !== undefined && x !== '';
    return [...rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (known(x) !== known(y)) return known(x) ? -1 : 1;
      if (!known(x)) return 0;
      const turn = typeof x === 'string' ? x.localeCompare(y, config.lang) : x - y;
      return isDown ? -turn : turn;
    });
  }

  /* A table that can be sorted by its heads. columns: key, head, cell(row) -> node or text, value(row), isNumber. */
  function table({ columns, rows, caption, sort = null, rowId = null, empty = word('panel.none') }) {
    let by = sort;
    const body = element('tbody');
    const heads = new Map();
    const cell = (column, row, i) => {
      const content = column.cell(row);
      const options = { className: column.isNumber ? 'number' : column.className || '' };
      const node = element(i ? 'td' : 'th', i ? options : { ...options, scope: 'row' });
      node.append(content instanceof Node ? content : shown(content));
      if (column.className && !(content instanceof Node)) node.title = shown(content);
      return node;
    };
    function fill() {
      const column = by && columns.find((one) => one.key === by.key);
      const list = column ? ordered(rows, column.value, by.isDown) : rows;
      body.replaceChildren(
        ...list.map((row) =>
          element('tr', rowId ? { 'data-row': rowId(row) } : {}, columns.map((one, i) => cell(one, row, i))),
        ),
      );
      if (!rows.length) body.append(element('tr', {}, [element('td', { colspan: columns.length, className: 'loop-empty', text: empty })]));
      for (const [key, head] of heads)
        head.setAttribute('aria-sort', by?.key === key ? (by.isDown ? 'descending' : 'ascending') : 'none');
    }
    const row = columns.map((column) => {
      const head = element('th', { scope: 'col', className: column.isNumber ? 'is-number' : '', title: column.title });
      if (!column.value) head.append(column.head);
      else {
        heads.set(column.key, head);
        head.append(
          element('button', {
            type: 'button',
            className: 'loop-sort',
            text: column.head,
            onclick: () => {
              by = { key: column.key, isDown: by?.key === column.key ? !by.isDown : Boolean(column.isNumber) };
              fill();
            },
          }),
        );
      }
      return head;
    });
    fill();
    return element('div', { className: 'loop-scroll', tabindex: '0', role: 'group', 'aria-label': caption }, [
      element('table', { className: 'source-table loop-table' }, [element('thead', {}, [element('tr', {}, row)]), body]),
    ]);
  }

  const named = (row, name) => row[`${name}_${isEnglish ? 'en' : 'zh'}`];
  const object = (row) => row.enterprise || row.cell_id || '—';
  const rule = (row) => (row.rule_id ? `${row.rule_id} ${named(row, 'rule') || ''}` : '—');
  const stateWord = (code) => config.states[code] || code;
  const moment = (iso) => (iso ? iso.slice(0, 16).replace('T', ' ') : '—');

  const svg = (tag, attributes = {}, children = []) => {
    const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) if (name !== 'text') node.setAttribute(name, value);
    if ('text' in attributes) node.textContent = attributes.text;
    node.append(...children);
    return node;
  };

  lookout.loop = {
    TABS, get, set, filters, ask, send, clueUrl, figure, clueLink, share, percent, hours, panel, tile, choice, table,
    named, object, rule, stateWord, moment, svg, isEnglish, FILTERS, OWN,
    tabs: {},
  };
})();
