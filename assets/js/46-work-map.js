/* Work from the map: a clue's card opens its next steps; a hot cell's card makes a clue, judges it and pushes it. */
(() => {
  const lookout = window.lookout;
  const { config, element, word, number } = lookout;
  /* What may be done on the card itself; for the rest there is the clue's own page. */
  const ON_CARD = ['screen_accept', 'screen_reject', 'push', 're_push', 'withdraw'];
  /* The usual way of a clue that was just made. */
  const NEXT = { IDENTIFIED: 'screen_accept', SCREENED: 'push' };
  const made = new Map();

  function link(id) {
    const kept = new URLSearchParams(window.location.search);
    const out = new URLSearchParams({ open: id });
    for (const name of ['lang', 'theme']) if (kept.get(name)) out.set(name, kept.get(name));
    return element('a', { className: 'work-link', href: `/clues?${out}`, text: word('work.open') });
  }

  /* Where the clue stands now, and what may be done about it here. */
  function board(answer, host, isMade) {
    const { clue } = answer;
    const parts = [
      element('p', { className: 'work-now' }, [
        element('span', { className: `clue-state clue-${answer.group}`, text: config.states[clue.state] }),
        ...(clue.assignee ? [element('small', { text: clue.assignee })] : []),
        link(clue.clue_id),
      ]),
    ];
    if (answer.may_work) {
      const steps = answer.steps.filter((step) => ON_CARD.includes(step.event));
      if (steps.length)
        parts.push(
          lookout.workDesk({ ...answer, steps }, {
            opens: isMade ? NEXT[clue.state] : undefined,
            done: (next) => board(next, host, isMade),
            reload: () => fill(clue.clue_id, host, isMade),
          }),
        );
    }
    host.replaceChildren(...parts);
    host.dataset.state = clue.state;
  }

  async function fill(id, host, isMade) {
    try {
      board(await lookout.work.clue(id), host, isMade);
    } catch (error) {
      host.replaceChildren(element('p', { className: 'work-trouble', text: error.message }));
    }
  }

  function clue(card) {
    const host = element('section', { className: 'work-board', 'data-clue': card.clue_id, 'aria-label': word('work.open') });
    fill(card.clue_id, host, false);
    return host;
  }

  function candidate(one, isTicked) {
    const box = element('input', { type: 'checkbox', value: one.enterprise_id });
    box.checked = isTicked;
    const said = [
      word('work.cell_candidate', { km: number(one.distance_km, 1) }),
      one.industry,
      one.open_clues ? word('work.cell_open_clues', { n: one.open_clues }) : '',
    ];
    return element('label', { className: 'work-tick' }, [
      box,
      element('span', {}, [element('span', { text: one.name }), element('small', { text: said.filter(Boolean).join(' · ') })]),
    ]);
  }

  function maker(told, host) {
    const ticks = told.candidates.map((one, i) => candidate(one, i === 0));
    const trouble = element('p', { className: 'work-trouble', role: 'alert' });
    const make = element('button', { type: 'button', className: 'work-submit work-on', 'data-event': 'make', text: word('work.cell_make') });
    make.addEventListener('click', async () => {
      make.disabled = true;
      const picked = [...host.querySelectorAll('input:checked')].map((box) => box.value);
      const { cell_id, product, day } = told;
      try {
        const answer = await lookout.work.post('clues', { cell_id, product, day, enterprise_ids: picked });
        await lookout.work.look().catch(() => undefined);
        board(answer, host, true);
      } catch (error) {
        /* Made already, by this cell and day: it is gone on with. */
        if (error.code === 'conflict' && error.answer.clue_id) await fill(error.answer.clue_id, host, true);
        else trouble.textContent = error.message;
      } finally {
        make.disabled = false;
      }
    });
    host.replaceChildren(
      element('h4', { text: word('work.cell_title') }),
      ticks.length ? element('div', { className: 'work-ticks' }, ticks) : element('p', { className: 'card-note', text: word('work.cell_none', { km: told.reach_km }) }),
      element('p', { className: 'card-note', text: word('work.cell_note') }),
      trouble,
      element('div', { className: 'work-buttons' }, [make]),
    );
  }

  function cell(cellId, product, day) {
    const host = element('section', { className: 'work-board', 'aria-label': word('work.cell_title') });
    lookout.work
      .get(`cells/${cellId}.json`, { product, day })
      .then((told) => told.may_make && maker(told, host))
      .catch((error) => host.replaceChildren(element('p', { className: 'work-trouble', text: error.message })));
    return host;
  }

  /* Clues that the snapshot does not know are told by the server of work, by the id behind their number. */
  const cardOf = async (index) => {
    const answer = await lookout.work.clue(made.get(index));
    return { ...answer.clue, history: [] };
  };

  lookout.workCard = { clue, cell, isMade: (index) => made.has(index), cardOf };

  if (config.page === 'situation' && config.dataRoot)
    lookout.work.listen((changes) => {
      for (const one of changes) if (one.origin === 'hand') made.set(one.clue_idx, one.clue_id);
      lookout.patchClues(changes);
    });
})();
