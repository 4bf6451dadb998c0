/* Numbers of the trends page: a measure day by day, its mean over a window, the change between two windows. */
(() => {
  const lookout = window.lookout;
  const { number, count } = lookout;
  /* Days on which under a fifth of the usual number reported tell of those few, not of the part. */
  const FEWEST = 0.2;

  /* Each measure: a day's value, and the mean over days (hours are summed before they are divided). */
  const MEASURES = {
    concentration: { day: (item, i) => item.concentration[i], text: (x) => number(x, 1), unit: 'mg/m³' },
    ratio: { day: (item, i) => item.ratio[i], text: (x) => `${number(100 * x, 0)}%`, unit: '%' },
    emission_kg: { day: (item, i) => item.emission_kg[i], text: (x) => (x >= 100 ? count(Math.round(x)) : number(x, 1)), unit: 'kg/d' },
    exceed: {
      day: (item, i) => (item.valid_hours[i] ? item.exceed_hours[i] / item.valid_hours[i] : null),
      text: (x) => `${number(100 * x, 2)}%`,
      unit: '%',
    },
  };

  const usual = (counts) => [...counts].sort((a, b) => a - b)[Math.floor(counts.length / 2)] || 0;

  /* [day, value] of the days that tell of the part. */
  function series(item, name) {
    const least = FEWEST * Math.max(usual(item.enterprises), ...item.enterprises.slice(-7));
    return item.days.flatMap((day, i) => {
      const value = item.enterprises[i] >= least ? MEASURES[name].day(item, i) : null;
      return value === null || value === undefined ? [] : [[day, value]];
    });
  }

  function powerSeries(power, name) {
    if (!power) return [];
    return power.days.flatMap((day, i) => (power[name][i] === null ? [] : [[day, power[name][i]]]));
  }

  /* Mean of the days of a window, and how many days there were. */
  function mean(points, [from, to]) {
    const inside = points.filter(([day]) => day >= from && day <= to);
    return { n: inside.length, value: inside.length ? inside.reduce((sum, [, x]) => sum + x, 0) / inside.length : null };
  }

  function compared(points, before, during) {
    const a = mean(points, before);
    const b = mean(points, during);
    return { before: a, during: b, change: a.value && b.value !== null ? b.value / a.value - 1 : null };
  }

  lookout.trends = { MEASURES, series, powerSeries, compared };
})();
