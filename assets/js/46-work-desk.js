/* The steps that are open in a case: buttons, and the form of the one that is pressed. */
(() => {
  const lookout = window.lookout;
  const { element, word } = lookout;

  /* Somebody was quicker: what they did, and a way to go on from there. */
  function conflict(error, reload) {
    const newer = (error.answer.newer || []).map((one) => element('li', { text: `${one.at} ${one.actor}: ${one.event}` }));
    return element('div', { className: 'work-conflict', role: 'alert' }, [
      element('p', { text: error.message }),
      element('ul', {}, newer),
      element('button', { type: 'button', className: 'work-step work-on', text: word('work.reload'), onclick: reload }),
    ]);
  }

  /* answer: what /work/clues/<id>.json told; done(answer) gets what it tells after a step, reload() asks for it anew;
     opens: the event whose form stands open from the start. */
  function desk(answer, { done, reload, opens }) {
    const slot = element('div', { className: 'work-slot' });
    const row = element('div', { className: 'work-steps', role: 'group', 'aria-label': word('work.steps') });

    async function send(step, payload) {
      const { clue_id: id, version } = answer.clue;
      try {
        const next = await lookout.work.act(id, step.event, { payload, version });
        await lookout.work.look().catch(() => undefined);
        done(next);
      } catch (error) {
        if (error.code !== 'conflict') throw error;
        const box = conflict(error, reload);
        slot.querySelector('.work-conflict')?.remove();
        slot.prepend(box);
        box.querySelector('button').focus();
      }
    }

    function shut(step) {
      slot.replaceChildren();
      row.hidden = false;
      row.querySelector(`[data-event="${step.event}"]`)?.focus();
    }

    function show(step) {
      row.hidden = true;
      slot.replaceChildren(lookout.workForm(step, { send: (payload) => send(step, payload), cancel: () => shut(step), clueIds: [answer.clue.clue_id] }));
    }

    for (const step of answer.steps)
      row.append(
        element('button', {
          type: 'button',
          className: `work-step work-${step.tone}`,
          text: step.label,
          title: word('work.leads_to', { state: step.target }),
          'data-event': step.event,
          onclick: () => {
            show(step);
            slot.querySelector('input:not([type=checkbox]), textarea, select, button')?.focus();
          },
        }),
      );
    if (!answer.steps.length) row.append(element('p', { className: 'card-note', text: word('work.no_steps') }));
    const first = answer.steps.find((step) => step.event === opens);
    if (first) show(first);
    return element('div', { className: 'work-desk' }, [row, slot]);
  }

  lookout.workDesk = desk;
})();
