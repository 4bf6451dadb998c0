/* The 3 km grid's projection: Albers equal-area, 25/47 N, origin 0 N 105 E, on the GRS80 ellipsoid.
   Forward is exact; inverse uses the authalic-latitude series to e^6 (error below 2 mm). */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  const RAD = Math.PI / 180;
  const A = 6378137;
  const FLATTENING = 1 / 298.257222101;
  const E2 = FLATTENING * (2 - FLATTENING);
  const E = Math.sqrt(E2);
  const LON0 = 105 * RAD;
  const CELL_M = 3000;
  const GRID_X0 = -3000000;
  const GRID_Y0 = 0;

  /* Snyder (1987) 3-12: proportional to the area between the equator and a latitude. */
  function authalicQ(sinLat) {
    const s = E * sinLat;
    return (1 - E2) * (sinLat / (1 - s * s) - Math.log((1 - s) / (1 + s)) / (2 * E));
  }

  function radiusFactor(lat) {
    const s = Math.sin(lat);
    return Math.cos(lat) / Math.sqrt(1 - E2 * s * s);
  }

  const M1 = radiusFactor(25 * RAD);
  const M2 = radiusFactor(47 * RAD);
  const Q1 = authalicQ(Math.sin(25 * RAD));
  const Q2 = authalicQ(Math.sin(47 * RAD));
  const Q_POLE = authalicQ(1);
  const N = (M1 * M1 - M2 * M2) / (Q2 - Q1);
  const C = M1 * M1 + N * Q1;
  const RHO0 = (A * Math.sqrt(C)) / N;

  const E4 = E2 * E2;
  const E6 = E4 * E2;
  const SERIES_2 = E2 / 3 + (31 * E4) / 180 + (517 * E6) / 5040;
  const SERIES_4 = (23 * E4) / 360 + (251 * E6) / 3780;
  const SERIES_6 = (761 * E6) / 45360;

  function forward(lon, lat) {
    const rho = (A * Math.sqrt(C - N * authalicQ(Math.sin(lat * RAD)))) / N;
    const theta = N * (lon * RAD - LON0);
    return [rho * Math.sin(theta), RHO0 - rho * Math.cos(theta)];
  }

  function inverse(x, y) {
    const dy = RHO0 - y;
    const rho = Math.hypot(x, dy);
    const theta = Math.atan2(x, dy);
    const q = (C - ((rho * N) / A) ** 2) / N;
    const beta = Math.asin(q / Q_POLE);
    const lat = beta + SERIES_2 * Math.sin(2 * beta) + SERIES_4 * Math.sin(4 * beta) + SERIES_6 * Math.sin(6 * beta);
    return [(LON0 + theta / N) / RAD, lat / RAD];
  }

  /* lon, lat of the south-west, south-east, north-east and north-west corner of a cell. */
  function corners(col, row) {
    const x = GRID_X0 + col * CELL_M;
    const y = GRID_Y0 + row * CELL_M;
    return [...inverse(x, y), ...inverse(x + CELL_M, y), ...inverse(x + CELL_M, y + CELL_M), ...inverse(x, y + CELL_M)];
  }

  function centre(col, row) {
    return inverse(GRID_X0 + (col + 0.5) * CELL_M, GRID_Y0 + (row + 0.5) * CELL_M);
  }

  function cellAt(lon, lat) {
    const [x, y] = forward(lon, lat);
    return [Math.floor((x - GRID_X0) / CELL_M), Math.floor((y - GRID_Y0) / CELL_M)];
  }

  lookout.map.albers = { forward, inverse, corners, centre, cellAt, CELL_M, GRID_X0, GRID_Y0 };
})();
