/* Counts under the filter state, in the browser. Each row keeps a mask of the filters it fails; a panel counts the rows
   that fail none but its own, so that what is chosen in it stays among its neighbours. */
(() => {
  const lookout = window.lookout;
  const { config } = lookout;
  const { dayOf, NO_PLACE } = lookout;
  const BIT = {
    region: 1,
    rounds: 2,
    dates: 4,
    pollutant: 8,
    industry: 16,
    category: 32,
    rule: 64,
    status: 128,
    severity: 256,
    extent: 512,
  };
  const STATES = [
    'IDENTIFIED',
    'SCREENED',
    'PUSHED',
    'RETURNED',
    'ACCEPTED',
    'CHECKING',
    'SUSPENDED',
    'CONFIRMED',
    'RECTIFYING',
    'RECHECK',
    'E_SUPERVISED',
    'LISTED_SUPERVISED',
    'RELAPSED',
    'CLOSED',
    'NOT_CONFIRMED',
    'DISCARDED',
    'MERGED',
  ];
  const STAGE = { pushed: 1, answered: 2, verdict: 4, confirmed: 8, fixed: 16, closed: 32, overdue: 64 };
  const GROUPS = Object.keys(config.statusGroups || {});
  const GROUP_OF_STATE = Uint8Array.from([
    0,
    ...STATES.map((state) => GROUPS.findIndex((group) => config.statusGroups[group].includes(state))),
  ]);
  const POLLUTANTS = ['', ...(config.pollutantCodes || [])];

  /* 1 at the row numbers of the chosen codes; null while nothing is chosen. */
  function chosen(codes, rows) {
    if (!codes.length) return null;
    const marks = new Uint8Array(256);
    for (const row of rows) if (codes.includes(row.code)) marks[row.idx] = 1;
    return marks;
  }

  function scope(state, places) {
    const extent = state.follow ? lookout.state.extent : null;
    return {
      region: places.test(state.region),
      rounds: chosen(state.rounds, config.rounds),
      first: state.from ? dayOf(state.from) : -1,
      last: state.to ? dayOf(state.to) : 1e9,
      pollutant: state.pollutant ? POLLUTANTS.indexOf(state.pollutant) : 0,
      industry: chosen(state.industry, config.industries),
      rule: chosen(state.rule, config.rules),
      category: chosen(
        state.category,
        config.categories.map((code, i) => ({ code, idx: i + 1 })),
      ),
      status: chosen(
        state.status,
        GROUPS.map((code, idx) => ({ code, idx })),
      ),
      severity: chosen(
        state.severity,
        ['1', '2', '3'].map((code) => ({ code, idx: Number(code) })),
      ),
      extent,
      asOf: dayOf(config.snapshot.asOf.slice(0, 10)),
    };
  }

  const outside = (extent, lon, lat) => !(lon >= extent[0] && lat >= extent[1] && lon <= extent[2] && lat <= extent[3]);

  function placeAndTimeMask(s, rows, i, lon, lat) {
    let mask = 0;
    if (s.region && !s.region(rows.city[i], rows.county[i], rows.day[i])) mask |= BIT.region;
    if (s.rounds && !s.rounds[rows.round[i]]) mask |= BIT.rounds;
    if (rows.day[i] < s.first || rows.day[i] > s.last) mask |= BIT.dates;
    if (s.industry && !s.industry[rows.industry[i]]) mask |= BIT.industry;
    if (s.extent && outside(s.extent, lon, lat)) mask |= BIT.extent;
    return mask;
  }

  function clueMasks(s, clues) {
    const masks = new Uint16Array(clues.length);
    for (let i = 0; i < clues.length; i++) {
      let mask = placeAndTimeMask(s, clues, i, clues.lon[i], clues.lat[i]);
      if (s.pollutant && clues.pollutant[i] !== s.pollutant) mask |= BIT.pollutant;
      if (s.rule && !s.rule[clues.rule[i]]) mask |= BIT.rule;
      if (s.category && !s.category[clues.category[i]]) mask |= BIT.category;
      if (s.status && !s.status[GROUP_OF_STATE[clues.state[i]]]) mask |= BIT.status;
      if (s.severity && !s.severity[clues.severity[i]]) mask |= BIT.severity;
      masks[i] = mask;
    }
    return masks;
  }

  const tally = () => ({ all: new Uint32Array(256), confirmed: new Uint32Array(256) });

  function add(counts, key, isConfirmed) {
    counts.all[key] += 1;
    if (isConfirmed) counts.confirmed[key] += 1;
  }

  function countClues(s, clues, places) {
    const masks = clueMasks(s, clues);
    const shown = new Uint32Array(clues.length);
    const out = {
      total: 0,
      pushed: 0,
      answered: 0,
      verdict: 0,
      confirmed: 0,
      fixed: 0,
      closed: 0,
      overdue: 0,
      byStatus: new Uint32Array(GROUPS.length),
      byCategory: tally(),
      byIndustry: tally(),
      byPlace: new Uint32Array(places.length),
    };
    for (let i = 0; i < clues.length; i++) {
      const mask = masks[i];
      const stages = clues.stages[i];
      const isConfirmed = (stages & STAGE.confirmed) !== 0;
      if ((mask & ~BIT.status) === 0) out.byStatus[GROUP_OF_STATE[clues.state[i]]] += 1;
      if ((mask & ~BIT.category) === 0) add(out.byCategory, clues.category[i], isConfirmed);
      if ((mask & ~BIT.industry) === 0) add(out.byIndustry, clues.industry[i], isConfirmed);
      if (mask) continue;
      shown[out.total++] = i;
      for (const stage of ['pushed', 'answered', 'verdict', 'confirmed', 'fixed', 'closed', 'overdue'])
        if (stages & STAGE[stage]) out[stage] += 1;
      raise(out.byPlace, places, clues.city[i], clues.county[i]);
    }
    out.shown = shown.slice(0, out.total);
    return out;
  }

  /* Count a row in its county, its city and its province. */
  function raise(counts, places, city, county, by = 1) {
    if (county !== NO_PLACE) counts[county] += by;
    if (city === NO_PLACE) return;
    counts[city] += by;
    const province = places.parent_idx[city];
    if (province >= 0) counts[province] += by;
  }

  /* Rows come sorted by round and enterprise: an enterprise counts once per region and round, however often it was checked. */
  class CheckTally {
    constructor() {
      Object.assign(this, { checked: 0, found: 0, problems: 0, prominent: 0, checks: 0, last: -1, lastFound: false });
    }

    add(key, problems, prominent) {
      this.checks += 1;
      this.problems += problems;
      this.prominent += prominent;
      if (key !== this.last) {
        this.checked += 1;
        this.last = key;
        this.lastFound = false;
      }
      if (problems && !this.lastFound) {
        this.found += 1;
        this.lastFound = true;
      }
    }
  }

  function countChecks(s, checks, places, enterprises, region) {
    const { level } = places.parts(region);
    const total = new CheckTally();
    const distinct = new Uint8Array(enterprises.length);
    const byCell = new Map();
    const byPlace = new Map();
    const tallyOf = (map, key) => {
      let t = map.get(key);
      if (!t) map.set(key, (t = new CheckTally()));
      return t;
    };
    for (let i = 0; i < checks.length; i++) {
      const enterprise = checks.enterprise[i];
      const mask = placeAndTimeMask(s, checks, i, enterprises.lon[enterprise], enterprises.lat[enterprise]);
      if (mask & ~(BIT.rounds | BIT.dates)) continue;
      const key = checks.round[i] * 4294967296 + enterprise;
      const row = places.at(level, checks.city[i], checks.county[i]);
      tallyOf(byCell, row * 256 + checks.round[i]).add(key, checks.problems[i], checks.prominent[i]);
      if (mask) continue;
      total.add(key, checks.problems[i], checks.prominent[i]);
      distinct[enterprise] = 1;
      for (const l of [0, 1, 2]) {
        const place = places.at(l, checks.city[i], checks.county[i]);
        if (place >= 0) tallyOf(byPlace, place).add(key, checks.problems[i], checks.prominent[i]);
      }
    }
    return { level, total, distinct: distinct.reduce((a, b) => a + b, 0), byCell, byPlace };
  }

  function countEnterprises(s, enterprises, places) {
    const shown = new Uint32Array(enterprises.length);
    const byPlace = new Uint32Array(places.length);
    const byIndustry = tally();
    let total = 0,
      drawn = 0;
    for (let i = 0; i < enterprises.length; i++) {
      if (s.region && !s.region(enterprises.city[i], enterprises.county[i], s.asOf)) continue;
      const lon = enterprises.lon[i],
        lat = enterprises.lat[i];
      if (s.extent && outside(s.extent, lon, lat)) continue;
      byIndustry.all[enterprises.industry[i]] += 1;
      if (s.industry && !s.industry[enterprises.industry[i]]) continue;
      total += 1;
      raise(byPlace, places, enterprises.city[i], enterprises.county[i]);
      if (lon === lon && lat === lat) shown[drawn++] = i;
    }
    return { total, shown: shown.slice(0, drawn), byPlace, byIndustry };
  }

  /* Centres of the cells, only worked out when the map's extent counts. */
  function centres(rows) {
    if (rows.lon) return rows;
    rows.lon = new Float32Array(rows.length);
    rows.lat = new Float32Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      [rows.lon[i], rows.lat[i]] = lookout.map.albers.centre(rows.col[i], rows.row[i]);
    }
    return rows;
  }

  const AGE = { fresh: 3, ageing: 10, expired: 20 };

  /* The newest sighting of each cell up to `end`, with its age: a satellite's finding is bound to its time. */
  function hotCells(s, layers, product, end, places) {
    const newest = new Map();
    layers.forEach((rows, part) => {
      for (let i = 0; i < rows.length; i++) {
        const day = rows.day[i];
        if (rows.product[i] !== product || day > end || end - day > AGE.expired) continue;
        if (day < s.first || (s.rounds && !s.rounds[rows.round])) continue;
        if (s.region && !s.region(rows.city[i], rows.county[i], day)) continue;
        if (s.extent && outside(s.extent, centres(rows).lon[i], centres(rows).lat[i])) continue;
        const key = rows.col[i] * 65536 + rows.row[i];
        const old = newest.get(key);
        if (!old || day > old.day) newest.set(key, { day, part, i });
      }
    });
    const n = newest.size;
    const out = {
      col: new Int16Array(n),
      row: new Int16Array(n),
      level: new Uint8Array(n),
      age: new Uint8Array(n),
      isHollow: new Uint8Array(n),
      source: [],
      byAge: [0, 0, 0],
      byPlace: new Uint32Array(places.length),
      nativeKm: 0,
    };
    let k = 0;
    for (const { day, part, i } of newest.values()) {
      const rows = layers[part];
      const days = end - day;
      const age = days <= AGE.fresh ? 0 : days <= AGE.ageing ? 1 : 2;
      out.col[k] = rows.col[i];
      out.row[k] = rows.row[i];
      out.level[k] = rows.level[i];
      out.age[k] = age;
      out.isHollow[k] = rows.ring[i] > 0 && rows.ring[i] < 4 ? 1 : 0;
      out.byAge[age] += 1;
      out.nativeKm = Math.max(out.nativeKm, rows.native_km[i]);
      if (age < 2) raise(out.byPlace, places, rows.city[i], rows.county[i]);
      out.source.push([part, i]);
      k += 1;
    }
    return out;
  }

  /* Cells observed of cells of the grid, by day; and hot cells by day for the time player. */
  function exposure(s, coverage, product, first, last, dayZero, nDays) {
    const hotByDay = new Uint32Array(nDays);
    let cells = 0,
      observed = 0;
    for (let i = 0; i < coverage.length; i++) {
      if (coverage.product[i] !== product) continue;
      const day = coverage.day[i];
      if (s.region && !s.region(coverage.city[i], NO_PLACE, day)) continue;
      const slot = day - dayZero;
      if (slot >= 0 && slot < nDays) hotByDay[slot] += coverage.hot[i];
      if (day < first || day > last) continue;
      cells += coverage.cells[i];
      observed += coverage.observed[i];
    }
    return { cells, observed, hotByDay };
  }

  lookout.crossfilter = {
    scope,
    countClues,
    countChecks,
    countEnterprises,
    hotCells,
    exposure,
    STATES,
    GROUPS,
    GROUP_OF_STATE,
    AGE,
  };
})();
