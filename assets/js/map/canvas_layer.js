/* One full-size canvas in a Leaflet pane. While the map moves it is only transformed by CSS; it is painted
   again after the move, at most once per animation frame however often a draw is asked for. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  /* Margin painted around the viewport, so that a short drag shows no bare edge; a map that nobody drags needs none. */
  const limits = { margin: 0.1, pixelRatio: 2 };
  /* Animation frames stop in a hidden tab; a timer keeps promises about painting. */
  const HIDDEN_DELAY_MS = 100;

  class CanvasLayer {
    constructor(map, { name, zIndex, paint, onPainted }) {
      this.map = map;
      this.paint = paint;
      this.onPainted = onPainted;
      this.pending = false;
      this.ticket = null;
      this.frame = null;
      this.draws = 0;
      this.lastDrawMs = 0;
      this.canvas = this.createCanvas(name, zIndex);
      this.context = this.canvas.getContext('2d');
      this.listeners = {
        zoomanim: (event) => this.follow(event.center, event.zoom),
        zoom: () => this.follow(map.getCenter(), map.getZoom()),
        viewreset: () => this.follow(map.getCenter(), map.getZoom()),
        moveend: () => this.requestDraw(),
        resize: () => this.requestDraw(),
      };
      map.on(this.listeners);
    }

    createCanvas(name, zIndex) {
      const pane = this.map.getPane(name) || this.map.createPane(name);
      pane.style.zIndex = zIndex;
      pane.style.pointerEvents = 'none';
      const canvas = document.createElement('canvas');
      canvas.className = 'leaflet-zoom-animated';
      canvas.style.pointerEvents = 'none';
      canvas.style.position = 'absolute';
      canvas.setAttribute('aria-hidden', 'true');
      pane.appendChild(canvas);
      return canvas;
    }

    requestDraw() {
      if (this.pending || this.removed) return;
      this.pending = true;
      const run = () => this.draw();
      this.ticket = document.hidden
        ? { timer: setTimeout(run, HIDDEN_DELAY_MS) }
        : { animation: requestAnimationFrame(run) };
    }

    draw() {
      if (this.removed) return;
      this.pending = false;
      /* In the middle of a zoom animation the map still reports the old view; moveend asks again. */
      if (!this.map._animatingZoom) {
        const began = performance.now();
        if (this.place()) {
          this.clear();
          this.paint(this.context, this.frame);
          this.draws += 1;
          this.lastDrawMs = performance.now() - began;
        }
      }
      this.onPainted();
    }

    /* Lay the canvas over the viewport and remember how world pixels fall on it. */
    place() {
      const map = this.map;
      const size = map.getSize();
      if (!map._loaded || size.x < 1 || size.y < 1) return false;
      const pad = size.multiplyBy(limits.margin).round();
      const topLeft = map.containerPointToLayerPoint(pad.multiplyBy(-1)).round();
      const width = size.x + 2 * pad.x;
      const height = size.y + 2 * pad.y;
      const ratio = Math.min(window.devicePixelRatio || 1, limits.pixelRatio);
      const world = lookout.map.world;
      const zoom = map.getZoom();
      const scale = (256 * 2 ** zoom) / world.SIZE;
      const origin = map.getPixelOrigin();
      const unit = world.screenUnit();
      window.L.DomUtil.setTransform(this.canvas, topLeft, 1);
      this.resize(width, height, ratio);
      this.centre = map.getCenter();
      this.frame = {
        width,
        height,
        ratio,
        scale,
        unit,
        pad,
        left: origin.x + topLeft.x - world.ORIGIN_X * scale,
        top: origin.y + topLeft.y - world.ORIGIN_Y * scale,
        zoom /* design zoom: what a 1920-wide screen would show at this scale */,
        z: zoom - Math.log2(unit),
      };
      return true;
    }

    resize(width, height, ratio) {
      const canvas = this.canvas;
      const w = Math.round(width * ratio);
      const h = Math.round(height * ratio);
      if (canvas.width === w && canvas.height === h) return;
      canvas.width = w;
      canvas.height = h;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }

    clear() {
      const { ratio } = this.frame;
      this.context.setTransform(1, 0, 0, 1, 0, 0);
      this.context.globalAlpha = 1;
      this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
      this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    }

    /* Keep the painted picture where it belongs while the map is at another zoom (as L.Renderer does). */
    follow(center, zoom) {
      if (!this.frame || !this.map._loaded) return;
      const map = this.map;
      const scale = map.getZoomScale(zoom, this.frame.zoom);
      const half = window.L.point(this.frame.width / 2, this.frame.height / 2);
      const offset = half
        .multiplyBy(-scale)
        .add(map.project(this.centre, zoom))
        .subtract(map._getNewPixelOrigin(center, zoom));
      window.L.DomUtil.setTransform(this.canvas, offset, scale);
    }

    remove() {
      this.removed = true;
      if (this.ticket) {
        cancelAnimationFrame(this.ticket.animation);
        clearTimeout(this.ticket.timer);
      }
      this.map.off(this.listeners);
      this.canvas.remove();
    }
  }

  /* Let the context draw in world pixels; line widths must then be divided by frame.scale. */
  function useWorld(context, frame) {
    const s = frame.scale * frame.ratio;
    context.setTransform(s, 0, 0, s, -frame.left * frame.ratio, -frame.top * frame.ratio);
  }

  function useScreen(context, frame) {
    context.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
  }

  lookout.map.limits = limits;
  lookout.map.CanvasLayer = CanvasLayer;
  lookout.map.useWorld = useWorld;
  lookout.map.useScreen = useScreen;
})();
