/* The view: what the page hands over, which canvas it touches, and what the pointer finds. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  const BASE = { name: 'lookoutBase', zIndex: 210 };
  const DATA = { name: 'lookoutData', zIndex: 420 };
  const DEFAULT_STYLES = [{ key: 'default', shape: 'circle', color: '#ff5d5d', label: '' }];

  function emptyState(theme) {
    const state = {
      theme,
      atlas: new lookout.map.Atlas(),
      labels: new lookout.map.Labels(),
      glow: new lookout.map.CountryGlow(),
      kept: lookout.map.keptPictures(),
      choropleth: null,
      hot: new lookout.map.Hotspots(),
      enterprises: new lookout.map.Points(),
      clues: new lookout.map.Points(),
      styles: DEFAULT_STYLES,
      marks: [],
      visible: { choropleth: true, hotspots: true, enterprises: true, clues: true, labels: true },
      selection: { placeIdx: null, clue: null, enterprise: null, hotspot: null },
    };
    /* The level whose areas are coloured is the level that is picked. */
    state.drawnLevel = (z) => {
      const valued = (level) => Boolean(state.choropleth && state.choropleth[level]);
      const level = state.atlas.levelAt(z, valued);
      return level >= 0 ? level : state.atlas.levelAt(z);
    };
    return state;
  }

  class View {
    constructor(leafletMap, { fontScale = 1, words = {}, reducedMotion = false } = {}) {
      this.map = leafletMap;
      this.fontScale = fontScale;
      this.state = emptyState(lookout.map.resolveTheme());
      this.picker = new lookout.map.Picker(this.state);
      this.raster = new lookout.map.StampRaster();
      this.sprites = new Map();
      this.hotCache = lookout.map.createHotCache(this.state.theme);
      this.waiting = [];
      const onPainted = () => this.settle();
      this.base = new lookout.map.CanvasLayer(leafletMap, {
        ...BASE,
        onPainted,
        paint: (c, f) => this.paintBase(c, f),
      });
      this.data = new lookout.map.CanvasLayer(leafletMap, {
        ...DATA,
        onPainted,
        paint: (c, f) => this.paintData(c, f),
      });
      this.pointer = new lookout.map.Pointer(this);
      if (words.map) leafletMap.getContainer().setAttribute('aria-label', words.map);
      this.setReducedMotion(reducedMotion);
      this.watchSize();
      this.redraw();
    }

    setReducedMotion(isReduced) {
      this.reducedMotion = isReduced;
      if (!isReduced) return;
      this.map._zoomAnimated = false;
      this.map.options.inertia = false;
    }

    /* The map may be made inside a hidden or not yet sized panel, and panels are resized without the window. */
    watchSize() {
      this.sizeObserver = new ResizeObserver(() => this.map._loaded && this.map.invalidateSize({ pan: false }));
      this.sizeObserver.observe(this.map.getContainer());
    }

    paintBase(context, frame) {
      lookout.map.paintGround(context, frame, this.state);
    }

    paintData(context, frame) {
      const { state } = this;
      const { visible, theme, hot, clues } = state;
      this.picker.forget();
      if (visible.hotspots) lookout.map.paintHotspots(context, frame, hot, theme, this.hotCache);
      lookout.map.paintSelectionBelow(context, frame, state);
      this.raster.begin(Math.round(frame.width * frame.ratio), Math.round(frame.height * frame.ratio));
      if (visible.enterprises) lookout.map.stampEnterprises(this.raster, frame, state.enterprises, theme);
      state.marks = visible.clues ? lookout.map.clueMarks(clues, frame) : [];
      lookout.map.stampClues(this.raster, frame, state.marks, clues, state.styles, theme, this.sprites);
      this.raster.flush(context, frame);
      lookout.map.paintSelectionAbove(context, frame, state);
      if (visible.labels) state.labels.paint(context, frame, theme, this.fontScale);
      lookout.map.paintCounts(context, frame, state.marks, theme, lookout.map.LABEL_FONT);
    }

    setPlaces(places) {
      this.state.labels.set(places);
      this.data.requestDraw();
    }

    /* How much of the map's foot something lies upon: no name goes below it. */
    keepNamesWhole(below) {
      this.state.labels.keepWhole(below);
      this.data.requestDraw();
    }

    setGeometry(level, geometry) {
      this.state.atlas.set(level, geometry);
      this.base.requestDraw();
      if (this.state.selection.placeIdx !== null) this.data.requestDraw();
    }

    setChoropleth(values) {
      this.state.choropleth = values;
      this.base.requestDraw();
    }

    setHotspots(columns) {
      this.state.hot = new lookout.map.Hotspots(columns || undefined);
      this.state.selection.hotspot = null;
      this.data.requestDraw();
    }

    setEnterprises(columns) {
      this.state.enterprises = this.points(this.state.enterprises, columns);
      this.data.requestDraw();
    }

    setClues(columns) {
      this.state.clues = this.points(this.state.clues, columns);
      this.data.requestDraw();
    }

    /* A filter changes `shown` only: the projected coordinates of the same columns are kept. */
    points(old, columns) {
      if (!columns) return new lookout.map.Points();
      if (old.lon === columns.lon && old.lat === columns.lat) return Object.assign(old, columns);
      return new lookout.map.Points(columns);
    }

    setClueStyles(styles) {
      this.state.styles = styles.length ? styles : DEFAULT_STYLES;
      this.sprites.clear();
      this.data.requestDraw();
    }

    setVisible(visible) {
      const before = this.state.visible;
      this.state.visible = { ...before, ...visible };
      if (before.choropleth !== this.state.visible.choropleth) this.base.requestDraw();
      this.data.requestDraw();
    }

    setSelection(selection) {
      this.state.selection = { placeIdx: null, clue: null, enterprise: null, hotspot: null, ...selection };
      this.data.requestDraw();
    }

    setTheme(theme) {
      this.state.theme = lookout.map.resolveTheme(theme);
      this.state.kept = lookout.map.keptPictures();
      this.hotCache = lookout.map.createHotCache(this.state.theme);
      this.sprites.clear();
      this.pointer.setColours(this.state.theme);
      this.redraw();
    }

    onPick(listener) {
      this.pointer.onPick = listener;
    }

    onHover(listener) {
      this.pointer.onHover = listener;
    }

    onMove(listener) {
      this.pointer.onMove = listener;
    }

    fitBounds([west, south, east, north]) {
      this.map.fitBounds(
        [
          [south, west],
          [north, east],
        ],
        { animate: !this.reducedMotion },
      );
    }

    /* x, y in pixels of the map's container. */
    pick(x, y) {
      const frame = this.data.frame;
      if (!frame) return null;
      const { lng, lat } = this.map.containerPointToLatLng([x, y]);
      const origin = this.map.latLngToLayerPoint([lat, lng]).add(this.map.getPixelOrigin());
      const { world } = lookout.map;
      return this.picker.pick(
        frame,
        origin.x - world.ORIGIN_X * frame.scale - frame.left,
        origin.y - world.ORIGIN_Y * frame.scale - frame.top,
        lng,
        lat,
      );
    }

    painted() {
      if (!this.base.pending && !this.data.pending) return Promise.resolve(performance.now());
      return new Promise((resolve) => this.waiting.push(resolve));
    }

    settle() {
      if (this.base.pending || this.data.pending) return;
      for (const resolve of this.waiting.splice(0)) resolve(performance.now());
    }

    redraw() {
      this.base.requestDraw();
      this.data.requestDraw();
    }

    get stats() {
      return {
        draws: { base: this.base.draws, data: this.data.draws },
        lastDrawMs: { base: this.base.lastDrawMs, data: this.data.lastDrawMs },
        marks: this.state.marks.length,
      };
    }

    remove() {
      this.sizeObserver.disconnect();
      this.pointer.remove();
      this.base.remove();
      this.data.remove();
      for (const resolve of this.waiting.splice(0)) resolve(performance.now());
    }
  }

  lookout.map.createView = (leafletMap, options) => new View(leafletMap, options);
})();
