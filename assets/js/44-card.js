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
    const found = card.facts ? lookout.evidence.parts(card) : { first: [], more: [] };
    const badge = element('p', { className: 'card-badge' }, [element('span', { text: config.states[card.state] })]);
    if (card.is_overdue) badge.append(element('em', { text: word('card.overdue') }));
    show(
      `${card.rule_id} ${pick(card, 'rule')}`,
      word(isOpen(card.state) ? 'card.suspected' : 'card.decided'),
      [
        ...line(word('card.enterprise'), card.enterprise || word('card.cell', { cell: card.cell_id })),
        ...line(word('card.place'), where(card)),
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
        ...line(word('card.score'), lookout.number(card.score, 2)),
        ...line(word('card.id'), card.clue_id),
      ],
      [badge, history, ...found.more],
      found.first,
    );
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
      [element('p', { className: 'card-note', text: word('card.enterprise_note') })],
    );
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
        ...line(
          word('card.persistence'),
          rows.valid_days[i] ? word('card.persistence_of', { hot: rows.hot_days[i], valid: rows.valid_days[i] }) : '',
        ),
        ...line(word('card.footprint'), word('card.footprint_km', { km: lookout.number(rows.native_km[i], 1) })),
      ],
      [element('p', { className: 'card-note', text: word('card.coarse') })],
    );
  }

  async function open(kind, index) {
    const mine = ++wanted;
    try {
      const card = await lookout.data.card(kind, index);
      if (mine !== wanted) return;
      if (kind === 'clue') clueCard(card);
      else enterpriseCard(card);
    } catch {
      if (mine === wanted) show(word('panel.failed'), word('card.failed'), []);
    }
  }

  lookout.card = {
    open,
    hotspot: hotspotCard,
    close() {
      wanted += 1;
      host().hidden = true;
      lookout.state.set({ sel: '' });
      lookout.onCardClosed?.();
    },
  };
})();
