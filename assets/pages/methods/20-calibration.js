/* Whether a score means what it says: mean score of each bin against the share that was true. */
(() => {
  const lookout = window.lookout;
  const { element, word, count, number } = lookout;
  const { svg, label } = lookout.lines;
  const { LEAST, wilson, percent, interval } = lookout.methods;
  const SIDE = 200;

  /* Mean score of a bin against the share that was true, with the interval; hollow where the bin holds fewer than 20. */
  function reliability(basis, bins) {
    const all = bins.reduce((sum, bin) => sum + bin.n, 0);
    const part = bins.reduce((sum, bin) => sum + bin.n_true, 0);
    const y = (share) => SIDE * (1 - share);
    const marks = bins.flatMap((bin) => {
      const at = SIDE * bin.mean_score;
      const [low, high] = wilson(bin.n_true, bin.n);
      const kind = bin.n < LEAST ? ' is-few' : '';
      return [
        svg('line', { x1: at, x2: at, y1: y(low), y2: y(high), class: `reliability-range${kind}` }),
        svg('circle', { cx: at, cy: y(bin.n_true / bin.n), r: 4, class: `reliability-dot${kind}` }),
      ];
    });
    const picture = svg('svg', { viewBox: `-52 -10 ${SIDE + 68} ${SIDE + 36}`, class: 'reliability', role: 'img' });
    picture.setAttribute('aria-label', `${word(`methods.calibration.${basis}`)}: ${bins.map(binText).join('; ')}`);
    picture.append(
      svg('rect', { x: 0, y: 0, width: SIDE, height: SIDE, class: 'reliability-frame' }),
      ...[0.25, 0.5, 0.75].map((share) =>
        svg('line', { x1: 0, x2: SIDE, y1: y(share), y2: y(share), class: 'reliability-grid' }),
      ),
      svg('line', { x1: 0, x2: SIDE, y1: SIDE, y2: 0, class: 'reliability-ideal' }),
      ...[0, 0.5, 1].map((share) => label(-4, y(share) + 6, `${100 * share}%`, { 'text-anchor': 'end' })),
      ...[0, 0.5, 1].map((score) => label(SIDE * score, SIDE + 21, number(score, 1), { 'text-anchor': 'middle' })),
      ...marks,
    );
    return element('figure', { className: 'reliability-figure' }, [
      element('figcaption', {}, [
        element('b', { text: word(`methods.calibration.${basis}`) }),
        element('small', {
          text: all
            ? word('methods.calibration.of', { n: count(part), all: count(all), share: percent(part / all) })
            : word('methods.calibration.none'),
        }),
      ]),
      ...(all ? [picture] : []),
    ]);
  }

  const binText = (bin) =>
    `${(bin.bin / 10).toFixed(1)}–${((bin.bin + 1) / 10).toFixed(1)}: ${count(bin.n_true)}/${count(bin.n)}`;

  /* The same numbers to read: bin, true of all, share with its interval, or too few. */
  function binTable(basis, bins) {
    const rows = bins.map((bin) =>
      element('tr', {}, [
        element('th', { scope: 'row', text: binText(bin).split(':')[0] }),
        element('td', { className: 'number', text: `${count(bin.n_true)} / ${count(bin.n)}` }),
        element('td', {}, [interval(bin.n_true, bin.n)]),
      ]),
    );
    return element('table', { className: 'source-table' }, [
      element('caption', { text: word(`methods.calibration.${basis}`) }),
      element('tbody', {}, rows),
    ]);
  }

  lookout.methods.reliability = reliability;
  lookout.methods.binTable = binTable;
})();
