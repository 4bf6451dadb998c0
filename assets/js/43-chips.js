/* What is filtered, in words: the way down (breadcrumb), a chip for each filter, one reset; and notices. */
(() => {
  const lookout = window.lookout;
  const { element, word, config } = lookout;
  const isEnglish = config.lang === 'en';
  const named = (list, code) => {
    const row = list.find((entry) => entry.code === code);
    return row ? row[isEnglish ? 'name_en' : 'name_zh'] || code : code;
  };
  const roundName = (code) => {
    const round = config.rounds.find((r) => r.code === code);
    return round ? word('round.short', { number: round.number }) : code;
  };

  /* 2023-R03, 2023-R04, 2023-R05 -> 第3-5轮 */
  function rounds(codes) {
    const order = config.rounds.map((r) => r.code);
    const at = codes.map((code) => order.indexOf(code)).sort((a, b) => a - b);
    if (at.length > 2 && at[at.length - 1] - at[0] === at.length - 1) {
      return word('round.range', { first: config.rounds[at[0]].number, last: config.rounds[at[at.length - 1]].number });
    }
    return codes.map(roundName).join(word('list.comma'));
  }

  /* What a number of the loop's page counted: a stage or clock, how its clues stand, and whose they are. */
  function cohort(code) {
    const [, name, part, team] = /^(\w+)(?:\.(\w+))?(?:@(\w+))?$/.exec(code) || [null, code];
    if (config.words[`cohort.${name}`] === undefined) return code;
    const stands = part && (config.states[part] || word(`cohort.rest.${part}`));
    return [word(`cohort.${name}`), stands, team].filter(Boolean).join(' · ');
  }

  const TEXT = {
    rounds: (s) => s.rounds.length && rounds(s.rounds),
    dates: (s) => (s.from || s.to) && (s.from === s.to ? s.from : `${s.from || '…'} – ${s.to || '…'}`),
    pollutant: (s) => s.pollutant && word(`pollutant.${s.pollutant}`),
    industry: (s) =>
      s.industry.length && s.industry.map((code) => named(config.industries, code)).join(word('list.comma')),
    category: (s) => s.category.length && s.category.map((code) => config.categoryWords[code]).join(word('list.comma')),
    rule: (s) => s.rule.length && s.rule.map((code) => `${code} ${named(config.rules, code)}`).join(word('list.comma')),
    status: (s) => s.status.length && s.status.map((code) => config.statusWords[code]).join(word('list.comma')),
    severity: (s) => s.severity.length && s.severity.map((code) => word(`severity.${code}`)).join(word('list.comma')),
    stage: (s) => s.stage && cohort(s.stage),
    follow: (s) => s.follow && word('filter.follow'),
  };
  const CLEARS = { dates: ['from', 'to'] };

  function clear(name) {
    const keys = CLEARS[name] || [name];
    lookout.state.set(Object.fromEntries(keys.map((key) => [key, lookout.state.DEFAULTS[key]])));
  }

  function chips(state) {
    const nodes = [];
    for (const [name, text] of Object.entries(TEXT)) {
      const value = text(state);
      if (!value) continue;
      nodes.push(
        element(
          'button',
          {
            type: 'button',
            className: 'chip',
            title: `${word(`chip.${name}`)}: ${value}`,
            'data-chip': name,
            'aria-label': word('chip.remove', { name: word(`chip.${name}`), value }),
            onclick: () => clear(name),
          },
          [
            element('small', { text: name === 'follow' ? '' : word(`chip.${name}`) }),
            element('span', { text: value }),
            element('i', { text: '×', 'aria-hidden': 'true' }),
          ],
        ),
      );
    }
    if (state.region || nodes.length) {
      nodes.push(
        element('button', {
          type: 'button',
          className: 'chip chip-reset',
          text: word('chip.reset'),
          onclick: () => lookout.state.reset(),
        }),
      );
    }
    return nodes;
  }

  function crumbs(state, places) {
    const steps = [{ region: '', label: config.viewer.isWhole ? word('place.country') : config.viewer.scope }];
    if (state.region.startsWith('g:')) steps.push({ region: state.region, label: places.label(state.region) });
    else {
      const index = places.byCode.get(state.region);
      if (index !== undefined)
        for (const i of places.path(index)) steps.push({ region: places.adcode[i], label: places.name(i) });
      else if (state.region) steps.push({ region: state.region, label: places.label(state.region) });
    }
    return steps.flatMap((step, i) => {
      const isLast = i === steps.length - 1;
      const node = element('button', {
        type: 'button',
        className: 'crumb',
        text: step.label,
        'aria-current': isLast ? 'true' : undefined,
        onclick: () => lookout.state.set({ region: step.region }),
      });
      return i ? [element('span', { text: '›', className: 'crumb-step', 'aria-hidden': 'true' }), node] : [node];
    });
  }

  lookout.chips = {
    show(state, places) {
      document.getElementById(`${config.page}-chips`).replaceChildren(...chips(state));
      document.getElementById(`${config.page}-crumbs`).replaceChildren(...crumbs(state, places));
    },
    notice(text) {
      const host = document.getElementById(`${config.page}-notice`);
      if (host) host.textContent = text;
    },
    rounds,
  };
})();
