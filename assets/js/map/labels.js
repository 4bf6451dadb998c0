/* Names of places, greedily placed: a name that would touch an earlier one is left out. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  const FONT = '"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",sans-serif';
  const GAP_PX = 4;

  function layersAt(z, theme) {
    const layers = [];
    if (z < 6.6) layers.push({ level: 0, size: z < 5 ? 12 : 14, colour: theme.label, weight: 500 });
    if (z >= 5.8)
      layers.push({ level: 1, size: z < 8.2 ? 12.5 : 15, colour: theme.labelCity, weight: z < 8.2 ? 400 : 500 });
    if (z >= 8.2) layers.push({ level: 2, size: z < 10 ? 11.5 : 13, colour: theme.labelCounty, weight: 400 });
    return layers;
  }

  function isFree(box, taken) {
    return !taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1]);
  }

  class Labels {
    constructor() {
      this.byLevel = [[], [], []];
      this.widths = new Map();
      this.below = null;
    }

    /* Whole names only, in what is seen above so many pixels at the foot; without a number they may run off the edge. */
    keepWhole(below) {
      this.below = below;
    }

    set(places) {
      this.byLevel = [[], [], []];
      const { world } = lookout.map;
      for (const place of places) {
        if (!place.label || !Number.isFinite(place.lon)) continue;
        this.byLevel[place.level].push({
          text: place.label,
          idx: place.idx,
          x: world.x(place.lon),
          y: world.y(place.lat),
        });
      }
    }

    widthOf(context, text) {
      const key = `${context.font}|${text}`;
      if (!this.widths.has(key)) this.widths.set(key, context.measureText(text).width);
      return this.widths.get(key);
    }

    paint(context, frame, theme, fontScale) {
      const taken = [];
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.lineJoin = 'round';
      context.strokeStyle = theme.labelHalo;
      for (const layer of layersAt(frame.z, theme)) {
        const size = layer.size * frame.unit * fontScale;
        context.font = `${layer.weight} ${size}px ${FONT}`;
        context.lineWidth = 3.2 * frame.unit;
        context.fillStyle = layer.colour;
        for (const label of this.byLevel[layer.level]) this.place(context, frame, label, size, taken);
      }
    }

    /* The area names may stand in: west, north, east, south. */
    area(frame) {
      if (this.below === null) return [0, 0, frame.width, frame.height];
      const { x, y } = frame.pad;
      return [x, y, frame.width - x, frame.height - y - this.below];
    }

    place(context, frame, label, size, taken) {
      let x = label.x * frame.scale - frame.left;
      let y = label.y * frame.scale - frame.top;
      const [west, north, east, south] = this.area(frame);
      if (x < west || y < north || x > east || y > south) return;
      const halfWidth = this.widthOf(context, label.text) / 2 + GAP_PX * frame.unit;
      const halfHeight = size * 0.64;
      if (this.below !== null) {
        x = Math.min(Math.max(x, west + halfWidth), east - halfWidth);
        y = Math.min(Math.max(y, north + halfHeight), south - halfHeight);
      }
      const box = [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight];
      if (!isFree(box, taken)) return;
      taken.push(box);
      context.strokeText(label.text, x, y);
      context.fillText(label.text, x, y);
    }
  }

  lookout.map.Labels = Labels;
  lookout.map.LABEL_FONT = FONT;
})();
