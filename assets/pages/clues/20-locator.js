/* Where a clue lies, drawn from the outlines that came with the snapshot: city, county, cell, clue, candidates. No tiles. */
(() => {
  const lookout = window.lookout;
  const { element, word } = lookout;
  const SVG = 'http://www.w3.org/2000/svg';
  const WIDTH = 360;
  const HEIGHT = 220;
  const EDGE = 10;

  const svg = (tag, attributes, children = []) => {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  /* Degrees to the picture: true in angle at its middle, the county filling it. */
  function fit(points) {
    const lons = points.map((p) => p[0]);
    const lats = points.map((p) => p[1]);
    const [west, east] = [Math.min(...lons), Math.max(...lons)];
    const [south, north] = [Math.min(...lats), Math.max(...lats)];
    const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
    const scale = Math.min((WIDTH - 2 * EDGE) / Math.max((east - west) * squeeze, 1e-3), (HEIGHT - 2 * EDGE) / Math.max(north - south, 1e-3));
    const [lon0, lat0] = [(west + east) / 2, (south + north) / 2];
    return {
      xy: ([lon, lat]) => [WIDTH / 2 + (lon - lon0) * squeeze * scale, HEIGHT / 2 - (lat - lat0) * scale],
      kmPx: scale / 111.2,
    };
  }

  const trace = (rings, xy) =>
    rings.map((ring) => `M${ring.map((point) => xy(point).map((v) => v.toFixed(1)).join(' ')).join('L')}Z`).join('');

  function cellCorners(cellId) {
    const found = /^G3-(\d+)-(\d+)$/.exec(cellId || '');
    if (!found) return null;
    const flat = lookout.map.albers.corners(Number(found[1]), Number(found[2]));
    return [0, 2, 4, 6].map((i) => [flat[i], flat[i + 1]]);
  }

  function scaleBar(kmPx) {
    const km = [1, 2, 5, 10, 20, 50, 100].find((n) => n * kmPx > 40) || 200;
    return svg('g', { class: 'locator-scale' }, [
      svg('path', { d: `M${EDGE} ${HEIGHT - 12}h${(km * kmPx).toFixed(1)}` }),
      Object.assign(svg('text', { x: EDGE, y: HEIGHT - 17 }), { textContent: word('clues.km', { n: km }) }),
    ]);
  }

  /* places: [{idx, level, name, rings}]; at: the clue's county, cell, position and candidates. */
  function picture(places, at) {
    const county = places.find((place) => place.idx === at.county_idx);
    const frame = county || places.find((place) => place.level === 1) || places[0];
    const corners = cellCorners(at.cell_id);
    const spots = [[at.lon_deg, at.lat_deg], ...at.candidates.map((one) => [one.lon_deg, one.lat_deg])].filter(
      (p) => p[0] !== null && p[0] !== undefined,
    );
    const { xy, kmPx } = fit([...(frame ? frame.rings.flat() : []), ...(corners || []), ...spots]);
    const nodes = places
      .filter((place) => place.level === 2)
      .map((place) =>
        svg('path', { d: trace(place.rings, xy), class: place === county ? 'locator-county is-own' : 'locator-county' }, [
          Object.assign(svg('title', {}), { textContent: place[lookout.clues.isEnglish ? 'name_en' : 'name_zh'] }),
        ]),
      );
    if (corners) nodes.push(svg('path', { d: trace([corners], xy), class: 'locator-cell' }));
    at.candidates.forEach((one, i) => {
      if (one.lon_deg === null) return;
      const [x, y] = xy([one.lon_deg, one.lat_deg]);
      nodes.push(
        svg('g', { class: 'locator-candidate' }, [
          svg('circle', { cx: x, cy: y, r: 4 }),
          Object.assign(svg('text', { x: x + 6, y: y + 4 }), { textContent: String(i + 1) }),
          Object.assign(svg('title', {}), { textContent: one.name }),
        ]),
      );
    });
    const [x, y] = xy([at.lon_deg, at.lat_deg]);
    nodes.push(svg('path', { d: `M${x - 9} ${y}h18M${x} ${y - 9}v18`, class: 'locator-clue' }));
    nodes.push(svg('circle', { cx: x, cy: y, r: 5, class: 'locator-clue' }));
    nodes.push(scaleBar(kmPx));
    return svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'locator', role: 'img', 'aria-label': word('clues.locator', { place: at.place }) }, nodes);
  }

  lookout.locator = (at) => {
    const host = element('figure', { className: 'locator-figure' });
    const isPlaced = at.lon_deg !== null && at.lon_deg !== undefined;
    if (!isPlaced) host.append(element('p', { className: 'card-note', text: word('clues.no_position') }));
    else
      lookout.work
        .get(`outlines/${at.city_idx}.json`)
        .then(({ places }) => host.append(picture(places, at), element('figcaption', { text: at.place })))
        .catch(() => host.append(element('p', { className: 'card-note', text: word('clues.no_outline') })));
    return host;
  };
})();
