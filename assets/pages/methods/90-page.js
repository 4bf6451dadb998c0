/* The methods page: what every rule says, with which numbers, and how often it was right. */
(() => {
  const lookout = window.lookout;
  const { config, element, word, count, number, pick, ask } = lookout;
  const { interval, sparkline, falseAlarms, causeBars, reliability, binTable } = lookout.methods;
  const isEnglish = config.lang === 'en';
  const view = { search: '', category: '', rule: '' };
  const address = ask.address(view);
  let rules = [];
  let calibration = {};

  const verdicts = (rule) => rule.rounds.reduce((sum, [, , n]) => sum + n, 0);
  const confirmed = (rule) => rule.rounds.reduce((sum, [, , , n]) => sum + n, 0);

  function shown() {
    const needle = view.search.trim().toLowerCase();
    return rules.filter(
      (rule) =>
        (!view.category || rule.category === view.category) &&
        (!needle || `${rule.code} ${rule.name_zh} ${rule.name_en}`.toLowerCase().includes(needle)),
    );
  }

  const planted = (rule) =>
    rule.positives
      ? word('methods.planted', {
          found: rule.positives_found,
          positives: rule.positives,
          refused: rule.lookalikes_refused,
          lookalikes: rule.lookalikes,
        })
      : word('methods.no_truth');

  const isClean = (rule) =>
    rule.positives === rule.positives_found &&
    rule.lookalikes === rule.lookalikes_refused &&
    rule.negatives === rule.negatives_refused;

  function cells(rule) {
    const all = verdicts(rule);
    const part = confirmed(rule);
    return [
      element('th', { scope: 'row', text: rule.code }),
      element('td', {}, [
        element('button', {
          type: 'button',
          className: 'source-name',
          text: pick(rule, 'name'),
          onclick: () => choose(rule.code),
        }),
        element('small', { text: config.categoryWords[rule.category] }),
      ]),
      element('td', { text: word(`severity.${rule.severity}`) }),
      element('td', { className: rule.positives ? (isClean(rule) ? 'methods-clean' : 'methods-missed') : '' }, [
        element('span', { text: planted(rule) }),
      ]),
      element('td', { className: 'number', text: rule.findings_now ? count(rule.findings_now) : '—' }),
      element('td', { className: 'number', text: all ? `${count(part)} / ${count(all)}` : '—' }),
      element('td', {}, [interval(part, all)]),
      element('td', {}, [sparkline(rule)]),
      element('td', { text: rule.version }),
    ];
  }

  function table() {
    const rows = shown();
    const names = ['code', 'name', 'severity', 'planted', 'now', 'verdicts', 'precision', 'trend', 'version'];
    const heads = names.map((name) => element('th', { scope: 'col', text: word(`methods.column.${name}`) }));
    const body = rows.map((rule) =>
      element(
        'tr',
        { className: rule.code === view.rule ? 'source-row chosen' : 'source-row', 'data-rule': rule.code },
        cells(rule),
      ),
    );
    document
      .getElementById('methods-table')
      .replaceChildren(
        element('table', { className: 'source-table' }, [
          element('thead', {}, [element('tr', {}, heads)]),
          element('tbody', {}, body),
        ]),
      );
    lookout.panels.said('methods-table', rows.length ? '' : word('panel.none'));
  }

  function tally() {
    const sum = (name) => rules.reduce((total, rule) => total + (rule[name] || 0), 0);
    const tile = (key, value, sub) => ask.tile(word(`methods.tally.${key}`), value, sub);
    const all = rules.reduce((total, rule) => total + verdicts(rule), 0);
    const part = rules.reduce((total, rule) => total + confirmed(rule), 0);
    const isKnown = sum('positives') > 0;
    const of = (a, b) => (isKnown ? `${count(sum(a))} / ${count(sum(b))}` : '—');
    document.getElementById('methods-tally').replaceChildren(
      tile(
        'rules',
        count(rules.length),
        word('methods.tally.rules_sub', { n: rules.filter((r) => r.findings_now).length }),
      ),
      tile('findings', count(sum('findings_now')), word('methods.tally.findings_sub')),
      tile(
        'precision',
        lookout.percent(part, all, 1),
        word('methods.tally.precision_sub', { n: count(part), all: count(all) }),
      ),
      tile('planted', of('positives_found', 'positives'), word('methods.tally.planted_sub')),
      tile(
        'refused',
        of('lookalikes_refused', 'lookalikes'),
        isKnown
          ? word('methods.tally.refused_sub', { n: count(sum('negatives_refused')), all: count(sum('negatives')) })
          : '',
      ),
      tile(
        'true',
        isKnown ? `${count(sum('findings_true'))} / ${count(sum('findings') - sum('findings_elsewhere'))}` : '—',
        isKnown ? word('methods.tally.true_sub', { n: count(sum('findings_elsewhere')) }) : '',
      ),
    );
  }

  function chips() {
    const chip = (category) =>
      element('button', {
        type: 'button',
        className: 'chip',
        text: config.categoryWords[category],
        'aria-pressed': String(view.category === category),
        onclick: () => set({ category: view.category === category ? '' : category }),
      });
    const categories = config.categories.filter((category) => rules.some((rule) => rule.category === category));
    document.getElementById('methods-groups').replaceChildren(...categories.map(chip));
  }

  function set(patch) {
    Object.assign(view, patch);
    address.write();
    chips();
    table();
  }

  function choose(code) {
    set({ rule: view.rule === code ? '' : code });
    detail();
  }

  const list = (title, texts) =>
    texts.length
      ? [
          element('h4', { text: title }),
          element(
            'ul',
            {},
            texts.map((text) => element('li', { text })),
          ),
        ]
      : [];

  function parameters(rule) {
    const rows = Object.entries(rule.parameters);
    if (!rows.length) return [];
    const head = ['value', 'meaning', 'basis'].map((name) =>
      element('th', { scope: 'col', text: word(`methods.parameter.${name}`) }),
    );
    const body = rows.map(([name, one]) =>
      element('tr', {}, [
        element('td', { className: 'number', text: `${one.default}${one.unit ? ` ${lookout.unit(one.unit)}` : ''}` }),
        element('td', {}, [
          element('span', { text: pick(one, 'meaning') }),
          element('small', { text: name, className: 'methods-name' }),
        ]),
        element('td', {}, [
          element('span', { className: `methods-basis basis-${one.basis}`, text: word(`methods.basis.${one.basis}`) }),
        ]),
      ]),
    );
    return [
      element('h4', { text: word('methods.parameters') }),
      element('table', { className: 'source-table' }, [
        element('thead', {}, [element('tr', {}, head)]),
        element('tbody', {}, body),
      ]),
    ];
  }

  function profiles(rule) {
    const name = (code) => {
      const group = config.groups.find((one) => one.code === code);
      return group ? pick(group, 'name') : code;
    };
    const since = (own) =>
      own.valid_from && word(`methods.profile.${own.is_used ? 'used' : 'to_come'}`, { day: own.valid_from });
    /* Snapshots of before tell the values alone. */
    const told = ([code, own]) => {
      const values = Object.entries(own.values || own).map(([key, value]) => `${key} = ${value}`);
      const ground = own.values ? [since(own), word(`methods.basis.${own.basis}`), pick(own, 'why')] : [];
      return [`${name(code)}: ${values.join(', ')}`, ...ground].filter(Boolean).join(' · ');
    };
    const texts = Object.entries(rule.profiles).map(told);
    return list(word('methods.profiles'), texts);
  }

  function rounds(rule) {
    const byRound = new Map(rule.rounds.map(([round, , all, part]) => [round, [part, all]]));
    const body = config.rounds
      .filter((round) => byRound.has(round.idx))
      .map((round) => {
        const [part, all] = byRound.get(round.idx);
        return element('tr', {}, [
          element('th', { scope: 'row', text: round.code }),
          element('td', { className: 'number', text: `${count(part)} / ${count(all)}` }),
          element('td', {}, [interval(part, all)]),
        ]);
      });
    return body.length
      ? [
          element('h4', { text: word('methods.by_round') }),
          element('table', { className: 'source-table' }, [element('tbody', {}, body)]),
        ]
      : [];
  }

  /* What the page shows while no rule is chosen: whether scores mean what they say, and what false alarms were. */
  function overview(host) {
    const bases = ['verdicts', 'rules', 'attribution'];
    const total = new Map();
    for (const rule of rules) for (const [cause, n] of rule.causes) total.set(cause, (total.get(cause) || 0) + n);
    const causes = [...total].sort((one, other) => other[1] - one[1]);
    const worst = rules.filter((rule) => rule.causes.length);
    host.replaceChildren(
      element('p', { className: 'sources-hint', text: word('methods.choose') }),
      element('h3', { text: word('methods.calibration') }),
      element('p', { className: 'methods-facts', text: word('methods.calibration.note') }),
      element(
        'div',
        { className: 'reliability-row' },
        bases.map((basis) => reliability(basis, calibration[basis])),
      ),
      element('details', { className: 'methods-text' }, [
        element('summary', { text: word('methods.calibration.numbers') }),
        ...bases.filter((basis) => calibration[basis].length).map((basis) => binTable(basis, calibration[basis])),
      ]),
      ...falseAlarms(causes),
      ...worst.flatMap((rule) => [
        element('h5', { text: `${rule.code} ${pick(rule, 'name')}` }),
        causeBars(rule.causes),
      ]),
    );
  }

  /* How far off the onset was, where planted cases are known. */
  const onsetError = (rule) =>
    rule.onset_error_h === null
      ? []
      : [`${word('methods.onset_error')} ${word('methods.hours', { h: number(rule.onset_error_h, 0) })}`];

  function detail() {
    const host = document.getElementById('methods-detail');
    const rule = rules.find((one) => one.code === view.rule);
    if (!rule) {
      overview(host);
      return;
    }
    const own = (name) => rule.lists[`${name}_${isEnglish ? 'en' : 'zh'}`];
    host.replaceChildren(
      element('h3', { text: `${rule.code} ${pick(rule, 'name')}` }),
      element('p', {
        className: 'methods-facts',
        text: [
          config.categoryWords[rule.category],
          word(`severity.${rule.severity}`),
          `${word('methods.column.version')} ${rule.version}`,
          word('methods.since', { day: rule.valid_from }),
          ...onsetError(rule),
        ].join(' · '),
      }),
      element('h4', { text: word('methods.fires') }),
      element('p', { className: 'methods-fires', text: pick(rule, 'fires') }),
      ...list(word('methods.evidence'), own('evidence')),
      ...list(word('methods.lookalikes'), own('lookalikes')),
      ...list(word('methods.checklist'), own('checklist')),
      ...list(word('methods.law'), rule.lists.law),
      ...parameters(rule),
      ...profiles(rule),
      ...rounds(rule),
      ...falseAlarms(rule.causes),
      element('details', { className: 'methods-text' }, [
        element('summary', { text: word('methods.text') }),
        element('pre', { text: rule.text }),
      ]),
    );
    host.scrollTop = 0;
  }

  async function start() {
    await ask.onScreen('methods-detail');
    lookout.wireShell();
    address.read();
    document.getElementById('methods-search').replaceChildren(ask.search(word('methods.search'), view.search, (search) => set({ search })));
    await ask.settled({ turn: 1, isLast: () => true, panels: ['methods-table'] }, async () => {
      ({ rules, calibration } = await lookout.data.json('methods.json'));
      tally();
      chips();
      table();
      detail();
    });
  }

  if (config.page === 'methods' && config.dataRoot) start();
})();
