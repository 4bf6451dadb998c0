/* The house's filters on the loop's page: region, rounds, rule, category, days. The address is the state. */
(() => {
  const lookout = window.lookout;
  const { config, element, word } = lookout;
  const { loop } = lookout;
  const name = (row) => row[loop.isEnglish ? 'name_en' : 'name_zh'];

  /* Groups, provinces and their cities; counties follow from the breakdown. */
  function regions(places, chosen, onchange) {
    const select = element('select', { className: 'loop-select', 'aria-label': word('filter.region'), onchange });
    const option = (value, text) => {
      const node = element('option', { value, text });
      node.selected = value === chosen;
      return node;
    };
    select.append(option('', word('place.country')));
    select.append(
      element('optgroup', { label: word('region.groups') }, config.groups.map((group) => option(`g:${group.code}`, name(group)))),
    );
    const provinces = [];
    for (let i = 0; i < places.length; i++) if (places.level[i] === 0) provinces.push(i);
    select.append(
      element('optgroup', { label: word('region.provinces') }, provinces.map((i) => option(places.adcode[i], places.name(i)))),
    );
    for (const province of provinces) {
      const cities = (places.children.get(province) || []).filter((i) => places.byCode.get(places.adcode[i]) === i);
      if (cities.length)
        select.append(element('optgroup', { label: places.name(province) }, cities.map((i) => option(places.adcode[i], places.name(i)))));
    }
    if (chosen && ![...select.options].some((one) => one.selected && one.value === chosen)) {
      const at = places.byCode.get(chosen);
      const node = option(chosen, at === undefined ? chosen : places.name(at));
      select.prepend(node);
    }
    return select;
  }

  /* A list to tick, behind a button that says how many are. */
  function ticks(key, label, choices, changed) {
    const chosen = new Set((loop.get(key) || '').split(',').filter(Boolean));
    const badge = element('span', { className: 'filter-count', text: chosen.size ? String(chosen.size) : '' });
    const boxes = choices.map(([value, text]) => {
      const box = element('input', {
        type: 'checkbox',
        value,
        onchange: () => {
          if (box.checked) chosen.add(value);
          else chosen.delete(value);
          badge.textContent = chosen.size ? String(chosen.size) : '';
          changed({ [key]: [...chosen].sort().join(',') });
        },
      });
      box.checked = chosen.has(value);
      return element('label', { className: 'loop-tick-label' }, [box, element('span', { text })]);
    });
    const details = element('details', { className: 'loop-menu', 'data-menu': key }, [
      element('summary', { className: 'filter-button' }, [element('span', { text: label }), badge]),
      element('div', { className: 'loop-menu-list' }, boxes),
    ]);
    details.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !details.open) return;
      details.open = false;
      details.querySelector('summary').focus();
    });
    return details;
  }

  function day(key, label, changed) {
    return lookout.ask.day({ label, value: loop.get(key), onDay: (iso) => changed({ [key]: iso }) });
  }

  const roundName = (row) => word('round.name', { number: row.number, year: row.year });

  loop.filterBar = (host, places, changed) => {
    const others = loop.FILTERS.slice(6).filter((key) => loop.get(key));
    const nodes = [
      regions(places, loop.get('region'), (event) => changed({ region: event.target.value })),
      ticks('rounds', word('filter.rounds'), config.rounds.map((row) => [row.code, roundName(row)]), changed),
      ticks('rule', word('loop.filter.rule'), config.rules.map((row) => [row.code, `${row.code} ${name(row)}`]), changed),
      ticks('category', word('filter.category'), config.categories.map((code) => [code, config.categoryWords[code]]), changed),
      day('from', word('loop.filter.from'), changed),
      element('span', { text: '–', 'aria-hidden': 'true' }),
      day('to', word('loop.filter.to'), changed),
    ];
    if (others.length) nodes.push(element('span', { className: 'loop-note', text: word('loop.filter.others', { n: others.length }) }));
    if (loop.FILTERS.some((key) => loop.get(key)))
      nodes.push(
        element('button', {
          type: 'button',
          className: 'chip chip-reset',
          text: word('chip.reset'),
          onclick: () => changed(Object.fromEntries(loop.FILTERS.map((key) => [key, '']))),
        }),
      );
    host.replaceChildren(...nodes);
  };

  /* A menu closes when the press goes elsewhere. */
  document.addEventListener('click', (event) => {
    for (const menu of document.querySelectorAll('.loop-menu[open]')) if (!menu.contains(event.target)) menu.open = false;
  });
})();
