/* Why a clue was raised: the curve it was seen in, what each kind of data says, what looks like it, what to check. */
(() => {
  const lookout = window.lookout;
  const { element, word, config, number } = lookout;
  const isEnglish = config.lang === 'en';
  const WIDTH = 320;
  const HEIGHT = 84;
  const SVG = 'http://www.w3.org/2000/svg';

  const svg = (tag, attributes, children = []) => {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  const nameOf = (series) => config.words[`evidence.name.${series}`] || series;

  /* Pieces of a line: a hole in the values is a hole in the line. */
  function path(points) {
    let isOpen = false;
    const out = [];
    for (const [x, y] of points) {
      if (y === null) isOpen = false;
      else {
        out.push(`${isOpen ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`);
        isOpen = true;
      }
    }
    return out.join('');
  }

  function curve(series, rows, span) {
    const times = rows.map((row) => Date.parse(`${row.time.replace(' ', 'T')}Z`));
    const [first, last] = [times[0], times[times.length - 1]];
    const top = 1.08 * Math.max(...rows.map((row) => Math.max(row.value || 0, row.limit || 0)), 1e-9);
    const low = Math.min(0, ...rows.map((row) => row.value || 0));
    const x = (time) => (last > first ? ((time - first) / (last - first)) * WIDTH : WIDTH / 2);
    const y = (value) => (value === null ? null : HEIGHT - ((value - low) / (top - low)) * HEIGHT);
    const step = Math.max(1.5, WIDTH / Math.max(rows.length, 1));
    const marks = rows
      .map((row, i) => [row.mark, x(times[i])])
      .filter(([mark]) => mark)
      .map(([, at]) => svg('rect', { x: at, y: 0, width: step, height: HEIGHT, class: 'evidence-mark' }));
    const [from, to] = span.map((text) => Math.min(WIDTH, Math.max(0, x(Date.parse(`${text.replace(' ', 'T')}Z`)))));
    const picture = svg(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', class: 'evidence-curve', role: 'img' },
      [
        svg('rect', { x: from, y: 0, width: Math.max(1, to - from), height: HEIGHT, class: 'evidence-window' }),
        ...marks,
        svg('path', { d: path(rows.map((row, i) => [x(times[i]), y(row.limit)])), class: 'evidence-limit' }),
        svg('path', { d: path(rows.map((row, i) => [x(times[i]), y(row.value)])), class: 'evidence-line' }),
      ],
    );
    const limits = rows.map((row) => row.limit).filter((limit) => limit !== null);
    const told = [
      `${nameOf(series)} ${lookout.unit(rows[0].unit)}`,
      limits.length ? `${word('evidence.limit')} ${number(limits[limits.length - 1], 1)}` : '',
      marks.length ? word(rows.some((row) => row.mark === 'not_observed') ? 'evidence.not_observed' : 'evidence.marked') : '',
    ];
    picture.setAttribute('aria-label', told.filter(Boolean).join(', '));
    return element('figure', { className: 'evidence-figure' }, [
      element('figcaption', {}, [
        element('span', { text: told[0] }),
        ...(told[1] ? [element('span', { className: 'evidence-key-limit', text: told[1] })] : []),
        ...(told[2] ? [element('span', { className: 'evidence-key-mark', text: told[2] })] : []),
        element('span', { className: 'evidence-top', text: number(top / 1.08, 1) }),
      ]),
      picture,
      element('div', { className: 'evidence-ends' }, [
        element('time', { text: rows[0].time.slice(0, 10) }),
        element('time', { text: rows[rows.length - 1].time.slice(0, 10) }),
      ]),
    ]);
  }

  function curves(card) {
    const bySeries = new Map();
    for (const row of card.evidence || []) {
      if (!bySeries.has(row.series)) bySeries.set(row.series, []);
      bySeries.get(row.series).push(row);
    }
    return [...bySeries].map(([series, rows]) => curve(series, rows, [card.window_from, card.window_to]));
  }

  /* How much was looked at, and what came out of it. */
  function detail(one) {
    if (!one.n) return '';
    if (one.value === null) return word(`evidence.detail.${one.kind}`, { n: one.n });
    const key = one.away_km === null ? 'evidence.detail.city' : 'evidence.detail.ratio';
    return word(key, { x: number(one.value, 2), km: one.away_km === null ? '' : number(one.away_km, 1), n: one.n });
  }

  /* The nine kinds, each with its word; no kind is left out, and one that saw nothing says so. */
  function kinds(card) {
    const rows = (card.kinds || []).map((one) =>
      element('li', { className: `says-${one.says}` }, [
        element('span', {}, [
          element('span', { text: word(`evidence.kind.${one.kind}`) }),
          element('small', { text: detail(one) }),
        ]),
        element('b', { text: word(`evidence.says.${one.says}`) }),
      ]),
    );
    const how = (card.kinds || []).flatMap((one) => [
      element('dt', { text: word(`evidence.kind.${one.kind}`) }),
      element('dd', { text: one[isEnglish ? 'how_en' : 'how_zh'] }),
    ]);
    return [
      element('ul', { className: 'evidence-kinds' }, rows),
      element('details', { className: 'evidence-facts evidence-how' }, [
        element('summary', { text: word('evidence.how') }),
        element('dl', {}, how),
      ]),
    ];
  }

  const list = (title, texts) => [
    element('h4', { text: title }),
    element(
      'ul',
      { className: 'evidence-list' },
      texts.map((text) => element('li', { text })),
    ),
  ];

  function facts(card) {
    const rows = Object.entries(JSON.parse(card.facts)).filter(([name, value]) => value !== null && name !== 'candidates');
    return element('details', { className: 'evidence-facts' }, [
      element('summary', { text: word('evidence.facts') }),
      element(
        'dl',
        {},
        rows.flatMap(([name, value]) => [
          element('dt', { text: name }),
          element('dd', { text: typeof value === 'object' ? JSON.stringify(value) : String(value) }),
        ]),
      ),
    ]);
  }

  /* Who may be behind a hot cell, each with the parts of the score; how sure that is stands beside. */
  function candidates(card) {
    const rows = card.candidates || [];
    if (!rows.length) return [];
    const fact = JSON.parse(card.facts);
    const items = rows.map((one) => {
      const parts = [
        word('candidate.share', { share: `${number(100 * one.share, 0)}%` }),
        one.distance_km
          ? word('candidate.distance', { km: number(one.distance_km, 1), deg: number(one.bearing_deg, 0) })
          : word('candidate.inside'),
        word('candidate.wind', { x: number(one.wind_weight, 2) }),
        word(`candidate.emission.${one.emission_basis}`, { kg: number(one.emission_kg_h, 2) }),
        one.signals ? word('candidate.signals', { signals: one.signals }) : word('candidate.no_signal'),
        one.note === 'tall_stack_near' ? word('candidate.tall_stack') : '',
      ];
      return element('li', {}, [
        element('button', {
          type: 'button',
          className: 'source-name',
          text: one.name,
          onclick: () => one.enterprise_idx !== null && lookout.state.set({ sel: `enterprise:${one.enterprise_idx}` }),
        }),
        element('small', { text: parts.filter(Boolean).join(' · ') }),
      ]);
    });
    return [
      element('h4', { text: word('candidate.title', { n: fact.in_reach }) }),
      element('ol', { className: 'evidence-list' }, items),
      element('p', { className: 'card-note', text: word('candidate.doubt', { x: number(fact.doubt, 2) }) }),
    ];
  }

  /* What the machine suggests: whom to send, whether to supervise. A person decides. */
  function suggestions(card) {
    const texts = [];
    if (card.place && !card.why_not)
      texts.push(word('push.suggested', { team: card[isEnglish ? 'push_team_en' : 'push_team_zh'], place: card.place }));
    else if (card.why_not) texts.push(word(`push.why_not.${card.why_not}`));
    if (card.supervision_level)
      texts.push(
        word(card.is_listed ? 'supervision.listed' : 'supervision.order', {
          level: word(`supervision.level.${card.supervision_level}`),
        }),
      );
    return texts.length ? list(word('push.title'), texts) : [];
  }

  function parts(card) {
    const lists = JSON.parse(card.lists || '{}');
    const own = (name) => lists[`${name}_${isEnglish ? 'en' : 'zh'}`] || [];
    const first = [
      element('p', { className: 'evidence-fires', text: card[isEnglish ? 'fires_en' : 'fires_zh'] }),
      ...curves(card),
      element('h4', { text: word('evidence.kinds') }),
      ...kinds(card),
    ];
    const more = [
      ...candidates(card),
      ...suggestions(card),
      ...list(word('evidence.lookalikes'), own('lookalikes')),
      ...list(word('evidence.checklist'), own('checklist')),
      facts(card),
    ];
    return { first, more };
  }

  lookout.evidence = { parts };
})();
