/* What is selected: an outline for a place or a cell, a reticle around a clue or an enterprise. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  function paintPlace(context, frame, shape, theme) {
    lookout.map.useWorld(context, frame);
    const px = frame.unit / frame.scale;
    context.lineJoin = 'round';
    context.fillStyle = theme.selectionFill;
    context.fill(shape.pathAt(frame), 'evenodd');
    for (const [width, colour] of [
      [5, theme.selectionHalo],
      [2.2, theme.selection],
    ]) {
      context.lineWidth = width * px;
      context.strokeStyle = colour;
      context.stroke(shape.pathAt(frame));
    }
    lookout.map.useScreen(context, frame);
  }

  function traceReticle(context, x, y, radius) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ]) {
      context.moveTo(x + dx * radius, y + dy * radius);
      context.lineTo(x + dx * radius * 1.45, y + dy * radius * 1.45);
    }
  }

  function paintReticle(context, frame, wx, wy, radius, theme) {
    const x = wx * frame.scale - frame.left;
    const y = wy * frame.scale - frame.top;
    context.lineCap = 'butt';
    traceReticle(context, x, y, radius);
    for (const [width, colour] of [
      [5, theme.selectionHalo],
      [2.2, theme.selection],
    ]) {
      context.lineWidth = width * frame.unit;
      context.strokeStyle = colour;
      context.stroke();
    }
  }

  /* The selected cell, and the footprint of the instrument if it is wider than the cell. */
  function paintCell(context, frame, hot, index, theme) {
    const sides = [lookout.map.albers.CELL_M];
    const footprint = hot.footprintKm && (hot.footprintKm.length ? hot.footprintKm[index] : hot.footprintKm);
    if (footprint > 3.2) sides.push(footprint * 1000);
    sides.forEach((side, i) => {
      const path = new Path2D();
      lookout.map.traceSquare(path, hot.square(index, side), frame);
      context.setLineDash(i ? [5 * frame.unit, 4 * frame.unit] : []);
      for (const [width, colour] of [
        [5, theme.selectionHalo],
        [2.2, theme.selection],
      ]) {
        context.lineWidth = width * frame.unit;
        context.strokeStyle = colour;
        context.stroke(path);
      }
    });
    context.setLineDash([]);
  }

  const isIndex = (value) => Number.isInteger(value) && value >= 0;

  /* Under the marks: the outline must not cover what is being looked at. */
  function paintSelectionBelow(context, frame, state) {
    const shape = isIndex(state.selection.placeIdx) && state.atlas.byPlace.get(state.selection.placeIdx);
    if (shape) paintPlace(context, frame, shape, state.theme);
  }

  function paintSelectionAbove(context, frame, state) {
    const { selection, clues, enterprises, hot, theme } = state;
    if (isIndex(selection.hotspot) && selection.hotspot < hot.count) {
      paintCell(context, frame, hot, selection.hotspot, theme);
    }
    if (isIndex(selection.enterprise) && selection.enterprise < enterprises.xs.length) {
      const radius = lookout.map.enterpriseRadius(frame) + 6 * frame.unit;
      paintReticle(
        context,
        frame,
        enterprises.xs[selection.enterprise],
        enterprises.ys[selection.enterprise],
        radius,
        theme,
      );
    }
    if (isIndex(selection.clue) && selection.clue < clues.xs.length) {
      const radius = lookout.map.clueRadius(frame) + 7 * frame.unit;
      paintReticle(context, frame, clues.xs[selection.clue], clues.ys[selection.clue], radius, theme);
    }
  }

  lookout.map.paintSelectionBelow = paintSelectionBelow;
  lookout.map.paintSelectionAbove = paintSelectionAbove;
})();
