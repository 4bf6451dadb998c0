/* Several clues at once: the steps that all the chosen ones allow, one form for all, and what became of each. */
(() => {
  const lookout = window.lookout;
  const { element, word, count } = lookout;
  const MOST = 200;
  const host = () => document.getElementById('clues-bulk');
  let rows = [];
  let asked = 0;
  /* What became of the last ones stands until it is closed or others are chosen. */
  let isTelling = false;

  function head() {
    return [
      element('b', { text: word('clues.chosen', { n: count(rows.length) }) }),
      element('button', { type: 'button', className: 'chip', text: word('clues.chosen_none'), onclick: () => lookout.clueList.clearChosen() }),
    ];
  }

  async function show(chosen) {
    if (isTelling && !chosen.length) return undefined;
    isTelling = false;
    rows = chosen;
    const mine = ++asked;
    host().hidden = !rows.length;
    if (!rows.length) return host().replaceChildren();
    if (rows.length > MOST) return host().replaceChildren(...head(), element('span', { text: word('clues.chosen_too_many', { n: MOST }) }));
    host().replaceChildren(...head());
    const states = [...new Set(rows.map((row) => row.state_code))].join(',');
    try {
      const { steps } = await lookout.work.get('assign', { states });
      if (mine !== asked) return;
      const buttons = steps.map((step) => element('button', { type: 'button', className: `work-step work-${step.tone}`, text: step.label, 'data-event': step.event, onclick: () => form(step) }));
      if (!buttons.length) buttons.push(element('span', { className: 'card-note', text: word('clues.chosen_no_step') }));
      host().replaceChildren(...head(), ...buttons);
    } catch (error) {
      if (mine === asked) host().append(element('span', { className: 'work-trouble', text: error.message }));
    }
    return undefined;
  }

  function form(step) {
    const node = lookout.workForm(
      { ...step, label: word('clues.bulk_do', { step: step.label, n: count(rows.length) }) },
      {
        send: async (payload) => {
          const clues = Object.fromEntries(rows.map((row) => [row.clue_id, row.version]));
          const answer = await lookout.work.post('assign', { event: step.event, clues, payload });
          await lookout.work.look();
          told(answer);
        },
        cancel: () => show(rows),
        clueIds: rows.map((row) => row.clue_id),
      },
    );
    host().replaceChildren(...head(), node);
    node.querySelector('input, select, textarea, button').focus();
  }

  function close() {
    isTelling = false;
    show([]);
  }

  function told({ done, refused }) {
    const lines = refused.map((one) => element('li', { text: `${one.clue_id}: ${one.message}` }));
    isTelling = true;
    lookout.clueList.clearChosen();
    asked += 1;
    host().hidden = false;
    host().replaceChildren(
      element('b', { text: word('clues.bulk_done', { done: count(done.length), refused: count(refused.length) }), role: 'status' }),
      element('button', { type: 'button', className: 'chip', text: word('card.close'), onclick: close }),
      element('ul', { className: 'clues-refused' }, lines),
    );
  }

  lookout.clueBulk = { show };
})();
