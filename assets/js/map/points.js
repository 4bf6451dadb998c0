/* Enterprises and clues: which marks stand where on the screen, and stamping them. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  /* By severity 1, 2, 3: size of a mark, and how much of it a crowd takes. */
  const SIZE_OF_SEVERITY = [0, 1.18, 1, 0.86];
  const STEP_BACK = [0, 0.45, 0.72, 0.72];
  const COUNTS_FROM_Z = 10;
  const MAX_COUNTS = 500;

  class Points {
    constructor(columns = { lon: [], lat: [], shown: [] }) {
      Object.assign(this, columns);
      const { xs, ys } = lookout.map.world.points(columns.lon, columns.lat);
      this.xs = xs;
      this.ys = ys;
    }
  }

  /* Radius in design pixels, growing smoothly with zoom between the given stops. */
  function sizeAt(stops, z) {
    if (z <= stops[0][0]) return stops[0][1];
    for (let i = 1; i < stops.length; i++) {
      const [z1, r1] = stops[i];
      const [z0, r0] = stops[i - 1];
      if (z <= z1) return r0 + ((r1 - r0) * (z - z0)) / (z1 - z0);
    }
    return stops[stops.length - 1][1];
  }

  const ENTERPRISE_SIZE = [
    [4, 0.6],
    [6, 0.85],
    [7.5, 1.3],
    [8.5, 2.3],
    [10, 3.3],
    [13, 4.8],
  ];
  const ENTERPRISE_ALPHA = [
    [4, 0.38],
    [6, 0.6],
    [7.5, 0.92],
    [8, 1],
  ];
  /* From afar more enterprises are drawn fainter, so that their number never hides the clues. */
  const FAINT_FROM_COUNT = 6000;
  const LEAST_ALPHA = 0.07;
  const FULL_ALPHA_Z = [6.5, 8.5];
  /* From afar, clues that are over (closed, discarded) are left to the lists: what is open is not to be covered. */
  const MANY_CLUES = 6000;
  const OVER_FROM_Z = 8;
  const CLUE_SIZE = [
    [4, 0.95],
    [5.5, 1.5],
    [6.5, 2.1],
    [7.5, 3.1],
    [8.5, 4.4],
    [10, 6],
    [13, 8],
  ];
  /* Side of the bins clues are gathered in: wider than a mark from afar, so that the glow shows between marks. */
  const CLUE_BIN = [
    [4, 9.5],
    [5.5, 9],
    [7, 9],
    [8.5, 8],
    [10, 10],
  ];

  /* Share of the canvas that marks and their margins cover: roomy below, crowded above. */
  const ROOMY = 0.006;
  const CROWDED = 0.02;

  function enterpriseRadius(frame) {
    return sizeAt(ENTERPRISE_SIZE, frame.z) * frame.unit;
  }

  function thinned(z, count) {
    if (count <= FAINT_FROM_COUNT) return 1;
    const share = Math.max(LEAST_ALPHA, FAINT_FROM_COUNT / count);
    const [from, to] = FULL_ALPHA_Z;
    const near = Math.min(1, Math.max(0, (z - from) / (to - from)));
    return share + (1 - share) * near;
  }

  function enterpriseSprite(frame, theme, points) {
    const radius = enterpriseRadius(frame);
    const alpha = sizeAt(ENTERPRISE_ALPHA, frame.z) * thinned(frame.z, points.shown.length);
    const side = Math.max(1, Math.round(2 * radius * frame.ratio));
    if (radius < 1.7 * frame.unit) return lookout.map.makeDot(theme.enterprise, alpha, side);
    const style = { shape: 'circle', color: theme.enterprise, halo: theme.enterpriseHalo };
    return lookout.map.makeSprite(style, radius * frame.ratio, 0.7 * frame.unit * frame.ratio);
  }

  /* Far away the dots are translucent and add up: where there are more, it is brighter, and none is left out. */
  function stampEnterprises(raster, frame, points, theme) {
    const sprite = enterpriseSprite(frame, theme, points);
    const { xs, ys, shown } = points;
    const scale = frame.scale * frame.ratio;
    const left = frame.left * frame.ratio;
    const top = frame.top * frame.ratio;
    for (let s = 0; s < shown.length; s++) {
      const i = shown[s];
      raster.stamp(sprite, xs[i] * scale - left, ys[i] * scale - top);
    }
  }

  function clueRadius(frame) {
    return sizeAt(CLUE_SIZE, frame.z) * frame.unit;
  }

  /* Screen bins, fixed to the ground so that marks do not swim when the map is panned. */
  function createBins(frame, side) {
    const firstColumn = Math.floor(frame.left / side);
    const firstRow = Math.floor(frame.top / side);
    const columns = Math.ceil(frame.width / side) + 2;
    const rows = Math.ceil(frame.height / side) + 2;
    const markOf = new Int32Array(columns * rows).fill(-1);
    return (x, y) => {
      const column = Math.floor(x / side) - firstColumn;
      const row = Math.floor(y / side) - firstRow;
      if (column < 0 || row < 0 || column >= columns || row >= rows) return null;
      return { at: row * columns + column, markOf };
    };
  }

  function hidesOver(points, z) {
    return !points.showsOver && z < OVER_FROM_Z && points.shown.length > MANY_CLUES;
  }

  /* One mark for all clues in a bin: the most severe gives form and colour (the last drawn, among equals),
     the number gives size. So nothing is hidden, and an enterprise with five clues shows "5" close up. */
  function clueMarks(points, frame) {
    const { xs, ys, shown, severity, group, over } = points;
    const isLeftOut = hidesOver(points, frame.z) ? (i) => over[group[i]] : () => false;
    const bins = createBins(frame, sizeAt(CLUE_BIN, frame.z) * frame.unit);
    const marks = [];
    for (let s = 0; s < shown.length; s++) {
      const i = shown[s];
      if (isLeftOut(i)) continue;
      const x = xs[i] * frame.scale;
      const y = ys[i] * frame.scale;
      const bin = bins(x, y);
      if (!bin) continue;
      const mark = marks[bin.markOf[bin.at]];
      if (!mark) {
        bin.markOf[bin.at] = marks.length;
        marks.push({ index: i, x, y, count: 1 });
        continue;
      }
      mark.count += 1;
      if (severity[i] <= severity[mark.index]) Object.assign(mark, { index: i, x, y });
    }
    const crowd = crowding(marks.length, frame);
    for (const mark of marks) {
      mark.x -= frame.left;
      mark.y -= frame.top;
      mark.radius = markRadius(mark, severity[mark.index], frame, crowd) * (points.swell || 1);
    }
    return marks;
  }

  /* 0 where marks have room, 1 where they would cover the ground they stand on. */
  function crowding(count, frame) {
    const covered = (count * (2.4 * clueRadius(frame)) ** 2) / (frame.width * frame.height);
    return Math.min(1, Math.max(0, (covered - ROOMY) / (CROWDED - ROOMY)));
  }

  /* In a crowd all marks step back, the less severe more, so that hot cells show between them. */
  function markRadius(mark, severity, frame, crowd) {
    const bySeverity = SIZE_OF_SEVERITY[severity] * (1 - STEP_BACK[severity] * crowd);
    const byCount = Math.min(frame.z < 7 ? 1.75 - 0.5 * crowd : 1.3, 1 + 0.14 * Math.log2(mark.count));
    return clueRadius(frame) * bySeverity * byCount;
  }

  function stampClues(raster, frame, marks, points, styles, theme, sprites) {
    const halo =
      sizeAt(
        [
          [4, 0.35],
          [6.5, 0.7],
          [9, 1.4],
        ],
        frame.z,
      ) *
      frame.unit *
      frame.ratio;
    for (const mark of marks) {
      const group = points.group[mark.index];
      const radius = Math.round(mark.radius * frame.ratio * 2) / 2;
      const key = `${group}|${radius}|${halo.toFixed(1)}`;
      let sprite = sprites.get(key);
      if (!sprite) {
        const style = styles[group] || styles[0];
        sprite = lookout.map.makeSprite({ ...style, halo: theme.clueHalo }, radius, halo);
        sprites.set(key, sprite);
      }
      raster.stamp(sprite, mark.x * frame.ratio, mark.y * frame.ratio);
    }
  }

  /* How many clues a mark stands for, once there is room to say it. */
  function paintCounts(context, frame, marks, theme, font) {
    if (frame.z < COUNTS_FROM_Z) return;
    const many = marks.filter((mark) => mark.count > 1);
    if (many.length > MAX_COUNTS) return;
    context.font = `600 ${10.5 * frame.unit}px ${font}`;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    context.lineWidth = 3 * frame.unit;
    context.strokeStyle = theme.labelHalo;
    context.fillStyle = theme.count;
    for (const mark of many) {
      const x = mark.x + mark.radius + 2 * frame.unit;
      const y = mark.y - mark.radius * 0.7;
      context.strokeText(mark.count, x, y);
      context.fillText(mark.count, x, y);
    }
  }

  Object.assign(lookout.map, {
    Points,
    enterpriseRadius,
    clueRadius,
    hidesOver,
    stampEnterprises,
    clueMarks,
    stampClues,
    paintCounts,
  });
})();
