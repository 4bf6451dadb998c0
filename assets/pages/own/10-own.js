/* The page of a plant's own user: its registers, what it measured, what it has to put right, its notes and reports. */
(() => {
  const lookout = window.lookout;
  const { element, word } = lookout;
  const host = (name) => document.getElementById(`own-${name}`);

  /* The picture came as text of our own server; parsed as XML it can hold no script that runs. */
  function picture(text) {
    const root = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
    return root.nodeName === 'svg' ? document.importNode(root, true) : element('p', { text: word('own.failed') });
  }

  const lines = (pairs) => element('dl', { className: 'card-lines' }, pairs.flatMap(([name, value]) => [element('dt', { text: name }), element('dd', { text: value })]));

  function head(answer) {
    const notes = [word('own.as_of', { time: answer.as_of }), ...(answer.is_synthetic ? [word('own.synthetic')] : [])];
    host('head').replaceChildren(
      element('h1', { text: answer.title }),
      element('p', { className: 'own-note', text: [answer.subtitle, ...notes].filter(Boolean).join(' · ') }),
      lines(answer.facts),
    );
  }

  function note(order) {
    const fields = [{ name: 'text', kind: 'text', label: word('own.note'), is_required: true, is_long: true, condition: '', choices: [], suggestions: [], value: '' }];
    return lookout.workForm(
      { event: 'comment', label: word('own.note_send'), tone: 'on', fields },
      {
        send: async ({ text }) => {
          show(await lookout.work.post('own/notes', { clue_id: order.clue_id, text }));
          host('orders-state').textContent = word('own.sent');
        },
      },
    );
  }

  /* The report stands folded: it is sent once, when all is done. */
  function report(order) {
    const step = order.report;
    const send = async (payload) => {
      show(await lookout.work.post('own/done', { clue_id: order.clue_id, version: step.version, payload }));
      host('orders-state').textContent = word('own.reported');
    };
    return element('details', { className: 'own-report' }, [
      element('summary', { className: 'work-step work-on', text: word('own.report') }),
      element('p', { className: 'own-note', text: word('own.report_note', { state: step.target }) }),
      lookout.workForm(step, { send, clueIds: [order.clue_id] }),
    ]);
  }

  function order(one) {
    const said = one.notes.map((told) => element('li', {}, [element('time', { text: told.at }), element('p', { text: told.text })]));
    return element('article', { className: 'own-order', 'aria-label': one.title }, [
      element('div', {}, [
        element('h3', { text: one.title }),
        element('p', { className: 'own-state', text: one.state }),
        lines(one.lines),
        ...(one.report ? [report(one)] : []),
      ]),
      element('div', {}, [
        element('h4', { text: word('own.notes') }),
        said.length ? element('ol', { className: 'own-said' }, said) : element('p', { className: 'own-note', text: word('own.notes_none') }),
        note(one),
      ]),
    ]);
  }

  function table(one) {
    const row = (cells, tag, scope) => element('tr', {}, cells.map((text) => element(tag, { text, ...scope })));
    const body = one.rows.length
      ? element('div', { className: 'own-scroll', tabindex: '0', role: 'region', 'aria-label': one.title }, [
          element('table', {}, [element('thead', {}, [row(one.head, 'th', { scope: 'col' })]), element('tbody', {}, one.rows.map((cells) => row(cells, 'td', {})))]),
        ])
      : element('p', { className: 'own-note', text: one.empty });
    return element('section', { className: 'own-table' }, [element('h3', { text: one.title }), body, ...(one.more ? [element('p', { className: 'own-note', text: one.more })] : [])]);
  }

  function show(answer) {
    head(answer);
    host('orders').replaceChildren(...(answer.orders.length ? answer.orders.map(order) : [element('p', { className: 'own-note', text: word('own.orders_none') })]));
    host('axis').replaceChildren(answer.picture ? picture(answer.picture) : element('p', { className: 'own-note', text: word('own.axis_none') }));
    host('tables').replaceChildren(...answer.tables.map(table));
  }

  async function start() {
    if (!host('head')) return void setTimeout(start, 50);
    lookout.wireShell();
    try {
      show(await lookout.work.get('own.json'));
    } catch (error) {
      lookout.panels.said('own-orders', error.message || word('own.failed'), 'failed');
    }
    document.documentElement.dataset.settled = 'true';
    return undefined;
  }

  start();
})();
