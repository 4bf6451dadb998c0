/* The base canvas: glow around the country, choropleth, boundaries, the ten-dash line. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  const HATCH_PX = 6;

  function strokeAll(context, frame, shapes, colour, width) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    for (const shape of shapes) context.stroke(shape.pathAt(frame));
  }

  function fillLand(context, frame, provinces, theme) {
    context.fillStyle = theme.land;
    for (const shape of provinces) context.fill(shape.pathAt(frame), 'evenodd');
  }

  /* An opaque tile, so that ground and hatch are one fill. */
  function hatchPattern(context, theme, frame) {
    const size = Math.round(HATCH_PX * frame.unit * frame.ratio);
    const tile = document.createElement('canvas');
    tile.width = tile.height = size;
    const ink = tile.getContext('2d');
    ink.fillStyle = theme.noData;
    ink.fillRect(0, 0, size, size);
    ink.strokeStyle = theme.hatch;
    ink.lineWidth = frame.unit * frame.ratio;
    ink.beginPath();
    for (const shift of [-size, 0, size]) {
      ink.moveTo(shift - 1, size + 1);
      ink.lineTo(shift + size + 1, -1);
    }
    ink.stroke();
    const pattern = context.createPattern(tile, 'repeat');
    /* Undo the world transform, so that tile pixels are screen pixels, fixed to the ground. */
    const s = 1 / (frame.scale * frame.ratio);
    const shiftX = Math.round(frame.left * frame.ratio) % size;
    const shiftY = Math.round(frame.top * frame.ratio) % size;
    pattern.setTransform(
      new DOMMatrix([s, 0, 0, s, frame.left / frame.scale - shiftX * s, frame.top / frame.scale - shiftY * s]),
    );
    return pattern;
  }

  function fillNoData(context, frame, shapes, theme) {
    context.imageSmoothingEnabled = false;
    context.fillStyle = hatchPattern(context, theme, frame);
    for (const shape of shapes) context.fill(shape.pathAt(frame), 'evenodd');
  }

  function fillValues(context, frame, shapes, values, max, theme) {
    const steps = theme.ramp.length;
    for (const shape of shapes) {
      const value = values[shape.placeIdx];
      if (!(value >= 0)) continue;
      const step = Math.min(steps - 1, Math.floor((value / (max || 1)) * steps));
      context.fillStyle = theme.ramp[step];
      context.fill(shape.pathAt(frame), 'evenodd');
    }
  }

  function paintBoundaries(context, frame, atlas, provinces, theme) {
    const px = frame.unit / frame.scale;
    const { z } = frame;
    if (z >= 7) strokeAll(context, frame, atlas.visible(2, frame), theme.countyLine, 0.6 * px);
    const cities = atlas.visible(1, frame);
    if (z < 5.5) strokeAll(context, frame, cities, theme.cityLineFar, 0.5 * px);
    else strokeAll(context, frame, cities, theme.cityLine, (z < 7 ? 0.6 : 0.9) * px);
    if (z >= 5) strokeAll(context, frame, provinces, theme.provinceHalo, 4.5 * px);
    strokeAll(context, frame, provinces, theme.provinceLine, (z < 5 ? 0.7 : z < 6.5 ? 1 : 1.5) * px);
  }

  function paintLines(context, frame, lines, theme) {
    const px = frame.unit / frame.scale;
    for (const line of lines) {
      if (!lookout.map.isShapeVisible(line, frame)) continue;
      const isTenDash = line.kind === 'dash_line_10';
      context.setLineDash(isTenDash ? [] : [4 * px, 3 * px]);
      context.strokeStyle = isTenDash ? theme.seaLine : theme.adminLine;
      context.lineWidth = (isTenDash ? 1.8 : 0.8) * px;
      context.stroke(line.pathAt(frame));
    }
    context.setLineDash([]);
  }

  /* What stays while only the figures change is drawn once a view: the ground below them, the lines above them. */
  class KeptPicture {
    constructor() {
      this.canvas = document.createElement('canvas');
      this.context = this.canvas.getContext('2d');
      this.key = '';
    }

    /* The picture for `key`, drawn by `draw` if it is not the one that is kept. */
    at(key, frame, draw) {
      if (this.key === key) return this.canvas;
      this.key = key;
      this.canvas.width = Math.round(frame.width * frame.ratio);
      this.canvas.height = Math.round(frame.height * frame.ratio);
      this.context.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
      draw(this.context);
      return this.canvas;
    }
  }

  function intoWorld(context, frame) {
    lookout.map.useWorld(context, frame);
    context.lineJoin = 'round';
    context.lineCap = 'round';
  }

  function lay(context, frame, picture) {
    lookout.map.useScreen(context, frame);
    context.drawImage(picture, 0, 0, frame.width, frame.height);
  }

  function paintGround(context, frame, state) {
    const { atlas, theme, visible, choropleth, kept } = state;
    const coarsest = atlas.levelAt(0);
    if (coarsest < 0) return;
    const provinces = atlas.visible(coarsest, frame);
    const level = state.drawnLevel(frame.z);
    const isShaded = Boolean(visible.choropleth && choropleth && choropleth[level]);
    const areas = isShaded ? atlas.visible(level, frame) : [];
    const key = [
      frame.left,
      frame.top,
      frame.scale,
      frame.width,
      frame.height,
      frame.ratio,
      theme.name,
      level,
      isShaded,
      atlas.version,
    ].join();
    lay(
      context,
      frame,
      kept.below.at(key, frame, (below) => {
        state.glow.paint(below, frame, provinces, theme);
        intoWorld(below, frame);
        fillLand(below, frame, provinces, theme);
        if (isShaded) fillNoData(below, frame, areas, theme);
      }),
    );
    intoWorld(context, frame);
    if (isShaded) {
      const max = Array.isArray(choropleth.max) ? choropleth.max[level] : choropleth.max;
      fillValues(context, frame, areas, choropleth[level], max, theme);
    }
    lay(
      context,
      frame,
      kept.above.at(key, frame, (above) => {
        intoWorld(above, frame);
        paintBoundaries(above, frame, atlas, provinces, theme);
        paintLines(above, frame, atlas.lines, theme);
      }),
    );
  }

  lookout.map.keptPictures = () => ({ below: new KeptPicture(), above: new KeptPicture() });
  lookout.map.paintGround = paintGround;
})();
