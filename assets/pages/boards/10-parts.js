/* What all boards are made of: links that keep the filters, tallies, tables, and a word where nothing is connected. */
(() => {
  const lookout = window.lookout;
  const { config, word, element, count, number, pick } = lookout;
  const view = { tab: '', region: '', from: '', to: '', plant: '' };
  const hasClues = !['not_configured', 'failed'].includes(config.snapshot?.states.clues?.state);

  /* An address of another page, in the language, theme and filters of this one. */
  function href(path, own = {}) {
    const given = new URLSearchParams(window.location.search);
    const out = new URLSearchParams();
    for (const name of ['region', 'from', 'to']) if (view[name]) out.set(name, view[name]);
    for (const [name, value] of Object.entries(own)) if (value) out.set(name, value);
    for (const name of ['lang', 'theme']) if (given.get(name)) out.set(name, given.get(name));
    const text = out.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
    return text ? `${path}?${text}` : path;
  }

  const link = (text, path, own) => element('a', { className: 'boards-link', href: href(path, own), text });
  /* Not connected and failed are words of their own, never a number; which of them, the tables say that it would be made of. */
  const why = (tables) => (tables.some((table) => config.snapshot?.states[table]?.state === 'failed') ? 'failed' : 'not_configured');
  const missing = (...tables) => element('span', { className: `boards-missing is-${why(tables)}`, text: word(`panel.${why(tables)}`) });
  const none = () => element('span', { className: 'boards-none', text: '—' });
  const known = (value, text = count) => (value === null || value === undefined ? missing() : text(value));

  function fact(label, value, { note = '', kind = '', title = '' } = {}) {
    return element('div', { className: `boards-fact ${kind}`, title }, [
      element('dt', { text: label }),
      element('dd', {}, [value instanceof Node ? value : document.createTextNode(value)]),
      element('dd', { className: 'boards-fact-note' }, [note instanceof Node ? note : document.createTextNode(note)]),
    ]);
  }

  /* Columns: { head, cell(row), isNumber, title }; the first is the row's name. */
  function table(columns, rows, { caption, rowOf = () => ({}) }) {
    const head = columns.map((one) =>
      element('th', { scope: 'col', className: one.isNumber ? 'number' : '', title: one.title || '', text: one.head }),
    );
    const body = rows.map((row) =>
      element(
        'tr',
        rowOf(row),
        columns.map((one, i) => {
          const content = one.cell(row);
          const attributes = i ? { className: one.isNumber ? 'number' : '' } : { scope: 'row' };
          return element(i ? 'td' : 'th', attributes, [content instanceof Node ? content : document.createTextNode(content ?? '—')]);
        }),
      ),
    );
    return element('table', { className: 'source-table boards-table' }, [
      element('caption', { className: 'boards-caption', text: caption }),
      element('thead', {}, [element('tr', {}, head)]),
      element('tbody', {}, body),
    ]);
  }

  const listedOf = (shown, all) =>
    all > shown ? [element('p', { className: 'boards-listed', text: word('boards.listed_of', { n: count(shown), all: count(all) }) })] : [];

  /* A share with its bounds, or why there is none. */
  function rate(one) {
    if (one.value === null) return { value: none(), note: pick(one, 'why') };
    const percent = (x) => `${number(100 * x, 1)}%`;
    const of = word('boards.of', { part: count(one.numerator), all: count(one.denominator) });
    return { value: percent(one.value), note: one.low === null ? of : `${of} · 95% ${percent(one.low)}–${percent(one.high)}` };
  }

  const host = (name) => document.getElementById(`boards-${name}`);
  const fill = (name, ...nodes) => host(name).replaceChildren(...nodes);
  const say = (name, text, kind = 'none') => lookout.panels.said(`boards-${name}`, text, kind);

  lookout.boards = { view, href, link, missing, none, known, why, fact, table, listedOf, rate, host, fill, say, hasClues, show: {} };
})();
