/* The South China Sea inset: from Hainan to Zengmu Ansha, with the islands and the ten-dash line. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  const EXTENT = { west: 105.8, east: 122.4, south: 2.6, north: 24.6 };

  function fitFrame(canvas) {
    const { world } = lookout.map;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const width = canvas.clientWidth || canvas.width;
    const height = canvas.clientHeight || canvas.height;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const west = world.x(EXTENT.west);
    const north = world.y(EXTENT.north);
    const spanX = world.x(EXTENT.east) - west;
    const spanY = world.y(EXTENT.south) - north;
    const scale = Math.min(width / spanX, height / spanY);
    return {
      width,
      height,
      ratio,
      scale,
      zoom: 8 + Math.log2(scale),
      unit: world.screenUnit(),
      left: (west + spanX / 2) * scale - width / 2,
      top: (north + spanY / 2) * scale - height / 2,
    };
  }

  function drawInset(canvas, { geometry, lines, theme }) {
    const colours = lookout.map.resolveTheme(theme);
    const frame = fitFrame(canvas);
    const context = canvas.getContext('2d');
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    lookout.map.useWorld(context, frame);
    context.lineJoin = context.lineCap = 'round';
    const px = frame.unit / frame.scale;
    const shapes = lookout.map
      .decodeGeometry(geometry, true)
      .filter((shape) => lookout.map.isShapeVisible(shape, frame));
    for (const shape of shapes) {
      context.fillStyle = colours.ramp[Math.floor(colours.ramp.length / 2)];
      context.fill(shape.pathAt(frame), 'evenodd');
      context.strokeStyle = colours.provinceLine;
      context.lineWidth = 0.8 * px;
      context.stroke(shape.pathAt(frame));
    }
    const tenDash = lookout.map.decodeGeometry(lines, false).filter((line) => line.kind === 'dash_line_10');
    context.strokeStyle = colours.seaLine;
    context.lineWidth = 1.5 * px;
    for (const line of tenDash) context.stroke(line.path);
  }

  lookout.map.inset = drawInset;
})();
