/* Places as Path2D in world pixels, decoded once from the snapshot's delta columns. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  const UNIT_DEG = 1e-4;
  const FINEST_LEVEL = 2;
  /* Vertices closer than this on the screen are merged: at zoom 4 nine of ten are. */
  const DETAIL_PX = 0.6;
  /* From here on the source is coarser than the screen, and the full path is drawn. */
  const FULL_DETAIL_ZOOM = 11;

  class Shape {
    constructor(columns, row, isClosed) {
      this.placeIdx = columns.place_idx[row];
      this.kind = columns.kind ? columns.kind[row] : null;
      this.isClosed = isClosed;
      this.minX = this.minY = Infinity;
      this.maxX = this.maxY = -Infinity;
      this.simplified = new Map();
      this.decode(columns, row);
    }

    /* In full detail; most places are never hit or seen from so near, so it is traced on demand. */
    get path() {
      if (!this.fullPath) this.fullPath = this.trace(0);
      return this.fullPath;
    }

    decode(columns, row) {
      const { x: worldX, y: worldY } = lookout.map.world;
      const dx = columns.dx[row];
      const dy = columns.dy[row];
      let at = 0;
      this.rings = Array.from(columns.ring_lengths[row], (length, ring) => {
        const points = new Float32Array(length * 2);
        let lon = columns.x0[row][ring];
        let lat = columns.y0[row][ring];
        for (let i = 0; i < length; i++) {
          if (i > 0) {
            lon += dx[at];
            lat += dy[at];
            at += 1;
          }
          points[2 * i] = worldX(lon * UNIT_DEG);
          points[2 * i + 1] = worldY(lat * UNIT_DEG);
          this.widen(points[2 * i], points[2 * i + 1]);
        }
        return points;
      });
    }

    widen(x, y) {
      if (x < this.minX) this.minX = x;
      if (x > this.maxX) this.maxX = x;
      if (y < this.minY) this.minY = y;
      if (y > this.maxY) this.maxY = y;
    }

    /* Vertices snapped to a grid of the given step, repeats dropped. Neighbours snap alike, so no gaps open
       between them; a ring smaller than the grid (an island) stays as a dot. */
    trace(step) {
      const path = new Path2D();
      const snap = step ? (value) => Math.round(value / step) * step : (value) => value;
      for (const points of this.rings) {
        let x = snap(points[0]);
        let y = snap(points[1]);
        path.moveTo(x, y);
        let kept = 1;
        for (let i = 2; i < points.length; i += 2) {
          const nextX = snap(points[i]);
          const nextY = snap(points[i + 1]);
          if (nextX === x && nextY === y) continue;
          x = nextX;
          y = nextY;
          kept += 1;
          path.lineTo(x, y);
        }
        if (kept === 1) path.lineTo(x + (step || 1e-3) / 2, y);
        if (this.isClosed) path.closePath();
      }
      return path;
    }

    /* The path with no more detail than the screen can show. */
    pathAt(frame, detailPx = DETAIL_PX) {
      const zoom = Math.ceil(frame.zoom);
      if (zoom >= FULL_DETAIL_ZOOM) return this.path;
      const step = detailPx * 2 ** (8 - zoom);
      if (!this.simplified.has(step)) this.simplified.set(step, this.trace(step));
      return this.simplified.get(step);
    }
  }

  function decode(columns, isClosed) {
    return Array.from(columns.place_idx, (_, row) => new Shape(columns, row, isClosed));
  }

  function isVisible(shape, frame) {
    return (
      shape.maxX * frame.scale >= frame.left &&
      shape.minX * frame.scale <= frame.left + frame.width &&
      shape.maxY * frame.scale >= frame.top &&
      shape.minY * frame.scale <= frame.top + frame.height
    );
  }

  class Atlas {
    constructor() {
      this.levels = {};
      this.lines = [];
      this.version = 0;
      this.byPlace = new Map();
      this.probe = document.createElement('canvas').getContext('2d');
    }

    set(level, columns) {
      this.version += 1;
      if (level === 9) {
        this.lines = decode(columns, false);
        return;
      }
      this.levels[level] = decode(columns, true);
      for (const shape of this.levels[level]) this.byPlace.set(shape.placeIdx, shape);
    }

    visible(level, frame) {
      return (this.levels[level] || []).filter((shape) => isVisible(shape, frame));
    }

    /* The level to draw at a design zoom; a finer one that has not arrived yet is stood in for. */
    levelAt(z, isUsable) {
      const wanted = z < 5.5 ? 0 : z < 7.2 ? 1 : FINEST_LEVEL;
      const ready = (level) => this.levels[level] && (!isUsable || isUsable(level));
      for (let level = wanted; level >= 0; level--) if (ready(level)) return level;
      for (let level = wanted + 1; level <= FINEST_LEVEL; level++) if (ready(level)) return level;
      return -1;
    }

    /* Place of a level under a world point, or -1. */
    placeAt(level, x, y) {
      for (const shape of this.levels[level] || []) {
        if (x < shape.minX || x > shape.maxX || y < shape.minY || y > shape.maxY) continue;
        if (this.probe.isPointInPath(shape.path, x, y, 'evenodd')) return shape.placeIdx;
      }
      return -1;
    }
  }

  lookout.map.Atlas = Atlas;
  lookout.map.decodeGeometry = decode;
  lookout.map.isShapeVisible = isVisible;
})();
