/* Figures and panels, drawn with elements and svg: nothing that has to be disposed of. */
(() => {
  const lookout = window.lookout;
  const { element, word, count, percent, number, wall } = lookout;
  const { svg, told, say, moment, month, amount, unitOf } = wall;
  /* A part that lags so many days behind the snapshot's own time says so. */
  const LAG_DAYS = 2;

  const why = (state) => (state === 'few' ? word('wall.state.few') : state === 'none' ? word('wall.state.none') : word(`panel.${state === 'failed' ? 'failed' : 'not_configured'}`));

  /* How far the data of a part reach; behind, if they lag. */
  function reach(part, answer) {
    const lag = part.until ? lookout.dayOf(answer.as_of.slice(0, 10)) - lookout.dayOf(part.until.slice(0, 10)) : 0;
    const late = lag >= LAG_DAYS ? ` · ${word('wall.behind', { n: count(lag) })}` : '';
    return element('small', { className: `wall-until${late ? ' wall-lagging' : ''}`, text: word('wall.until', { time: moment(part.until) }) + late });
  }

  function figure(part, answer) {
    const isTold = part.state === 'ready' && part.value !== null;
    const unit = isTold ? unitOf(part.value, part.unit) : '';
    return element('article', { className: `wall-figure panel tone-${part.value === 0 ? 'zero' : part.tone || 'plain'}`, 'data-figure': part.key, 'data-state': part.state }, [
      element('header', {}, [element('h2', { text: word(`wall.figure.${part.key}`) }), reach(part, answer)]),
      element('p', { className: 'wall-number' }, isTold ? [element('b', { text: amount(part.value, part.unit) }), element('i', { text: unit })] : [element('em', { text: why(part.state) })]),
      element('p', { className: 'wall-note', text: isTold ? say(part.note) : '' }),
    ]);
  }

  const label = (row) => {
    if (row.mark) return [lookout.status.mark(lookout.status.styles().find((style) => style.key === row.mark)), element('span', { text: lookout.config.statusWords[row.mark] })];
    if (row.step) return [element('span', { text: lookout.config.states[row.step] })];
    return [element('span', { text: told(row.name) }), ...(row.sub ? [element('small', { text: told(row.sub) })] : [])];
  };

  function barRow(row, most, text) {
    const fill = element('i', { className: 'wall-fill' });
    fill.style.width = `${most ? (100 * row.value) / most : 0}%`;
    if (row.mark) fill.style.background = `var(--status-${row.mark})`;
    const bars = [fill];
    if (row.part) {
      const rest = element('i', { className: 'wall-part' });
      rest.style.width = `${(100 * row.part) / most}%`;
      bars.push(rest);
    }
    return element('li', { className: 'wall-bar' }, [element('span', { className: 'wall-bar-name' }, label(row)), element('span', { className: 'wall-track' }, bars), element('b', { text })]);
  }

  function bars(part) {
    const most = Math.max(1, ...part.rows.map((row) => Math.max(row.value, row.part || 0)));
    return element('ol', { className: 'wall-bars' }, part.rows.map((row) => barRow(row, most, count(row.value))));
  }

  /* Shares of a quota: the whole track is all of it. */
  const shares = (part) => element('ol', { className: 'wall-bars wall-shares' }, part.rows.map((row) => barRow(row, Math.max(1, row.value), percent(row.value, 1))));

  /* So many of so many: one box each. */
  function parts(part) {
    return element('ol', { className: 'wall-bars wall-boxes' }, part.rows.map((row) => element('li', { className: 'wall-bar' }, [
      element('span', { className: 'wall-bar-name' }, label(row)),
      element('span', { className: 'wall-box' }, Array.from({ length: row.whole }, (_, i) => element('i', { className: i < row.value ? 'is-there' : '' }))),
      element('b', { text: `${count(row.value)}/${count(row.whole)}` }),
    ])));
  }

  /* Months: areas pushed as columns, below them how much of the grid was seen; not known is hatched, not empty. */
  function columns(part) {
    const most = Math.max(1, ...part.rows.map((row) => row.value));
    return element('ol', { className: 'wall-columns' }, part.rows.map((row) => {
      const bar = element('i', { className: 'wall-column' });
      bar.style.height = `${(100 * row.value) / most}%`;
      const seen = element('span', { className: row.seen === null ? 'wall-seen wall-unseen' : 'wall-seen', text: row.seen === null ? word('wall.unknown') : percent(row.seen, 1) });
      return element('li', {}, [element('b', { text: count(row.value) }), element('span', { className: 'wall-rise' }, [bar]), element('span', { text: month(row.label) }), seen]);
    }));
  }

  /* Stages centred under each other; beside each how many of the stage before went on. */
  function funnel(part) {
    const most = Math.max(1, part.rows[0]?.value || 0);
    return element('ol', { className: 'wall-funnel' }, part.rows.map((row, i) => {
      const fill = element('i', { className: `wall-stage stage-${i}` });
      fill.style.width = `${Math.max(1, (100 * row.value) / most)}%`;
      return element('li', {}, [
        element('span', { className: 'wall-stage-name', text: word(`wall.stage.${row.stage}`) }),
        element('span', { className: 'wall-stage-track' }, [fill, element('b', { text: count(row.value) })]),
        element('span', { className: 'wall-stage-share', text: row.share === null ? '' : percent(row.share, 1) }),
      ]);
    }));
  }

  /* Rounds as columns: enterprises checked; the line is problems per enterprise, left out where too few were checked. */
  function rounds(part) {
    const most = Math.max(1, ...part.rows.map((row) => row.value));
    const top = Math.max(0.001, ...part.rows.map((row) => row.per || 0));
    const step = 100 / Math.max(1, part.rows.length);
    const at = (row, i) => [step * (i + 0.5), 92 - (74 * row.per) / top];
    const points = part.rows.map((row, i) => (row.per === null ? null : at(row, i)));
    const path = points.reduce((text, point, i) => (point ? `${text}${points[i - 1] ? 'L' : 'M'}${point.map((v) => v.toFixed(2)).join(' ')}` : text), '');
    const line = svg('svg', { viewBox: '0 0 100 100', preserveAspectRatio: 'none', class: 'wall-line', 'aria-hidden': 'true' }, [svg('path', { d: path })]);
    const cells = part.rows.map((row) => {
      const bar = element('i', { className: 'wall-column' });
      bar.style.height = `${(100 * row.value) / most}%`;
      return element('li', { className: row.is_now ? 'is-now' : '' }, [
        element('span', { className: 'wall-per', text: row.per === null ? '—' : number(row.per, 2) }),
        element('span', { className: 'wall-rise' }, [bar]),
        element('b', { text: row.is_now && !row.value ? word('wall.not_yet') : count(row.value) }),
        element('span', { className: 'wall-round-name', text: word('wall.round', { n: row.round }) }),
      ]);
    });
    return element('div', { className: 'wall-rounds' }, [line, element('ol', {}, cells)]);
  }

  const FORMS = { bars, shares, parts, columns, funnel, rounds };

  function panel(part, answer) {
    const isTold = part.state === 'ready';
    const more = part.more ? word('wall.more', { n: count(part.more) }) : '';
    return element('section', { className: `wall-panel panel wall-${part.form}-panel`, 'data-part': part.key, 'data-state': part.state }, [
      element('header', {}, [element('h2', { text: word(`wall.panel.${part.key}`) }), reach(part, answer)]),
      element('div', { className: 'wall-body' }, isTold ? [FORMS[part.form](part)] : [element('p', { className: 'wall-why', text: part.state === 'none' ? word('wall.state.none') : why(part.state) })]),
      element('footer', { text: [isTold ? say(part.note) : '', isTold ? more : ''].filter(Boolean).join(' · ') }),
    ]);
  }

  /* One tile a category: state by mark, colour and word; the days of two weeks as a line of bars. */
  function tile(row) {
    const most = Math.max(1, ...row.days);
    const spark = svg('svg', { viewBox: `0 0 ${Math.max(1, row.days.length) * 3} 10`, preserveAspectRatio: 'none', 'aria-hidden': 'true' }, row.days.map((n, i) => svg('rect', { x: i * 3, y: 10 - (10 * n) / most, width: 2, height: (10 * n) / most })));
    return element('li', { className: `wall-tile source-${row.state}` }, [
      element('p', { className: 'wall-tile-head' }, [element('b', { text: row.code }), element('span', { text: word(`wall.source.${row.state}`) })]),
      element('p', { className: 'wall-tile-name', text: told(row.name) }),
      spark,
      element('p', { className: 'wall-tile-rows', text: row.rows ? amount(row.rows, 'short') + unitOf(row.rows, 'short') : '—' }),
    ]);
  }

  const tiles = (rows) => element('ol', { className: 'wall-tile-grid' }, rows.map(tile));

  wall.parts = { figure, panel, tiles };
})();
