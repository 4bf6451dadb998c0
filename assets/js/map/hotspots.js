/* Hot cells of the 3 km grid. From afar a glow: an additive float field at half resolution, tone-mapped through
   a table. From nearby the true cells, each with its four reprojected corners, told apart by form as well as by
   colour: fresh is solid, ageing is dull inside a lighter edge, expired is a dashed outline. A cell that the ring test
   did not pass, or could not be asked of, is hollow, and carries less of the glow. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  const AGE_WEIGHT = [1, 0.4, 0.1];
  const HOLLOW_WEIGHT = 0.3;
  const HOLLOW_STYLE = 5;
  const CELLS_FROM_Z = 7.5;
  const EDGE_FROM_PX = 6;
  const GLOW_UNTIL_PX = 60;
  const TABLE_SIZE = 1024;
  const TABLE_TOP = 4;
  const MANY_CELLS = 10_000;
  const MOST_LIFT = 2.5;
  const EXPOSURE = 0.95;
  const KEY_ROWS = 65536;
  /* Squares in one path: much longer ones take the rasteriser more than linear time. */
  const PATH_CELLS = 64;
  const SIGNS = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ];

  class Hotspots {
    constructor(cells = { col: [], row: [], level: [], age: [], isHollow: [] }) {
      const { col, row, level, age, isHollow, footprintKm } = cells;
      Object.assign(this, { col, row, level, age, isHollow: isHollow || new Uint8Array(col.length), footprintKm });
      this.count = col.length;
      this.centreX = new Float32Array(this.count);
      this.centreY = new Float32Array(this.count);
      this.corners = new Float32Array(this.count * 8).fill(NaN);
      this.byCell = null;
      const { albers, world } = lookout.map;
      for (let i = 0; i < this.count; i++) {
        const [lon, lat] = albers.centre(col[i], row[i]);
        this.centreX[i] = world.x(lon);
        this.centreY[i] = world.y(lat);
      }
    }

    /* World corners of a cell, reprojected when it is first looked at: most never are. */
    cornersOf(i) {
      const at = i * 8;
      if (Number.isNaN(this.corners[at])) this.corners.set(this.square(i, lookout.map.albers.CELL_M), at);
      return this.corners.subarray(at, at + 8);
    }

    /* A square of the given side around the cell's centre, in world pixels. */
    square(i, sideM) {
      const { albers, world } = lookout.map;
      const x = albers.GRID_X0 + (this.col[i] + 0.5) * albers.CELL_M;
      const y = albers.GRID_Y0 + (this.row[i] + 0.5) * albers.CELL_M;
      const corners = new Float32Array(8);
      for (let c = 0; c < 4; c++) {
        const [signX, signY] = SIGNS[c];
        const [lon, lat] = albers.inverse(x + (signX * sideM) / 2, y + (signY * sideM) / 2);
        corners[2 * c] = world.x(lon);
        corners[2 * c + 1] = world.y(lat);
      }
      return corners;
    }

    at(col, row) {
      if (!this.byCell) {
        this.byCell = new Map();
        for (let i = 0; i < this.count; i++) this.byCell.set(this.col[i] * KEY_ROWS + this.row[i], i);
      }
      const found = this.byCell.get(col * KEY_ROWS + row);
      return found === undefined ? -1 : found;
    }
  }

  /* Side of a cell on the screen, at the latitude of the key regions. */
  function cellPixels(frame) {
    return lookout.map.world.length(lookout.map.albers.CELL_M, 35) * frame.scale;
  }

  function splatKernel(radius) {
    const side = 2 * radius + 1;
    const kernel = new Float32Array(side * side);
    for (let y = -radius; y <= radius; y++) {
      for (let x = -radius; x <= radius; x++) {
        const distance = Math.hypot(x, y) / (radius + 0.5);
        kernel[(y + radius) * side + x + radius] = distance < 1 ? (1 - distance) ** 2.2 : 0;
      }
    }
    return kernel;
  }

  class GlowField {
    constructor() {
      this.canvas = document.createElement('canvas');
      this.context = this.canvas.getContext('2d', { willReadFrequently: true });
      this.field = new Float32Array(0);
    }

    resize(width, height) {
      if (this.canvas.width === width && this.canvas.height === height && this.field.length) {
        this.field.fill(0);
        return;
      }
      this.canvas.width = width;
      this.canvas.height = height;
      this.field = new Float32Array(width * height);
      this.image = this.context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }

    splat(hot, frame, step, radius, gain) {
      const { width, height } = this.canvas;
      const kernel = splatKernel(radius);
      const side = 2 * radius + 1;
      for (let i = 0; i < hot.count; i++) {
        const left = Math.round((hot.centreX[i] * frame.scale - frame.left) / step) - radius;
        const top = Math.round((hot.centreY[i] * frame.scale - frame.top) / step) - radius;
        if (left < 0 || top < 0 || left + side > width || top + side > height) continue;
        const strength = (0.35 + (0.65 * hot.level[i]) / 255) * AGE_WEIGHT[hot.age[i]] * gain * (hot.isHollow[i] ? HOLLOW_WEIGHT : 1);
        for (let y = 0; y < side; y++) {
          const to = (top + y) * width + left;
          const from = y * side;
          for (let x = 0; x < side; x++) this.field[to + x] += strength * kernel[from + x];
        }
      }
    }

    tone(table) {
      const { field, pixels } = this;
      const toIndex = (TABLE_SIZE - 1) / TABLE_TOP;
      for (let i = 0; i < field.length; i++) {
        const f = field[i];
        pixels[i] = f < 0.004 ? 0 : table[f >= TABLE_TOP ? TABLE_SIZE - 1 : (f * toIndex) | 0];
      }
      this.context.putImageData(this.image, 0, 0);
    }
  }

  /* Few cells over a wide land carry more of the light each, or nobody would see them. */
  function lift(count) {
    return Math.min(MOST_LIFT, Math.max(1, Math.sqrt(MANY_CELLS / count)));
  }

  function paintGlow(context, frame, hot, field, table) {
    const cell = cellPixels(frame);
    const isNear = frame.z >= CELLS_FROM_Z;
    const step = 2 * frame.unit;
    const reach = isNear ? Math.max(7 * frame.unit, cell * 0.95) : (5 + Math.max(0, frame.z - 4) * 0.9) * frame.unit;
    const radius = Math.max(2, Math.min(24, Math.round(reach / step)));
    /* Zooming in spreads the cells out, so each has to carry more of the light. */
    const gain = isNear ? 0.36 : Math.min(0.62, 0.12 * 1.95 ** (frame.z - 4)) * lift(hot.count);
    field.resize(Math.ceil(frame.width / step), Math.ceil(frame.height / step));
    field.splat(hot, frame, step, radius, gain);
    field.tone(table);
    context.imageSmoothingEnabled = true;
    context.drawImage(field.canvas, 0, 0, field.canvas.width * step, field.canvas.height * step);
  }

  function styleOf(hot, i) {
    if (hot.age[i] === 2) return 4;
    if (hot.isHollow[i]) return HOLLOW_STYLE;
    if (hot.age[i] === 1) return 3;
    return Math.min(2, Math.floor(hot.level[i] / 86));
  }

  function traceSquare(path, corners, frame) {
    for (let c = 0; c < 8; c += 2) {
      const x = corners[c] * frame.scale - frame.left;
      const y = corners[c + 1] * frame.scale - frame.top;
      if (c === 0) path.moveTo(x, y);
      else path.lineTo(x, y);
    }
    path.closePath();
  }

  /* For each style a list of paths of a bounded number of cells. */
  function cellPaths(hot, frame) {
    const batches = [0, 1, 2, 3, 4, HOLLOW_STYLE].map(() => ({ paths: [], room: 0 }));
    const reach = cellPixels(frame) * 1.5;
    for (let i = 0; i < hot.count; i++) {
      const x = hot.centreX[i] * frame.scale - frame.left;
      const y = hot.centreY[i] * frame.scale - frame.top;
      if (x < -reach || y < -reach || x > frame.width + reach || y > frame.height + reach) continue;
      const batch = batches[styleOf(hot, i)];
      if (batch.room === 0) {
        batch.paths.push(new Path2D());
        batch.room = PATH_CELLS;
      }
      batch.room -= 1;
      traceSquare(batch.paths[batch.paths.length - 1], hot.cornersOf(i), frame);
    }
    return batches.map((batch) => batch.paths);
  }

  function fillAndEdge(context, paths, fill, edge) {
    context.fillStyle = fill;
    context.strokeStyle = edge || fill;
    for (const path of paths) {
      context.fill(path);
      if (edge) context.stroke(path);
    }
  }

  /* Oldest first, so that a fresh cell's edge is never covered by an expired neighbour. */
  function paintCells(context, frame, hot, theme) {
    const [low, middle, high, ageing, expired, hollow] = cellPaths(hot, frame);
    const cell = cellPixels(frame);
    const unit = frame.unit;
    const hasEdges = cell >= EDGE_FROM_PX * unit;
    context.lineJoin = 'miter';
    context.lineWidth = Math.min(2, Math.max(0.8, cell / 14)) * unit;
    const dash = Math.max(1.5, cell / 8);
    context.setLineDash(hasEdges ? [dash, dash * 0.75] : []);
    context.strokeStyle = theme.hotExpired;
    expired.forEach((path) => context.stroke(path));
    context.setLineDash([]);
    context.strokeStyle = theme.hotAgeingEdge;
    hollow.forEach((path) => context.stroke(path));
    context.fillStyle = theme.hotAgeing;
    fillAndEdge(context, ageing, theme.hotAgeing, hasEdges && theme.hotAgeingEdge);
    [low, middle, high].forEach((paths, band) => {
      fillAndEdge(context, paths, theme.hotFresh[band], hasEdges && theme.hotFreshEdge[band]);
    });
  }

  function paintHotspots(context, frame, hot, theme, cache) {
    if (!hot.count) return;
    if (cellPixels(frame) < GLOW_UNTIL_PX * frame.unit) paintGlow(context, frame, hot, cache.field, cache.table);
    if (frame.z >= CELLS_FROM_Z) paintCells(context, frame, hot, theme);
  }

  function createCache(theme) {
    return {
      field: new GlowField(),
      table: lookout.map.heatTable(theme.hotStops, TABLE_SIZE, TABLE_TOP, EXPOSURE),
    };
  }

  lookout.map.Hotspots = Hotspots;
  lookout.map.paintHotspots = paintHotspots;
  lookout.map.createHotCache = createCache;
  lookout.map.cellPixels = cellPixels;
  lookout.map.traceSquare = traceSquare;
})();
