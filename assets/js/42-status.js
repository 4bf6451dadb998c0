/* How a clue's status looks, everywhere the same: shape, colour and word. */
(() => {
  const lookout = window.lookout;
  const SHAPES = {
    suspected: 'ring',
    pushed: 'triangle',
    checking: 'circle',
    confirmed: 'diamond',
    rectifying: 'square',
    supervised: 'star',
    relapsed: 'triangle-down',
    closed: 'hexagon',
    dismissed: 'cross',
  };

  const OVER = ['closed', 'dismissed'];

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  let known = null;

  function styles() {
    known =
      known ||
      lookout.crossfilter.GROUPS.map((key) => ({
        key,
        shape: SHAPES[key],
        color: token(`--status-${key}`),
        halo: token('--halo'),
        isOver: OVER.includes(key),
        label: lookout.config.statusWords[key],
      }));
    return known;
  }

  /* A small canvas with the mark, for lists and legends. */
  function mark(style) {
    const size = 14;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const canvas = lookout.element('canvas', {
      className: 'mark',
      width: size * ratio,
      height: size * ratio,
      'aria-hidden': 'true',
    });
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    lookout.map.drawMark(context, style, size / 2, size / 2, 4.4, 0);
    return canvas;
  }

  lookout.status = { styles, mark, token };
})();
