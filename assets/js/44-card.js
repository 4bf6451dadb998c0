/* The card of what was picked on the map: what is known, how old it is, and what it does not say. */
(() => {
  const lookout = window.lookout;
  const { element, word, config, isoOf } = lookout;
  const isEnglish = config.lang === 'en';
  const pick = (card, name) => card[`${name}_${isEnglish ? 'en' : 'zh'}`] || '';
  const host = () => document.getElementById('situation-card');
  let wanted = 0;

  const line = (label, value) =>
    value === '' || value === null || value === undefined
      ? []
      : [element('dt', { text: label }), element('dd', { text: String(value) })];
  const where = (card) => [pick(card, 'city'), pick(card, 'county')].filter(Boolean).join(isEnglish ? ', ' : '');

  function show(title, subtitle, lines, more = [], first = []) {
    const close = element('button', {
      type: 'button',
      className: 'card-close',
      text: '×',
      title: word('card.close'),
      onclick: () => lookout.card.close(),
    });
    host().replaceChildren(
      close,
      element('h3', { text: title }),
      element('p', { text: subtitle, className: 'card-sub' }),
      ...first,
      element('dl', { className: 'card-lines' }, lines),
      ...more,
    );
    host().hidden = false;
  }

  /* Until a verdict on site a clue is a suspicion. */
  const isOpen = (state) =>
    ['suspected', 'pushed', 'checking'].some((group) => config.statusGroups[group].includes(state));

  /* What is told of a clue wherever it is shown: its title, whether it is still a suspicion, facts, evidence. */
  function clueParts(card) {
    const found = card.facts ? lookout.evidence.parts(card) : { first: [], more: [] };
    found.first = [...dossierLink(card), ...found.first];
    return {
      title: `${card.rule_id} ${pick(card, 'rule')}`,
      about: element('p', { className: 'card-about', text: [card.enterprise || word('card.cell', { cell: card.cell_id }), where(card)].filter(Boolean).join(' · ') }),
      subtitle: word(isOpen(card.state) ? 'card.suspected' : 'card.decided'),
      lines: [
        ...line(word('card.severity'), word(`severity.${card.severity}`)),
        ...line(word('card.category'), config.categoryWords[card.category]),
        ...line(
          word('card.onset'),
          card.onset_at ? word('card.onset_of', { at: card.onset_at.slice(0, 16), day: card.told_date }) : '',
        ),
        ...line(word('card.window'), `${card.window_from.slice(0, 16)} – ${card.window_to.slice(0, 16)}`),
        ...line(word('card.detected'), card.detected_at.slice(0, 16)),
        ...line(word('card.round'), card.round_code),
        ...line(word('card.team'), pick(card, 'team')),
        ...line(word('card.due'), card.due_at ? card.due_at.slice(0, 16) : ''),
        ...line(word('card.score'), card.score === null ? '' : lookout.number(card.score, 2)),
        ...line(word('card.id'), card.clue_id),
      ],
      ...found,
    };
  }

  function clueCard(card) {
    const history = element(
      'ol',
      { className: 'card-history' },
      (card.history || [])
        .slice(-6)
        .map((step) =>
          element('li', {}, [
            element('time', { text: step.at.slice(5, 16) }),
            element('span', { text: config.states[step.to_state] || step.to_state }),
          ]),
        ),
    );
    const parts = clueParts(card);
    const badge = element('p', { className: 'card-badge' }, [element('span', { text: config.states[card.state] })]);
    if (card.is_overdue) badge.append(element('em', { text: word('card.overdue') }));
    const desk = lookout.workCard ? [lookout.workCard.clue(card)] : [];
    show(parts.title, parts.subtitle, parts.lines, [badge, ...desk, history, ...parts.more], [parts.about, ...parts.first]);
  }

  /* The way to all that is known of the enterprise; language and theme go along. */
  function dossierLink(card) {
    if (!card.enterprise_id) return [];
    const out = new URLSearchParams({ id: card.enterprise_id });
    const given = new URLSearchParams(window.location.search);
    for (const name of ['lang', 'theme']) if (given.get(name)) out.set(name, given.get(name));
    return [element('a', { className: 'card-dossier', href: `/dossier?${out}`, text: word('card.dossier') })];
  }

  function enterpriseCard(card) {
    show(
      card.name,
      `${pick(card, 'industry')} · ${where(card) || word('place.unmapped')}`,
      [
        ...line(word('card.uscc'), card.uscc),
        ...line(word('card.permit'), card.permit_no),
        ...line(word('card.outlets'), card.n_outlets),
        ...line(
          word('card.coordinates'),
          card.coordinate_status === 'ok' ? '' : word(`coordinate.${card.coordinate_status}`),
        ),
        ...line(word('card.clues'), card.n_clues),
        ...line(word('card.checks'), card.n_checks),
        ...line(word('card.problems'), word('card.problems_of', { n: card.n_problems, prominent: card.n_prominent })),
      ],
      [...dossierLink(card), element('p', { className: 'card-note', text: word('card.enterprise_note') })],
    );
  }

  /* What the test of rule R29 says of a cell: against its ring that day, and over the days that count. */
  function ringLines(rows, i, product) {
    if (!rows.ring[i]) return [];
    const z = Number.isNaN(rows.ring_z[i]) ? '' : ` · z ${lookout.number(rows.ring_z[i], 1)}`;
    const days = word('card.persistence_of', { hot: rows.hot_days[i], valid: rows.valid_days[i] });
    const verdict = product === 'PM25' ? word(rows.persists[i] ? 'card.persists' : 'card.persists_not') : '';
    return [
      ...line(word('card.ring'), `${word(`card.ring.${rows.ring[i]}`)}${z}`),
      ...line(word('card.persistence'), [days, verdict].filter(Boolean).join(' · ')),
    ];
  }

  function hotspotCard(rows, i, end, places) {
    const days = end - rows.day[i];
    const age = days <= 3 ? 'fresh' : days <= 10 ? 'ageing' : 'expired';
    const product = ['', 'PM25', 'NO2', 'HCHO', 'FIRE'][rows.product[i]];
    const place =
      rows.county[i] !== lookout.NO_PLACE
        ? places
            .path(rows.county[i])
            .map((p) => places.name(p))
            .join(isEnglish ? ', ' : '')
        : word('place.unmapped');
    const id = `G3-${String(rows.col[i]).padStart(4, '0')}-${String(rows.row[i]).padStart(4, '0')}`;
    show(
      word('card.hot_title', { product: word(`product.${product}`) }),
      `${id} · ${place}`,
      [
        ...line(word('card.value'), word(`card.value.${product}`, { x: lookout.number(rows.value[i], 1) })),
        ...line(word('card.observed'), word('card.observed_days', { day: isoOf(rows.day[i]), days })),
        ...line(word('card.validity'), word(`age.${age}`)),
        ...ringLines(rows, i, product),
        ...line(word('card.footprint'), word('card.footprint_km', { km: lookout.number(rows.native_km[i], 1) })),
      ],
      [
        element('p', { className: 'card-note', text: word('card.coarse') }),
        ...(lookout.workCard ? [lookout.workCard.cell(id, product, isoOf(rows.day[i]))] : []),
      ],
    );
  }

  async function open(kind, index) {
    const mine = ++wanted;
    try {
      const isMade = kind === 'clue' && lookout.workCard?.isMade(index);
      const card = isMade ? await lookout.workCard.cardOf(index) : await lookout.data.card(kind, index);
      if (mine !== wanted) return;
      if (kind === 'clue') clueCard(card);
      else enterpriseCard(card);
    } catch {
      if (mine === wanted) show(word('panel.failed'), word('card.failed'), []);
    }
  }

  lookout.card = {
    open,
    clueParts,
    hotspot: hotspotCard,
    close() {
      wanted += 1;
      host().hidden = true;
      lookout.state.set({ sel: '' });
      lookout.onCardClosed?.();
    },
  };
})();
