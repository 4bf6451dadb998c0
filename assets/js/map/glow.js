/* The halo around the country: its silhouette at a quarter of the resolution, blurred by hand with running sums.
   Wide canvas strokes cost 50-180 ms a draw in software, shadowBlur seconds; this about ten. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  const SHRINK = 4;
  const DETAIL_PX = 2;
  const PASSES = 2;

  /* One box blur of radius r along lines of `length` values that are `stride` apart. */
  function blurLines(source, target, { lines, lineStride, length, stride }, r) {
    const share = 1 / (2 * r + 1);
    for (let line = 0; line < lines; line++) {
      const start = line * lineStride;
      const end = start + (length - 1) * stride;
      let sum = source[start] * r;
      for (let i = 0; i < r; i++) sum += source[Math.min(end, start + i * stride)];
      for (let i = 0; i < length; i++) {
        sum += source[Math.min(end, start + (i + r) * stride)];
        target[start + i * stride] = sum * share;
        sum -= source[Math.max(start, start + (i - r) * stride)];
      }
    }
  }

  function blur(alpha, width, height, radius) {
    const spare = new Float32Array(alpha.length);
    const blurred = Float32Array.from(alpha);
    const across = { lines: height, lineStride: width, length: width, stride: 1 };
    const down = { lines: width, lineStride: 1, length: height, stride: width };
    for (let pass = 0; pass < PASSES; pass++) {
      blurLines(blurred, spare, across, radius);
      blurLines(spare, blurred, down, radius);
    }
    return blurred;
  }

  class CountryGlow {
    constructor() {
      this.canvas = document.createElement('canvas');
      this.context = this.canvas.getContext('2d', { willReadFrequently: true });
    }

    silhouette(frame, shapes, shrink) {
      const { canvas, context } = this;
      canvas.width = Math.ceil(frame.width / shrink);
      canvas.height = Math.ceil(frame.height / shrink);
      lookout.map.useWorld(context, { ...frame, ratio: 1 / shrink });
      /* Wide enough to close the seams between provinces, which would pass for sea. */
      context.lineWidth = (6 * frame.unit) / frame.scale;
      context.lineJoin = 'bevel';
      for (const shape of shapes) {
        const path = shape.pathAt(frame, DETAIL_PX);
        context.fill(path, 'evenodd');
        context.stroke(path);
      }
      return context.getImageData(0, 0, canvas.width, canvas.height);
    }

    paint(target, frame, shapes, theme) {
      const shrink = SHRINK * frame.unit;
      /* New numbers on the same view need no new glow. */
      const view = [frame.left, frame.top, frame.scale, frame.width, frame.height, shrink, theme.name, theme.glow];
      const isSame =
        this.shapes &&
        this.view.join() === view.join() &&
        this.shapes[0] === shapes[0] &&
        this.shapes.length === shapes.length;
      if (!isSame) {
        this.hasSea = this.render(frame, shapes, theme, shrink);
        this.view = view;
        this.shapes = shapes;
      }
      if (!this.hasSea) return;
      target.imageSmoothingEnabled = true;
      target.drawImage(this.canvas, 0, 0, this.canvas.width * shrink, this.canvas.height * shrink);
    }

    /* False if there is no sea or foreign land in view, and so nothing to glow on. */
    render(frame, shapes, theme, shrink) {
      const image = this.silhouette(frame, shapes, shrink);
      const { width, height } = image;
      const pixels = new Uint32Array(image.data.buffer);
      const alpha = new Float32Array(pixels.length);
      let hasSea = false;
      for (let i = 0; i < pixels.length; i++) {
        alpha[i] = pixels[i] >>> 24;
        if (alpha[i] < 200) hasSea = true;
      }
      if (!hasSea) return false;
      const wide = blur(alpha, width, height, Math.max(1, Math.round(theme.glowWide[0] / SHRINK)));
      const tight = blur(alpha, width, height, Math.max(1, Math.round(theme.glowTight[0] / SHRINK)));
      const [r, g, b] = lookout.map.colourParts(theme.glow);
      const colour = (b << 16) | (g << 8) | r;
      for (let i = 0; i < pixels.length; i++) {
        const strength = Math.min(255, wide[i] * theme.glowWide[1] + tight[i] * theme.glowTight[1]);
        pixels[i] = ((strength << 24) | colour) >>> 0;
      }
      this.context.putImageData(image, 0, 0);
      return true;
    }
  }

  lookout.map.CountryGlow = CountryGlow;
})();
