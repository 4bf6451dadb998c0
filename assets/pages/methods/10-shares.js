/* Shares of few and of many: Wilson's interval as a bar, a column a round, causes as bars; none below 20. */
(() => {
  const lookout = window.lookout;
  const { config, element, word, count, number } = lookout;
  const LEAST = 20;
  const Z = 1.96;

  /* The interval of Wilson: honest for few cases and for shares near 0 and 1. */
  function wilson(part, all) {
    const share = part / all;
    const middle = (share + (Z * Z) / (2 * all)) / (1 + (Z * Z) / all);
    const half = (Z / (1 + (Z * Z) / all)) * Math.sqrt((share * (1 - share)) / all + (Z * Z) / (4 * all * all));
    return [Math.max(0, middle - half), Math.min(1, middle + half)];
  }

  const percent = (share) => `${number(100 * share, 0)}%`;

  /* A bar of the interval with a tick at the share; nothing below 20. */
  function interval(part, all) {
    if (all < LEAST) return element('span', { className: 'methods-few', text: all ? word('methods.few') : '—' });
    const [low, high] = wilson(part, all);
    const band = element('i', { className: 'methods-band' });
    band.style.left = `${100 * low}%`;
    band.style.width = `${100 * (high - low)}%`;
    const tick = element('i', { className: 'methods-tick' });
    tick.style.left = `${(100 * part) / all}%`;
    return element('span', { className: 'methods-interval' }, [
      element('span', { className: 'methods-scale', 'aria-hidden': 'true' }, [band, tick]),
      element('span', { className: 'number', text: `${percent(part / all)} (${percent(low)}–${percent(high)})` }),
    ]);
  }

  /* One column a round: height is the share confirmed; hatched where fewer than 20 have a verdict. */
  function sparkline(rule) {
    const byRound = new Map(rule.rounds.map(([round, , all, part]) => [round, [part, all]]));
    const bars = config.rounds.map((round) => {
      const [part, all] = byRound.get(round.idx) || [0, 0];
      const bar = element('i', { className: all < LEAST ? 'is-few' : '', title: `${round.code} ${part}/${all}` });
      bar.style.height = `${all ? Math.max(8, (100 * part) / all) : 4}%`;
      return bar;
    });
    return element('span', { className: 'methods-spark', role: 'img', 'aria-label': word('methods.by_round') }, bars);
  }

  /* Causes as bars of their share of all false alarms named here; what has no cause says so. */
  function causeBars(causes) {
    const all = causes.reduce((sum, [, n]) => sum + n, 0);
    return element(
      'ul',
      { className: 'methods-causes' },
      causes.map(([cause, n]) => {
        const bar = element('i', { 'aria-hidden': 'true' });
        bar.style.width = `${(100 * n) / all}%`;
        return element('li', { className: cause ? '' : 'is-unknown' }, [
          element('span', { text: word(cause ? `methods.cause.${cause}` : 'methods.cause.none') }),
          element('span', { className: 'methods-cause-bar' }, [bar]),
          element('b', { text: all < LEAST ? count(n) : `${count(n)} · ${percent(n / all)}` }),
        ]);
      }),
    );
  }

  function falseAlarms(causes) {
    const all = causes.reduce((sum, [, n]) => sum + n, 0);
    return [
      element('h4', { text: word('methods.causes') }),
      element('p', {
        className: 'methods-facts',
        text: all ? word('methods.causes.of', { n: count(all) }) : word('methods.causes.no'),
      }),
      ...(all ? [causeBars(causes)] : []),
    ];
  }

  lookout.methods = { LEAST, wilson, percent, interval, sparkline, falseAlarms, causeBars };
})();
