/* World pixels: Web Mercator at zoom 8, counted from a point in the middle of China. The shift keeps numbers
   small enough for 32-bit floats (Path2D and the point arrays) to stay below a tenth of a pixel at zoom 14. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  const SIZE = 65536;
  const RAD = Math.PI / 180;
  const EARTH_M = 40075016.686;

  function mercatorX(lon) {
    return ((lon + 180) / 360) * SIZE;
  }

  function mercatorY(lat) {
    const s = Math.sin(lat * RAD);
    return (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * SIZE;
  }

  const ORIGIN_X = mercatorX(105);
  const ORIGIN_Y = mercatorY(36);

  const x = (lon) => mercatorX(lon) - ORIGIN_X;
  const y = (lat) => mercatorY(lat) - ORIGIN_Y;
  const lon = (wx) => ((wx + ORIGIN_X) / SIZE) * 360 - 180;
  const lat = (wy) => Math.atan(Math.sinh(Math.PI * (1 - (2 * (wy + ORIGIN_Y)) / SIZE))) / RAD;

  /* Length of `metres` on the ground, in world pixels, at a latitude. */
  const length = (metres, latDeg) => (metres / (EARTH_M * Math.cos(latDeg * RAD))) * SIZE;

  function points(lons, lats) {
    const n = lons.length;
    const xs = new Float32Array(n);
    const ys = new Float32Array(n);
    for (let i = 0; i < n; i++) {
      xs[i] = x(lons[i]);
      ys[i] = y(lats[i]);
    }
    return { xs, ys };
  }

  /* 1 on a 1920-wide screen, 2 on a 4K wall: everything is drawn in these units, as the page's rem is. */
  const screenUnit = () => Math.min(3, Math.max(1, window.innerWidth / 1920));

  lookout.map.world = { SIZE, ORIGIN_X, ORIGIN_Y, x, y, lon, lat, length, points, screenUnit };
})();
