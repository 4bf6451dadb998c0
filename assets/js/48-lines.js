/* Small charts: SVG nodes, labels, and lines that break where a day or a value is missing. */
(() => {
  const lookout = window.lookout;

  function svg(tag, attributes = {}, children = []) {
    const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  function text(tag, said, attributes = {}) {
    const node = svg(tag, attributes);
    node.textContent = said;
    return node;
  }

  /* The `d` of [x, value] pairs in order: a hole of more than one step, or a value of null, is a hole in the line. */
  function path(points, x, y) {
    let out = '';
    points.forEach(([at, value], i) => {
      if (value === null) return;
      const goesOn = i && points[i - 1][0] === at - 1 && points[i - 1][1] !== null;
      out += `${goesOn ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    });
    return out;
  }

  /* The `d` of the room between the same line and `base`, hole by hole. */
  function under(points, x, y, base) {
    return path(points, x, y)
      .split('M')
      .filter(Boolean)
      .map((run) => {
        const ends = run.split('L').map((pair) => pair.split(' ')[0]);
        return `M${ends[0]} ${base}L${run}L${ends[ends.length - 1]} ${base}Z`;
      })
      .join('');
  }

  /* Round numbers from 0 up to `most`, about five. */
  function ticks(most) {
    const step = 10 ** Math.floor(Math.log10(most || 1));
    const unit = [1, 2, 5, 10].map((k) => (k * step) / 5).find((u) => most / u <= 5) || step;
    return Array.from({ length: Math.floor(most / unit) + 1 }, (_, i) => i * unit);
  }

  lookout.lines = {
    svg,
    path,
    under,
    ticks,
    label: (x, y, said, attributes = {}) => text('text', said, { x, y, ...attributes }),
    title: (said) => text('title', said),
  };
})();
