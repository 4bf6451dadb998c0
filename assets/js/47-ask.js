/* What pages ask with, and keep in their address: choices, chips, days, search. One of each, for all pages. */
(() => {
  const lookout = window.lookout;
  const { config, word, element } = lookout;
  const pick = (row, name) => row[`${name}_${config.lang === 'en' ? 'en' : 'zh'}`];

  /* The address of a page that shows `view`; what is as at first is not written. Names and codes stay readable. */
  function address(view, first = {}) {
    const isFirst = (name) => view[name] === (first[name] ?? '');
    return {
      read() {
        const given = new URLSearchParams(window.location.search);
        for (const name of Object.keys(view)) view[name] = given.get(name) || first[name] || '';
      },
      write(isStep = false) {
        const out = new URLSearchParams(window.location.search);
        for (const name of Object.keys(view)) isFirst(name) ? out.delete(name) : out.set(name, view[name]);
        const text = out.toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
        window.history[isStep ? 'pushState' : 'replaceState'](null, '', text ? `?${text}` : window.location.pathname);
      },
    };
  }

  /* A query of those that say something. */
  function query(values) {
    return new URLSearchParams(Object.entries(values).filter(([, value]) => value)).toString();
  }

  const labelled = (label, nodes, tag = 'span') => element(tag, { className: 'ask' }, [element('span', { text: label }), ...nodes]);

  function select(label, value, options, onChoice) {
    const node = element(
      'select',
      { className: 'ask-input', 'aria-label': label, onchange: (event) => onChoice(event.target.value) },
      options.map(([code, text]) => element('option', { value: code, text, ...(code === value ? { selected: '' } : {}) })),
    );
    return labelled(label, [node], 'label');
  }

  /* One of several, all in sight. The one that has the focus keeps it when the row is drawn anew. */
  function chips(label, value, options, onChoice, className = '') {
    return element(
      'div',
      { className: `ask-chips ${className}`, role: 'group', 'aria-label': label },
      options.map(([code, text]) =>
        element('button', { type: 'button', className: 'chip', 'aria-pressed': String(code === value), 'data-tab': code, text, onclick: () => onChoice(code) }),
      ),
    );
  }

  /* Two days; `days` are texts as the address has them, `names` say which is first and last. */
  function span(label, days, names, onDay) {
    const input = (i) => lookout.ask.day({ label: names[i], value: days[i], onDay: (iso) => onDay(i, iso) });
    return labelled(label, [input(0), element('span', { text: '–', 'aria-hidden': 'true' }), input(1)]);
  }

  function search(label, value, onText) {
    return element('input', { type: 'search', className: 'search-input', value, 'aria-label': label, oninput: (event) => onText(event.target.value) });
  }

  /* The country, groups of cities, provinces, and whatever else is chosen. */
  function regions(places, chosen) {
    const provinces = Array.from({ length: places.length }, (_, i) => i).filter((i) => places.level[i] === 0 && places.byCode.get(places.adcode[i]) === i);
    const own = [
      ['', word('place.country')],
      ...config.groups.map((group) => [`g:${group.code}`, pick(group, 'name')]),
      ...provinces.map((i) => [places.adcode[i], places.name(i)]),
    ];
    return own.some(([code]) => code === chosen) ? own : [...own, [chosen, places.label(chosen)]];
  }

  const industries = (all) => [['', all], ...config.industries.map((one) => [one.code, pick(one, 'name')])];

  /* A row of controls drawn anew; the focus stays on the control of the same name. */
  function fillRow(host, ...nodes) {
    const was = host.contains(document.activeElement) ? document.activeElement : null;
    const nameOf = (node) => node.dataset.tab ?? node.getAttribute('aria-label');
    host.replaceChildren(...nodes);
    if (!was) return;
    const same = [...host.querySelectorAll(was.tagName)].find((node) => nameOf(node) === nameOf(was));
    same?.focus();
  }

  /* A figure on a tile: what it is, the number, and of how many. */
  function tile(label, value, sub) {
    return element('div', { className: 'panel kpi' }, [
      element('span', { className: 'kpi-label', text: label }),
      element('b', { className: 'kpi-value', text: value }),
      element('small', { className: 'kpi-sub', text: sub }),
    ]);
  }

  /* Resolves when the page's last part is on the screen. */
  const onScreen = (id) =>
    new Promise((resolve) => {
      const look = () => (document.getElementById(id) ? resolve() : requestAnimationFrame(look));
      look();
    });

  /* Work whose failure the panels tell; a question that a later one has overtaken tells nothing. */
  async function settled({ turn, isLast, panels }, work) {
    try {
      await work();
      if (isLast()) document.documentElement.dataset.settled = String(turn);
      return true;
    } catch (error) {
      console.error(error);
      if (!isLast()) return true;
      for (const id of panels) lookout.panels.said(id, word('panel.failed'), 'failed');
      document.documentElement.dataset.settled = 'failed';
      return false;
    }
  }

  lookout.pick = pick;
  lookout.ask = { address, query, labelled, select, chips, span, search, regions, industries, fillRow, tile, onScreen, settled };
})();
