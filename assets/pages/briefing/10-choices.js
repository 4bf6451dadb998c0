/* The choices of the briefing page: recipe, time, region, enterprise. */
(() => {
  const lookout = window.lookout;
  const { config, word, element } = lookout;
  const isEnglish = config.lang === 'en';
  const pick = (row, name) => row[`${name}_${isEnglish ? 'en' : 'zh'}`];

  function labelled(text, control) {
    return element('label', { className: 'briefing-choice' }, [element('span', { text }), control]);
  }

  function option(value, text, chosen) {
    const node = element('option', { value, text });
    node.selected = value === chosen;
    return node;
  }

  function select(chosen, onchange, nodes) {
    const node = element('select', { onchange: (event) => onchange(event.target.value) });
    node.append(...nodes);
    if (![...node.options].some((one) => one.value === chosen) && chosen) node.prepend(option(chosen, chosen, chosen));
    return node;
  }

  /* Months from the first day of the data to the last, the newest first. */
  function months() {
    const out = [];
    let [year, month] = config.lastDay.split('-').map(Number);
    while (out.length < 60) {
      const name = `${year}-${String(month).padStart(2, '0')}`;
      if (name < config.firstDay.slice(0, 7)) break;
      out.push(name);
      month -= 1;
      if (!month) [year, month] = [year - 1, 12];
    }
    return out;
  }

  const roundName = (round) => word('briefing.time.round', { year: round.year, number: round.number });

  function time(recipe, chosen, onchange) {
    if (recipe.period === 'all') return null;
    if (recipe.period === 'day' || recipe.period === 'week') {
      const own = lookout.ask.day({ value: chosen || (config.snapshot?.asOf || '').slice(0, 10), onDay: onchange, className: '' });
      return labelled(word(recipe.period === 'week' ? 'briefing.choose.week' : 'briefing.choose.day'), own);
    }
    const rounds = [...config.rounds].reverse().map((round) => option(round.code, roundName(round), chosen));
    const groups = [option('', word('briefing.choose.last'), chosen)];
    if (recipe.period === 'month') {
      const own = element('optgroup', { label: word('briefing.choose.month') });
      own.append(...months().map((name) => option(name, name, chosen)));
      groups.push(own);
    }
    const ofRounds = element('optgroup', { label: word('briefing.choose.rounds') });
    ofRounds.append(...rounds);
    return labelled(word('briefing.choose.time'), select(chosen, onchange, [...groups, ofRounds]));
  }

  function region(recipe, places, chosen, onchange) {
    if (recipe.region === 'none') return null;
    const provinces = [];
    for (let i = 0; i < places.length; i++) if (places.level[i] === 0) provinces.push(i);
    const isCity = recipe.region === 'city';
    const first = option('', isCity ? word('briefing.choose.a_city') : word('place.country'), chosen);
    const groups = isCity ? [] : [
      element('optgroup', { label: word('region.groups') }, config.groups.map((group) => option(`g:${group.code}`, pick(group, 'name'), chosen))),
      element('optgroup', { label: word('region.provinces') }, provinces.map((i) => option(places.adcode[i], places.name(i), chosen))),
    ]; // prettier-ignore
    const cities = provinces.flatMap((province) => {
      const own = places.children.get(province) || [];
      if (!own.length) return [];
      return [element('optgroup', { label: places.name(province) }, own.map((i) => option(places.adcode[i], places.name(i), chosen)))];
    });
    return labelled(word('briefing.choose.region'), select(chosen, onchange, [first, ...groups, ...cities]));
  }

  function enterprise(recipe, chosen, onchange) {
    if (recipe.region !== 'none') return null;
    const names = element('datalist', { id: 'briefing-enterprises' });
    const input = element('input', {
      type: 'search',
      list: 'briefing-enterprises',
      value: chosen,
      placeholder: word('briefing.choose.enterprise_hint'),
      onchange: (event) => onchange(event.target.value.trim()),
      oninput: async (event) => {
        const found = await lookout.data.json(`enterprises.json?${new URLSearchParams({ q: event.target.value.trim(), lang: config.lang })}`);
        names.replaceChildren(...found.map((one) => element('option', { value: one.id, text: `${one.name} · ${one.note}` })));
      },
    });
    return labelled(word('briefing.choose.enterprise'), element('span', {}, [input, names]));
  }

  lookout.briefing = { labelled, option, select, time, region, enterprise, pick };
})();
