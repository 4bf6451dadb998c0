/* The strip of key figures. Each says what it is a count of; a rate says of how many. */
(() => {
  const lookout = window.lookout;
  const { word, count, number, percent, config } = lookout;
  const slots = {};

  function slot(kind, key) {
    const id = `${kind}=${key}`;
    if (!slots[id]?.isConnected) slots[id] = document.querySelector(`[data-${kind}="${key}"]`);
    return slots[id];
  }

  function write(key, value, sub, title) {
    const main = slot('kpi', key);
    if (main && main.textContent !== value) main.textContent = value;
    const small = slot('kpi-sub', key);
    if (small && small.textContent !== sub) small.textContent = sub;
    if (small && title !== undefined) small.title = title;
  }

  /* What a table's own state says where its count would mislead: failed and not connected are no zeros. */
  function missing(...tables) {
    for (const table of tables) {
      const entry = config.snapshot.states[table];
      if (entry && (entry.state === 'failed' || entry.state === 'not_configured')) return entry;
    }
    return null;
  }

  function writeMissing(key, entry) {
    write(key, '—', word(`panel.${entry.state}`), entry.error || '');
    slot('kpi', key)?.closest('[data-panel]')?.setAttribute('data-state', entry.state);
  }

  const perEnterprise = (part, whole) => (whole ? word('kpi.per_enterprise', { x: number(part / whole, 2) }) : '');

  lookout.kpis = {
    missing,
    show({ clues, checks, enterprises, hot, exposure }) {
      const noClues = missing('clues');
      if (noClues)
        for (const key of ['pushed', 'answered', 'verdict', 'fixed', 'clues', 'hit']) writeMissing(key, noClues);
      else {
        write('pushed', count(clues.pushed), word('kpi.of_clues', { n: count(clues.total) }));
        write(
          'answered',
          count(clues.answered),
          word('kpi.of_pushed', { rate: percent(clues.answered, clues.pushed) }),
        );
        write('verdict', count(clues.verdict), word('kpi.of_pushed', { rate: percent(clues.verdict, clues.pushed) }));
        write('fixed', count(clues.fixed), word('kpi.of_confirmed', { rate: percent(clues.fixed, clues.confirmed) }));
        write('clues', count(clues.total), word('kpi.overdue', { n: count(clues.overdue) }));
        write(
          'hit',
          clues.verdict >= 20 ? percent(clues.confirmed, clues.verdict, 1) : '—',
          word(clues.verdict >= 20 ? 'kpi.hit_of' : 'kpi.too_few', {
            part: count(clues.confirmed),
            all: count(clues.verdict),
          }),
        );
      }
      const noChecks = missing('inspections');
      if (noChecks) for (const key of ['checked', 'problems', 'prominent']) writeMissing(key, noChecks);
      else {
        const { total } = checks;
        write('checked', count(total.checked), word('kpi.distinct', { n: count(checks.distinct) }));
        write(
          'problems',
          count(total.problems),
          perEnterprise(total.problems, total.checked),
        );
        write(
          'prominent',
          count(total.prominent),
          perEnterprise(total.prominent, total.checked),
        );
      }
      const noEnterprises = missing('enterprises');
      if (noEnterprises) writeMissing('enterprises', noEnterprises);
      else {
        const unplaced = enterprises.total - enterprises.shown.length;
        write(
          'enterprises',
          count(enterprises.total),
          !enterprises.total ? '' : unplaced ? word('kpi.unplaced', { n: count(unplaced) }) : word('kpi.all_placed'),
        );
      }
      this.hot(hot, exposure);
    },
    hot(hot, exposure) {
      const product = lookout.state.get().product;
      const table = product === 'FIRE' ? 'satellite_detections' : 'satellite_grid';
      const entry = missing(table);
      if (entry) return writeMissing('hot', entry);
      if (!hot) return write('hot', '…', '');
      const seen = exposure.cells
        ? word('kpi.observed', { rate: percent(exposure.observed, exposure.cells) })
        : word('kpi.exposure_unknown');
      write(
        'hot',
        count(hot.byAge[0] + hot.byAge[1]),
        `${word('kpi.ages', { fresh: count(hot.byAge[0]), ageing: count(hot.byAge[1]) })} · ${seen}`,
        word('kpi.hot.hint'),
      );
    },
  };
})();
