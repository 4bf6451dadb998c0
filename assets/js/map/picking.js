/* What is under a pixel. Marks are looked up in a grid of screen buckets that is built at the first question
   after a draw; hot cells by their column and row; places by their outline. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  const BUCKET_PX = 16;
  const SLACK_PX = 3;
  /* Far out, marks are a texture: there a click means the place under it. */
  const CLUES_FROM_Z = 5.5;
  const ENTERPRISES_FROM_Z = 7;
  const HOT_CELL_FROM_PX = 4;

  /* Buckets as linked lists in two integer arrays: no objects, whatever the number of points. */
  class ScreenIndex {
    constructor(frame, capacity) {
      this.columns = Math.ceil(frame.width / BUCKET_PX) + 1;
      this.rows = Math.ceil(frame.height / BUCKET_PX) + 1;
      this.head = new Int32Array(this.columns * this.rows).fill(-1);
      this.next = new Int32Array(capacity);
      this.x = new Float32Array(capacity);
      this.y = new Float32Array(capacity);
      this.item = new Int32Array(capacity);
      this.count = 0;
    }

    add(x, y, item) {
      const column = Math.floor(x / BUCKET_PX);
      const row = Math.floor(y / BUCKET_PX);
      if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return;
      const bucket = row * this.columns + column;
      const at = this.count++;
      this.x[at] = x;
      this.y[at] = y;
      this.item[at] = item;
      this.next[at] = this.head[bucket];
      this.head[bucket] = at;
    }

    /* The nearest item whose own radius (plus slack) reaches the point, or -1. */
    nearest(x, y, reachOf, maxReach) {
      let best = -1;
      let bestDistance = Infinity;
      const span = Math.ceil(maxReach / BUCKET_PX);
      const column = Math.floor(x / BUCKET_PX);
      const row = Math.floor(y / BUCKET_PX);
      for (let r = Math.max(0, row - span); r <= Math.min(this.rows - 1, row + span); r++) {
        for (let c = Math.max(0, column - span); c <= Math.min(this.columns - 1, column + span); c++) {
          for (let at = this.head[r * this.columns + c]; at >= 0; at = this.next[at]) {
            const distance = Math.hypot(this.x[at] - x, this.y[at] - y);
            if (distance < bestDistance && distance <= reachOf(this.item[at])) {
              best = this.item[at];
              bestDistance = distance;
            }
          }
        }
      }
      return best;
    }
  }

  function indexMarks(frame, marks) {
    const index = new ScreenIndex(frame, marks.length);
    marks.forEach((mark, i) => index.add(mark.x, mark.y, i));
    return index;
  }

  function indexPoints(frame, points) {
    const { xs, ys, shown } = points;
    const index = new ScreenIndex(frame, shown.length);
    for (let s = 0; s < shown.length; s++) {
      const i = shown[s];
      index.add(xs[i] * frame.scale - frame.left, ys[i] * frame.scale - frame.top, i);
    }
    return index;
  }

  class Picker {
    constructor(state) {
      this.state = state;
      this.forget();
    }

    forget() {
      this.marks = null;
      this.enterprises = null;
    }

    /* x, y in canvas pixels (CSS); lon, lat of the same point. */
    pick(frame, x, y, lon, lat) {
      const at = { lon, lat };
      return (
        this.pickClue(frame, x, y, at) ||
        this.pickEnterprise(frame, x, y, at) ||
        this.pickHotspot(frame, at) ||
        this.pickPlace(frame, at)
      );
    }

    pickClue(frame, x, y, at) {
      const { visible, marks, clues } = this.state;
      if (!visible.clues || !marks.length || frame.z < CLUES_FROM_Z) return null;
      if (!this.marks) this.marks = indexMarks(frame, marks);
      const slack = SLACK_PX * frame.unit;
      const maxReach = lookout.map.clueRadius(frame) * 2.3 + slack;
      const found = this.marks.nearest(x, y, (i) => marks[i].radius + slack, maxReach);
      if (found < 0) return null;
      const { index, count } = marks[found];
      return { kind: 'clue', index, count, lon: clues.lon[index], lat: clues.lat[index], pointer: at };
    }

    pickEnterprise(frame, x, y, at) {
      const { visible, enterprises } = this.state;
      if (!visible.enterprises || !enterprises.shown.length || frame.z < ENTERPRISES_FROM_Z) return null;
      if (!this.enterprises) this.enterprises = indexPoints(frame, enterprises);
      const reach = lookout.map.enterpriseRadius(frame) + SLACK_PX * frame.unit;
      const index = this.enterprises.nearest(x, y, () => reach, reach);
      if (index < 0) return null;
      return {
        kind: 'enterprise',
        index,
        count: 1,
        lon: enterprises.lon[index],
        lat: enterprises.lat[index],
        pointer: at,
      };
    }

    pickHotspot(frame, at) {
      const { visible, hot } = this.state;
      if (!visible.hotspots || !hot.count) return null;
      if (lookout.map.cellPixels(frame) < HOT_CELL_FROM_PX * frame.unit) return null;
      const { albers } = lookout.map;
      const [col, row] = albers.cellAt(at.lon, at.lat);
      const index = hot.at(col, row);
      if (index < 0) return null;
      const [lon, lat] = albers.centre(col, row);
      return { kind: 'hotspot', index, count: 1, col, row, lon, lat, pointer: at };
    }

    pickPlace(frame, at) {
      const { atlas } = this.state;
      const level = this.state.drawnLevel(frame.z);
      if (level < 0) return null;
      const { world } = lookout.map;
      const placeIdx = atlas.placeAt(level, world.x(at.lon), world.y(at.lat));
      return placeIdx < 0 ? null : { kind: 'place', placeIdx, level, lon: at.lon, lat: at.lat, pointer: at };
    }
  }

  lookout.map.Picker = Picker;
})();
