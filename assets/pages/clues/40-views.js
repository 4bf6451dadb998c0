/* Views of the list: the house's own with their counts, and those that somebody named; and the search. */
(() => {
  const lookout = window.lookout;
  const { element, word, count } = lookout;
  const VIEWS = ['queue', 'overdue', 'unassigned', 'mine', 'all'];
  let saved = [];

  const chosen = () => lookout.state.get().view || 'queue';

  function tabs(counts) {
    const isLost = counts && !counts.all && lookout.kpis.missing('clues');
    const told = (name) => (isLost ? '—' : counts ? count(counts[name]) : '…');
    document.getElementById('clues-views').replaceChildren(
      ...VIEWS.map((name) =>
        element(
          'button',
          {
            type: 'button',
            className: 'clues-view',
            'data-view': name,
            'aria-pressed': String(chosen() === name),
            title: word(`clues.view.${name}.hint`),
            onclick: () => lookout.state.set({ view: name === 'queue' ? '' : name }),
          },
          [element('span', { text: word(`clues.view.${name}`) }), element('b', { text: told(name) })],
        ),
      ),
    );
  }

  function query() {
    const { view, q, sort } = lookout.state.get();
    const own = new URLSearchParams({ ...(view && { view }), ...(q && { q }), ...(sort && { sort }) }).toString();
    return [lookout.state.dataQuery(), own].filter(Boolean).join('&');
  }

  const go = (text) => window.location.assign(lookout.clues.link('/clues', new URLSearchParams(text)));

  function mine() {
    const nodes = saved.map((one) =>
      element('span', { className: 'chip clues-saved-view' }, [
        element('button', { type: 'button', className: 'clues-saved-open', text: one.name, title: one.query, onclick: () => go(one.query) }),
        element('button', { type: 'button', className: 'clues-saved-drop', text: '×', 'aria-label': word('clues.saved_drop', { name: one.name }), onclick: () => keep(one.name, null) }),
      ]),
    );
    nodes.push(element('button', { type: 'button', className: 'chip', id: 'clues-save', text: word('clues.saved_new'), onclick: name }));
    document.getElementById('clues-saved').replaceChildren(...nodes);
  }

  /* The name of a new view is asked for in the place of its button. */
  function name() {
    const input = element('input', { className: 'search-input clues-save-name', maxlength: '60', 'aria-label': word('clues.saved_name'), placeholder: word('clues.saved_name') });
    const form = element('form', { className: 'clues-save' }, [input, element('button', { type: 'submit', className: 'chip', text: word('clues.saved_keep') })]);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (input.value.trim()) keep(input.value.trim(), query());
    });
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      mine();
    });
    document.getElementById('clues-save').replaceWith(form);
    input.focus();
  }

  async function keep(viewName, text) {
    try {
      saved = (await lookout.work.post('views', { name: viewName, query: text })).saved;
      mine();
    } catch (error) {
      lookout.clues.notice(error.message);
    }
  }

  async function look() {
    try {
      const answer = await lookout.work.get('views', lookout.clueList.query());
      saved = answer.saved;
      tabs(answer.counts);
      if (!document.querySelector('.clues-save')) mine();
    } catch (error) {
      lookout.clues.notice(error.message);
    }
  }

  function search() {
    const input = element('input', {
      type: 'search',
      className: 'search-input',
      value: lookout.state.get().q,
      placeholder: word('clues.search'),
      'aria-label': word('clues.search'),
      'aria-keyshortcuts': '/',
    });
    let waiting = null;
    input.addEventListener('input', () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => lookout.state.set({ q: input.value.trim() }), 250);
    });
    input.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown' || event.key === 'Enter') {
        event.preventDefault();
        lookout.clueList.first();
      }
    });
    document.getElementById('clues-search').replaceChildren(input);
  }

  lookout.clueViews = { tabs, look, search };
})();
