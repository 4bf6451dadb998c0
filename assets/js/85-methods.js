/* The methods page: what every rule says, with which numbers, and how often it was right. */
(() => {
  const lookout = window.lookout;
  const { config, element, word, count, number } = lookout;
  const isEnglish = config.lang === 'en';
  const pick = (row, name) => row[`${name}_${isEnglish ? 'en' : 'zh'}`];
  const LEAST = 20;
  const Z = 1.96;
  const view = { search: '', category: '', rule: '' };
  const SVG = 'http://www.w3.org/2000/svg';
  const SIDE = 200;
  let rules = [];
  let calibration = {};

  /* The interval of Wilson: honest for few cases and for shares near 0 and 1. */
  function wilson(part, all) {
    const share = part / all;
    const middle = (share + (Z * Z) / (2 * all)) / (1 + (Z * Z) / all);
    const half = (Z / (1 + (Z * Z) / all)) * Math.sqrt((share * (1 - share)) / all + (Z * Z) / (4 * all * all));
    return [Math.max(0, middle - half), Math.min(1, middle + half)];
  }

  const verdicts = (rule) => rule.rounds.reduce((sum, [, , n]) => sum + n, 0);
  const confirmed = (rule) => rule.rounds.reduce((sum, [, , , n]) => sum + n, 0);
  const percent = (share) => `${number(100 * share, 0)}%`;

  /* A bar of the interval with a tick at the share; nothing below 20. */
  function interval(part, all) {
    if (all < LEAST) return element('span', { className: 'methods-few', text: all ? word('methods.few') : '—' });
    const [low, high] = wilson(part, all);
    const band = element('i', { className: 'methods-band' });
    band.style.left = `${100 * low}%`;
    band.style.width = `${100 * (high - low)}%`;
    const tick = element('i', { className: 'methods-tick' });
    tick.style.left = `${(100 * part) / all}%`;
    return element('span', { className: 'methods-interval' }, [
      element('span', { className: 'methods-scale', 'aria-hidden': 'true' }, [band, tick]),
      element('span', { className: 'number', text: `${percent(part / all)} (${percent(low)}–${percent(high)})` }),
    ]);
  }

  /* One column a round: height is the share confirmed; hatched where fewer than 20 have a verdict. */
  function sparkline(rule) {
    const byRound = new Map(rule.rounds.map(([round, , all, part]) => [round, [part, all]]));
    const bars = config.rounds.map((round) => {
      const [part, all] = byRound.get(round.idx) || [0, 0];
      const bar = element('i', { className: all < LEAST ? 'is-few' : '', title: `${round.code} ${part}/${all}` });
      bar.style.height = `${all ? Math.max(8, (100 * part) / all) : 4}%`;
      return bar;
    });
    return element('span', { className: 'methods-spark', role: 'img', 'aria-label': word('methods.by_round') }, bars);
  }

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
    const tile = (key, value, sub) =>
      element('div', { className: 'panel kpi' }, [
        element('span', { className: 'kpi-label', text: word(`methods.tally.${key}`) }),
        element('b', { className: 'kpi-value', text: value }),
        element('small', { className: 'kpi-sub', text: sub }),
      ]);
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
    const out = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(view))
      if (value) out.set(name, value);
      else out.delete(name);
    window.history.replaceState(null, '', `${window.location.pathname}${out.size ? `?${out}` : ''}`);
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
        element('td', { className: 'number', text: `${one.default}${one.unit ? ` ${one.unit}` : ''}` }),
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
    const texts = Object.entries(rule.profiles).map(
      ([code, values]) =>
        `${name(code)}: ${Object.entries(values)
          .map(([key, value]) => `${key} = ${value}`)
          .join(', ')}`,
    );
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

  const svg = (tag, attributes) => {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };

  /* Mean score of a bin against the share that was true, with the interval; hollow where the bin holds fewer than 20. */
  function reliability(basis, bins) {
    const all = bins.reduce((sum, bin) => sum + bin.n, 0);
    const part = bins.reduce((sum, bin) => sum + bin.n_true, 0);
    const y = (share) => SIDE * (1 - share);
    const marks = bins.flatMap((bin) => {
      const at = SIDE * bin.mean_score;
      const [low, high] = wilson(bin.n_true, bin.n);
      const kind = bin.n < LEAST ? ' is-few' : '';
      return [
        svg('line', { x1: at, x2: at, y1: y(low), y2: y(high), class: `reliability-range${kind}` }),
        svg('circle', { cx: at, cy: y(bin.n_true / bin.n), r: 4, class: `reliability-dot${kind}` }),
      ];
    });
    const picture = svg('svg', { viewBox: `-44 -8 ${SIDE + 56} ${SIDE + 32}`, class: 'reliability', role: 'img' });
    const tick = (text, x, at, anchor) => {
      const node = svg('text', { x, y: at, 'text-anchor': anchor });
      node.textContent = text;
      return node;
    };
    picture.setAttribute('aria-label', `${word(`methods.calibration.${basis}`)}: ${bins.map(binText).join('; ')}`);
    picture.append(
      svg('rect', { x: 0, y: 0, width: SIDE, height: SIDE, class: 'reliability-frame' }),
      ...[0.25, 0.5, 0.75].map((share) =>
        svg('line', { x1: 0, x2: SIDE, y1: y(share), y2: y(share), class: 'reliability-grid' }),
      ),
      svg('line', { x1: 0, x2: SIDE, y1: SIDE, y2: 0, class: 'reliability-ideal' }),
      ...[0, 0.5, 1].map((share) => tick(`${100 * share}%`, -4, y(share) + 5, 'end')),
      ...[0, 0.5, 1].map((score) => tick(number(score, 1), SIDE * score, SIDE + 18, 'middle')),
      ...marks,
    );
    return element('figure', { className: 'reliability-figure' }, [
      element('figcaption', {}, [
        element('b', { text: word(`methods.calibration.${basis}`) }),
        element('small', {
          text: all
            ? word('methods.calibration.of', { n: count(part), all: count(all), share: percent(part / all) })
            : word('methods.calibration.none'),
        }),
      ]),
      ...(all ? [picture] : []),
    ]);
  }

  const binText = (bin) =>
    `${(bin.bin / 10).toFixed(1)}–${((bin.bin + 1) / 10).toFixed(1)}: ${count(bin.n_true)}/${count(bin.n)}`;

  /* The same numbers to read: bin, true of all, share with its interval, or too few. */
  function binTable(basis, bins) {
    const rows = bins.map((bin) =>
      element('tr', {}, [
        element('th', { scope: 'row', text: binText(bin).split(':')[0] }),
        element('td', { className: 'number', text: `${count(bin.n_true)} / ${count(bin.n)}` }),
        element('td', {}, [interval(bin.n_true, bin.n)]),
      ]),
    );
    return element('table', { className: 'source-table' }, [
      element('caption', { text: word(`methods.calibration.${basis}`) }),
      element('tbody', {}, rows),
    ]);
  }

  /* Causes as bars of their share of all false alarms named here; what has no cause says so. */
  function causeBars(causes) {
    const all = causes.reduce((sum, [, n]) => sum + n, 0);
    return element(
      'ul',
      { className: 'methods-causes' },
      causes.map(([cause, n]) => {
        const bar = element('i', { 'aria-hidden': 'true' });
        bar.style.width = `${(100 * n) / all}%`;
        return element('li', { className: cause ? '' : 'is-unknown' }, [
          element('span', { text: word(cause ? `methods.cause.${cause}` : 'methods.cause.none') }),
          element('span', { className: 'methods-cause-bar' }, [bar]),
          element('b', { text: all < LEAST ? count(n) : `${count(n)} · ${percent(n / all)}` }),
        ]);
      }),
    );
  }

  function falseAlarms(causes) {
    const all = causes.reduce((sum, [, n]) => sum + n, 0);
    return [
      element('h4', { text: word('methods.causes') }),
      element('p', {
        className: 'methods-facts',
        text: all ? word('methods.causes.of', { n: count(all) }) : word('methods.causes.no'),
      }),
      ...(all ? [causeBars(causes)] : []),
    ];
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
    while (!document.getElementById('methods-detail')) await new Promise((resolve) => requestAnimationFrame(resolve));
    lookout.wireShell();
    const given = new URLSearchParams(window.location.search);
    for (const name of Object.keys(view)) view[name] = given.get(name) || '';
    const input = element('input', {
      type: 'search',
      className: 'search-input',
      value: view.search,
      'aria-label': word('methods.search'),
      oninput: (event) => set({ search: event.target.value }),
    });
    document.getElementById('methods-search').replaceChildren(input);
    try {
      ({ rules, calibration } = await lookout.data.json('methods.json'));
      tally();
      chips();
      table();
      detail();
      document.documentElement.dataset.settled = '1';
    } catch (error) {
      console.error(error);
      lookout.panels.said('methods-table', word('panel.failed'), 'failed');
      document.documentElement.dataset.settled = 'failed';
    }
  }

  if (config.page === 'methods' && config.dataRoot) start();
})();
