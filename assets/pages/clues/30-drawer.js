/* One clue in full: why it was raised, where it stands, what was done, and the steps that are open to the one who looks. */
(() => {
  const lookout = window.lookout;
  const { config, element, word } = lookout;
  const isEnglish = config.lang === 'en';
  const host = () => document.getElementById('clues-drawer');
  let shown = null;
  let wanted = 0;

  const section = (title, children, className = '') =>
    element('section', { className: `drawer-part ${className}` }, [element('h4', { text: title }), ...children]);

  function clockLine(clue) {
    if (clue.clock_stopped) return element('p', { className: 'drawer-clock is-stopped', text: word('clues.clock_stopped') });
    if (!clue.due_at) return element('p', { className: 'drawer-clock', text: word('clues.no_clock') });
    const at = clue.due_at.slice(0, 16);
    return clue.is_overdue
      ? element('p', { className: 'drawer-clock is-late', text: word('clues.overdue_long', { at, time: lookout.clues.span(clue.late_hours) }) })
      : element('p', { className: 'drawer-clock', text: word('clues.due_long', { at }) });
  }

  function owner(clue) {
    const team = clue[isEnglish ? 'team_en' : 'team_zh'] || clue.team_code;
    const names = [clue.assignee, team].filter((name, i, all) => name && all.indexOf(name) === i && name !== clue.team_code);
    return names.length ? word('clues.owner', { names: names.join(' · ') }) : word('clues.no_owner');
  }

  const desk = (answer) =>
    section(
      word('clues.steps'),
      [
        lookout.workDesk(answer, {
          done: (next) => {
            show(next);
            lookout.clues.notice(word('clues.done'));
          },
          reload: () => open(answer.clue.clue_id),
        }),
      ],
      'drawer-desk',
    );

  function step(one) {
    const records = one.record.flatMap(({ label, value }) => [element('dt', { text: label }), element('dd', { text: value })]);
    return element('li', { className: `event ${one.is_note ? 'event-note' : ''}` }, [
      element('time', { text: one.at }),
      element('b', { text: one.title }),
      element('span', { className: 'event-who', text: [one.actor, one.role].filter(Boolean).join(' · ') }),
      ...(one.text ? [element('p', { text: one.text })] : []),
      ...(records.length ? [element('dl', {}, records)] : []),
      ...one.attachments.map((file) => element('a', { className: 'event-file', href: `/work/attachments/${file.sha256}?clue=${shown}`, download: '', text: `${file.name} · ${file.size_words}`, title: `${file.type} · sha256 ${file.sha256}` })),
    ]);
  }

  function remark(answer) {
    const entry = (name, kind, label, more = {}) => ({ name, kind, label, is_required: true, condition: '', choices: [], suggestions: [], value: '', ...more });
    const fields = [
      entry('text', 'text', word('clues.comment'), { is_long: true }),
      entry('files', 'files', word('clues.attachments'), { is_required: false, condition: '' }),
    ];
    return lookout.workForm(
      { event: 'comment', label: word('clues.comment_send'), tone: 'on', fields },
      {
        clueIds: [answer.clue.clue_id],
        send: async ({ text, files }) => {
          const next = await lookout.work.act(answer.clue.clue_id, 'comment', { text, attachments: files });
          await lookout.work.look().catch(() => undefined);
          show(next);
        },
      },
    );
  }

  function show(answer) {
    const { clue } = answer;
    const told = lookout.card.clueParts({ ...(answer.card || {}), ...clue });
    const close = element('button', { type: 'button', className: 'card-close', text: '×', title: word('card.close'), onclick: () => lookout.state.set({ open: '' }) });
    const badge = element('p', { className: 'card-badge' }, [
      element('span', { className: `clue-state clue-${answer.group}`, text: config.states[clue.state] }),
      ...(clue.verdict ? [element('em', { text: word(`work.verdict.${clue.verdict}`) })] : []),
    ]);
    const links = element('p', { className: 'drawer-links' }, [
      ...(clue.origin === 'snapshot' ? [element('a', { href: lookout.clues.link('/', { sel: `clue:${clue.clue_idx}`, map: `${clue.lon_deg.toFixed(3)},${clue.lat_deg.toFixed(3)},9` }), text: word('clues.on_map') })] : []),
    ]);
    host().replaceChildren(
      close,
      element('h3', { text: told.title, tabindex: '-1' }),
      told.about,
      element('p', { className: 'card-sub', text: told.subtitle }),
      badge,
      clockLine(clue),
      element('p', { className: 'drawer-owner', text: owner(clue) }),
      ...(answer.may_work ? [desk(answer)] : []),
      lookout.locator({ ...clue, candidates: answer.candidates, place: [clue[`city_${config.lang}`], clue[`county_${config.lang}`]].filter(Boolean).join(isEnglish ? ', ' : '') }),
      links,
      ...(told.first.length ? [section(word('clues.why'), told.first)] : []),
      section(word('clues.facts'), [element('dl', { className: 'card-lines' }, told.lines)]),
      ...told.more,
      section(word('clues.timeline'), [element('ol', { className: 'drawer-timeline' }, answer.timeline.map(step))]),
      ...(answer.may_work ? [section(word('clues.comments'), [remark(answer)])] : []),
    );
    host().hidden = false;
    document.querySelector('.clues-main').classList.add('has-drawer');
  }

  async function open(id) {
    const mine = ++wanted;
    const isNew = shown !== id;
    shown = id;
    try {
      const answer = await lookout.work.clue(id);
      if (mine !== wanted) return;
      show(answer);
      if (isNew) {
        host().scrollTop = 0;
        host().querySelector('h3').focus({ preventScroll: true });
      }
    } catch (error) {
      if (mine !== wanted) return;
      host().hidden = false;
      document.querySelector('.clues-main').classList.add('has-drawer');
      const close = element('button', { type: 'button', className: 'card-close', text: '×', title: word('card.close'), onclick: () => lookout.state.set({ open: '' }) });
      host().replaceChildren(close, element('h3', { text: word('panel.failed'), tabindex: '-1' }), element('p', { text: error.message }));
    }
    document.documentElement.dataset.drawer = id;
  }

  function close() {
    wanted += 1;
    const was = shown;
    shown = null;
    host().hidden = true;
    host().replaceChildren();
    document.querySelector('.clues-main').classList.remove('has-drawer');
    document.documentElement.dataset.drawer = '';
    lookout.clueList.focus(was);
  }

  /* Others acted on the open clue: said, not forced upon who is writing. */
  function changed(changes) {
    if (!shown || !changes.some((one) => one.clue_id === shown)) return;
    const isWriting = host().querySelector('.work-slot form');
    if (!isWriting) return open(shown);
    lookout.clues.notice(word('clues.changed_meanwhile'));
  }

  lookout.clueDrawer = { open, close, changed };
})();
