/* Provinces, cities, counties and key-region groups: names, nesting, and which rows lie in a chosen region. */
(() => {
  const lookout = window.lookout;
  const { config } = lookout;
  const NONE = 65535;
  const isEnglish = config.lang === 'en';

  class Places {
    constructor(columns, groups) {
      Object.assign(this, columns);
      /* Positions come in 1e-2 degree. */
      for (const name of ['lon', 'lat', 'west', 'south', 'east', 'north'])
        this[name] = Float32Array.from(columns[name], (x) => x / 100);
      /* A municipality is a province and a city of one code; the code means the province. */
      this.byCode = new Map();
      columns.adcode.forEach((code, i) => {
        if (!this.byCode.has(code)) this.byCode.set(code, i);
      });
      this.children = new Map();
      for (let i = 0; i < this.length; i++) {
        const parent = this.parent_idx[i];
        if (!this.children.has(parent)) this.children.set(parent, []);
        this.children.get(parent).push(i);
      }
      this.groups = groups;
    }

    name(i) {
      return i < 0 || i === NONE || i >= this.length
        ? lookout.word('place.unmapped')
        : isEnglish
          ? this.name_en[i]
          : this.name_zh[i];
    }

    short(i) {
      return isEnglish ? this.name_en[i] : this.short_name_zh[i];
    }

    path(i) {
      const way = [];
      for (let p = i; p >= 0 && p !== NONE; p = this.parent_idx[p])
        if (this.adcode[p] !== this.adcode[way[0]]) way.unshift(p);
      if (way.length && this.byCode.get(this.adcode[way[0]]) !== way[0]) way[0] = this.byCode.get(this.adcode[way[0]]);
      return way;
    }

    bounds(region) {
      if (!region) return null;
      const members = region.startsWith('g:')
        ? this.groupCities(region.slice(2))
        : [this.byCode.get(region)].filter((i) => i !== undefined);
      if (!members.length) return null;
      const edge = (column, pick) => members.reduce((best, i) => pick(best, column[i]), column[members[0]]);
      return [
        edge(this.west, Math.min),
        edge(this.south, Math.min),
        edge(this.east, Math.max),
        edge(this.north, Math.max),
      ];
    }

    groupCities(code) {
      const cities = new Set();
      for (let k = 0; k < this.groups.length; k++)
        if (this.groups.group_code[k] === code) cities.add(this.groups.city_idx[k]);
      return [...cities];
    }

    label(region) {
      if (!region) return lookout.word('place.country');
      if (region.startsWith('g:')) {
        const group = config.groups.find((g) => g.code === region.slice(2));
        return group ? group[isEnglish ? 'name_en' : 'name_zh'] : region;
      }
      const i = this.byCode.get(region);
      return i === undefined ? lookout.word('place.unknown', { code: region }) : this.name(i);
    }

    /* A test of (city, county, day): membership of a group is dated, so old rounds keep their old scope. */
    test(region) {
      if (!region) return null;
      if (region.startsWith('g:')) return this.groupTest(region.slice(2));
      const index = this.byCode.get(region);
      if (index === undefined) return () => false;
      if (this.level[index] === 2) return (city, county) => county === index;
      if (this.level[index] === 1) return (city) => city === index;
      const cities = new Uint8Array(NONE + 1);
      for (const city of this.children.get(index) || []) cities[city] = 1;
      return (city) => cities[city] === 1;
    }

    groupTest(code) {
      const spans = new Map();
      const { group_code: codes, city_idx: cities, from_day: from, to_day: to } = this.groups;
      for (let k = 0; k < this.groups.length; k++) {
        if (codes[k] !== code) continue;
        if (!spans.has(cities[k])) spans.set(cities[k], []);
        spans.get(cities[k]).push([from[k], to[k]]);
      }
      return (city, county, day) => {
        const own = spans.get(city);
        if (!own) return false;
        for (const [first, end] of own) if (day >= first && day < end) return true;
        return false;
      };
    }

    /* The rows of a table by region: the parts of what is chosen. */
    parts(region) {
      if (region.startsWith('g:')) return { level: 1 };
      if (!region) return { level: 0 };
      const index = this.byCode.get(region);
      const isMunicipality = index !== undefined && (this.children.get(index) || []).length === 1;
      return { level: index === undefined || (this.level[index] === 0 && !isMunicipality) ? 1 : 2 };
    }

    /* The place of `level` that a row with this city and county belongs to, or -1. */
    at(level, city, county) {
      if (level === 2) return county === NONE ? -1 : county;
      if (city === NONE) return -1;
      return level === 1 ? city : this.parent_idx[city];
    }
  }

  lookout.loadPlaces = async () =>
    new Places(...(await Promise.all([lookout.data.layer('places'), lookout.data.layer('groups')])));
  lookout.NO_PLACE = NONE;
})();
