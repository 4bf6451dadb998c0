/* Marks as small rasters, and the raster they are stamped into. Blitting a 9 x 9 mark by hand is an order of
   magnitude cheaper than an arc or a drawImage without a GPU, so 100,000 points stay a matter of milliseconds. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  function polygon(sides, turn, radius = 1) {
    return Array.from({ length: sides }, (_, i) => {
      const angle = turn + (i * 2 * Math.PI) / sides;
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    });
  }

  function star() {
    const outer = polygon(5, -Math.PI / 2, 1.18);
    const inner = polygon(5, -Math.PI / 2 + Math.PI / 5, 0.52);
    return outer.flatMap((point, i) => [point, inner[i]]);
  }

  const ARM = 0.36;
  const cross = [
    [-ARM, -1],
    [ARM, -1],
    [ARM, -ARM],
    [1, -ARM],
    [1, ARM],
    [ARM, ARM],
    [ARM, 1],
    [-ARM, 1],
    [-ARM, ARM],
    [-1, ARM],
    [-1, -ARM],
    [-ARM, -ARM],
  ];

  /* Corners on a unit circle, sized so that all shapes weigh about the same to the eye. */
  const OUTLINES = {
    triangle: polygon(3, -Math.PI / 2, 1.25),
    'triangle-down': polygon(3, Math.PI / 2, 1.25),
    square: polygon(4, Math.PI / 4, 1.2),
    diamond: polygon(4, 0, 1.25),
    hexagon: polygon(6, 0, 1.08),
    cross: cross.map(([x, y]) => [x * 1.05, y * 1.05]),
    star: star(),
  };

  function tracePath(context, shape, x, y, radius) {
    const outline = OUTLINES[shape];
    context.beginPath();
    if (!outline) {
      context.arc(x, y, radius, 0, 2 * Math.PI);
      return;
    }
    outline.forEach(([px, py], i) => {
      if (i) context.lineTo(x + px * radius, y + py * radius);
      else context.moveTo(x + px * radius, y + py * radius);
    });
    context.closePath();
  }

  /* Draw one mark with its halo, centred on x, y. Also used for legends. */
  function drawMark(context, style, x, y, radius, haloWidth) {
    const isRing = style.shape === 'ring';
    const lineWidth = isRing ? Math.max(1, radius * 0.52) : 0;
    const bodyRadius = isRing ? radius * 0.8 : radius;
    context.lineJoin = 'round';
    tracePath(context, style.shape, x, y, bodyRadius);
    if (haloWidth) {
      context.strokeStyle = style.halo;
      context.lineWidth = lineWidth + 2 * haloWidth;
      context.stroke();
    }
    context.globalAlpha = style.alpha === undefined ? 1 : style.alpha;
    if (isRing) {
      context.fillStyle = style.halo;
      context.fill();
      context.strokeStyle = style.color;
      context.lineWidth = lineWidth;
      context.stroke();
    } else {
      context.fillStyle = style.color;
      context.fill();
    }
    context.globalAlpha = 1;
  }

  function makeSprite(style, radius, haloWidth) {
    const half = Math.ceil(radius * 1.3 + haloWidth + 0.5);
    const side = 2 * half + 1;
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = side;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    drawMark(context, style, half + 0.5, half + 0.5, radius, haloWidth);
    const pixels = new Uint32Array(context.getImageData(0, 0, side, side).data.buffer);
    return { side, half, pixels };
  }

  /* A square dot: at 1-3 pixels it is crisper than a circle and costs next to nothing. */
  function makeDot(colour, alpha, side) {
    const [r, g, b] = lookout.map.colourParts(colour);
    const pixel = ((Math.round(alpha * 255) << 24) | (b << 16) | (g << 8) | r) >>> 0;
    return { side, half: side >> 1, pixels: new Uint32Array(side * side).fill(pixel) };
  }

  /* Source-over of one straight-alpha pixel on another, little-endian ABGR. */
  function over(top, under) {
    const a = top >>> 24;
    if (a === 255 || under === 0) return top;
    if (a === 0) return under;
    const rest = ((under >>> 24) * (255 - a)) / 255;
    const sum = a + rest;
    const mix = (shift) => ((((top >>> shift) & 255) * a + ((under >>> shift) & 255) * rest) / sum + 0.5) | 0;
    return ((((sum + 0.5) | 0) << 24) | (mix(16) << 16) | (mix(8) << 8) | mix(0)) >>> 0;
  }

  class StampRaster {
    constructor() {
      this.canvas = document.createElement('canvas');
      this.context = this.canvas.getContext('2d', { willReadFrequently: true });
      this.reset();
    }

    reset() {
      this.firstRow = Infinity;
      this.lastRow = -1;
    }

    begin(width, height) {
      if (this.canvas.width !== width || this.canvas.height !== height || !this.image) {
        this.canvas.width = width;
        this.canvas.height = height;
        this.image = this.context.createImageData(width, height);
        this.pixels = new Uint32Array(this.image.data.buffer);
      } else if (this.lastRow >= 0) {
        this.pixels.fill(0, this.firstRow * width, (this.lastRow + 1) * width);
      }
      this.width = width;
      this.height = height;
      this.reset();
    }

    /* x, y in device pixels. Marks over the edge are left out: the canvas has a margin. */
    stamp(sprite, x, y) {
      const { side, half, pixels: source } = sprite;
      const left = Math.round(x) - half;
      const top = Math.round(y) - half;
      if (left < 0 || top < 0 || left + side > this.width || top + side > this.height) return;
      if (top < this.firstRow) this.firstRow = top;
      if (top + side - 1 > this.lastRow) this.lastRow = top + side - 1;
      const target = this.pixels;
      for (let row = 0; row < side; row++) {
        const to = (top + row) * this.width + left;
        const from = row * side;
        for (let i = 0; i < side; i++) {
          const pixel = source[from + i];
          if (pixel) target[to + i] = over(pixel, target[to + i]);
        }
      }
    }

    /* Copy what was stamped onto a context that is in screen (CSS pixel) space. */
    flush(context, frame) {
      if (this.lastRow < 0) return;
      const rows = this.lastRow - this.firstRow + 1;
      this.context.putImageData(this.image, 0, 0, 0, this.firstRow, this.width, rows);
      context.imageSmoothingEnabled = false;
      const scale = 1 / frame.ratio;
      context.drawImage(
        this.canvas,
        0,
        this.firstRow,
        this.width,
        rows,
        0,
        this.firstRow * scale,
        this.width * scale,
        rows * scale,
      );
    }
  }

  lookout.map.drawMark = drawMark;
  lookout.map.makeSprite = makeSprite;
  lookout.map.makeDot = makeDot;
  lookout.map.StampRaster = StampRaster;
})();
