/* Colours of the map. Cold colours belong to the ground, warm ones only to what needs attention.
   setTheme() lays whatever the page read from its CSS custom properties over these. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  const dark = {
    name: 'dark',
    land: '#0b1930',
    ramp: [
      '#0c1a30',
      '#0d1f3c',
      '#0f2548',
      '#112b55',
      '#143262',
      '#183a70',
      '#1e437d',
      '#264c89',
      '#305594',
      '#3b5e9e',
    ],
    noData: '#0a172c',
    hatch: 'rgba(120,160,215,.085)',
    glow: '#3896ff',
    glowWide: [13, 0.46] /* radius in px, strength */,
    glowTight: [4, 0.46],
    provinceLine: 'rgba(104,184,255,.82)',
    provinceHalo: 'rgba(64,150,255,.16)',
    cityLine: 'rgba(110,165,225,.46)',
    cityLineFar: 'rgba(84,140,205,.17)',
    countyLine: 'rgba(96,148,212,.40)',
    seaLine: 'rgba(96,178,255,.95)',
    adminLine: 'rgba(96,178,255,.5)',
    label: 'rgba(222,236,255,.92)',
    labelCity: 'rgba(192,214,246,.9)',
    labelCounty: 'rgba(172,198,232,.92)',
    labelHalo: 'rgba(3,8,18,.82)',
    hotStops: [
      [0, 120, 8, 16, 0],
      [0.1, 190, 22, 28, 74],
      [0.28, 255, 58, 40, 158],
      [0.55, 255, 122, 48, 210],
      [0.8, 255, 196, 96, 236],
      [1, 255, 244, 214, 250],
    ],
    hotFresh: ['rgba(232,38,30,.62)', 'rgba(246,52,36,.76)', 'rgba(255,70,44,.9)'],
    hotFreshEdge: ['rgba(255,120,98,.9)', 'rgba(255,150,112,.95)', 'rgba(255,206,150,1)'],
    hotAgeing: 'rgba(112,34,40,.66)',
    hotAgeingEdge: 'rgba(226,128,118,.85)',
    hotExpired: 'rgba(214,128,124,.72)',
    enterprise: '#ffd84d',
    enterpriseHalo: 'rgba(24,16,0,.85)',
    clueHalo: 'rgba(3,8,18,.92)',
    count: '#ffffff',
    selection: '#7fe3ff',
    selectionFill: 'rgba(88,196,255,.10)',
    selectionHalo: 'rgba(2,10,24,.9)',
  };

  const light = {
    name: 'light',
    land: '#e4edf8',
    ramp: [
      '#e6eef8',
      '#dae6f4',
      '#cdddf0',
      '#bfd4ec',
      '#b0cae7',
      '#a0bfe2',
      '#8fb3dc',
      '#7ea7d5',
      '#6d9acd',
      '#5c8dc4',
    ],
    noData: '#eef2f7',
    hatch: 'rgba(70,100,145,.11)',
    glow: '#467dc8',
    glowWide: [12, 0.3],
    glowTight: [4, 0.34],
    provinceLine: 'rgba(30,66,124,.85)',
    provinceHalo: 'rgba(255,255,255,.5)',
    cityLine: 'rgba(46,84,142,.5)',
    cityLineFar: 'rgba(60,100,160,.2)',
    countyLine: 'rgba(60,98,154,.42)',
    seaLine: 'rgba(30,66,124,.95)',
    adminLine: 'rgba(30,66,124,.55)',
    label: 'rgba(16,38,78,.95)',
    labelCity: 'rgba(28,54,100,.94)',
    labelCounty: 'rgba(62,86,126,.95)',
    labelHalo: 'rgba(255,255,255,.86)',
    hotStops: [
      [0, 255, 140, 110, 0],
      [0.1, 250, 118, 88, 96],
      [0.28, 236, 60, 44, 172],
      [0.55, 206, 22, 30, 212],
      [0.8, 150, 6, 30, 230],
      [1, 96, 0, 28, 240],
    ],
    hotFresh: ['rgba(238,64,50,.72)', 'rgba(226,36,32,.82)', 'rgba(204,14,24,.92)'],
    hotFreshEdge: ['rgba(168,12,20,.9)', 'rgba(148,6,18,.95)', 'rgba(116,0,16,1)'],
    hotAgeing: 'rgba(206,138,134,.62)',
    hotAgeingEdge: 'rgba(178,92,88,.9)',
    hotExpired: 'rgba(170,84,82,.75)',
    enterprise: '#f2b705',
    enterpriseHalo: 'rgba(96,66,0,.9)',
    clueHalo: 'rgba(22,32,54,.9)',
    count: '#10264e',
    selection: '#0a5bd0',
    selectionFill: 'rgba(10,91,208,.10)',
    selectionHalo: 'rgba(255,255,255,.95)',
  };

  const themes = { dark, light };

  function resolveTheme(given = {}) {
    const base = themes[given.name] || dark;
    const known = Object.entries(given).filter(([key, value]) => key in base && value);
    return { ...base, ...Object.fromEntries(known) };
  }

  function parts(colour) {
    return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  }

  /* A table of `size` packed ABGR pixels: tone-mapped, so that dense regions glow but never burn out.
     Entry i stands for a field strength of i / size * top. */
  function heatTable(stops, size, top, exposure) {
    const table = new Uint32Array(size);
    for (let i = 0; i < size; i++) {
      const t = 1 - Math.exp((-exposure * top * i) / (size - 1));
      let upper = 1;
      while (upper < stops.length - 1 && stops[upper][0] < t) upper += 1;
      const a = stops[upper - 1];
      const b = stops[upper];
      const f = Math.min(1, Math.max(0, (t - a[0]) / (b[0] - a[0])));
      const mix = (k) => Math.round(a[k] + (b[k] - a[k]) * f);
      table[i] = ((mix(4) << 24) | (mix(3) << 16) | (mix(2) << 8) | mix(1)) >>> 0;
    }
    return table;
  }

  lookout.map.themes = themes;
  lookout.map.resolveTheme = resolveTheme;
  lookout.map.heatTable = heatTable;
  lookout.map.colourParts = parts;
})();
