/* Where to go in the next round: each city's reasons as measured, weighed by weights that stand open to be moved. */
(() => {
  const lookout = window.lookout;
  const { word, element, count, number, config } = lookout;
  const { roundShort } = lookout.rounds;
  /* The part a city's value has, by rank among the cities; what speaks against has a weight below 0. */
  const REASONS = { pm25_ug_m3: 30, hot_cells: 25, relapsed: 15, unclosed: 15, visits: -15 };
  const DIGITS = { pm25_ug_m3: 1, visits: 2 };

  /* 0 for the lowest, 1 for the highest; equal values share the middle of their ranks; none where it is not known. */
  function ranks(values) {
    const known = values.filter((x) => x !== null).sort((a, b) => a - b);
    return values.map((x) => {
      if (x === null || known.length < 2) return null;
      const below = known.findIndex((y) => y >= x);
      const equal = known.filter((y) => y === x).length;
      return (below + (equal - 1) / 2) / (known.length - 1);
    });
  }

  function scored(cities, weights) {
    const parts = Object.fromEntries(Object.keys(REASONS).map((name) => [name, ranks(cities.map((city) => city[name]))]));
    const full = Object.values(weights).reduce((sum, w) => sum + Math.abs(w), 0) || 1;
    return cities
      .map((city, i) => ({
        city,
        lacks: Object.keys(REASONS).filter((name) => parts[name][i] === null && weights[name]),
        score: Object.keys(REASONS).reduce((sum, name) => sum + weights[name] * (parts[name][i] ?? 0), 0) / full,
      }))
      .sort((a, b) => b.score - a.score || a.city.city_idx - b.city.city_idx);
  }

  function table(answer, places, weights, onPlace) {
    const rows = scored(answer.cities, weights);
    const most = Math.max(0.01, ...rows.map((row) => Math.abs(row.score)));
    const unseen = lookout.kpis.missing('satellite_grid');
    const columns = ['place', 'city', 'score', ...Object.keys(REASONS), 'observed', 'last'];
    return element('table', { className: 'source-table' }, [
      element('thead', {}, [
        element('tr', {}, columns.map((name) => element('th', { scope: 'col', className: name === 'city' ? '' : 'number', text: word(`rounds.plan.${name}`) }))),
      ]),
      element(
        'tbody',
        {},
        rows.map(({ city, score, lacks }, i) => {
          const last = config.rounds.find((round) => round.idx === city.last_round_idx);
          return element('tr', {}, [
            element('td', { className: 'number', text: String(i + 1) }),
            element('th', { scope: 'row' }, [
              element('button', { type: 'button', className: 'source-name', text: places.name(city.city_idx), onclick: () => onPlace(places.adcode[city.city_idx]) }),
              ...(lacks.length ? [element('small', { text: word('rounds.plan.lacks', { what: lacks.map((name) => word(`rounds.plan.${name}`)).join(' · ') }) })] : []),
            ]),
            lookout.rounds.bar(score, most, number(100 * score, 0)),
            ...Object.keys(REASONS).map((name) =>
              element('td', {
                className: 'number',
                text: city[name] === null ? '—' : DIGITS[name] ? number(city[name], DIGITS[name]) : count(city[name]),
              }),
            ),
            element('td', { className: 'number', text: city.observed === null ? unseen ? word(`panel.${unseen.state}`) : word('rounds.plan.unseen') : `${number(100 * city.observed, 0)}%` }),
            element('td', { className: 'number', text: last ? roundShort(last) : '—' }),
          ]);
        }),
      ),
    ]);
  }

  function weightControls(answer, weights, onChange) {
    const controls = Object.keys(REASONS).map((name) => {
      const shown = element('output', { className: 'number', text: String(weights[name]) });
      const input = element('input', {
        type: 'range',
        min: '-50',
        max: '50',
        step: '5',
        value: String(weights[name]),
        'aria-label': word(`rounds.plan.${name}`),
        oninput: (event) => {
          shown.textContent = event.target.value;
          onChange(name, Number(event.target.value));
        },
      });
      return element('label', {}, [
        element('span', { text: word(`rounds.plan.${name}`) }),
        element('small', { text: word(`rounds.plan.${name}_hint`, { days: answer.air_days, rounds: answer.rounds_back }) }),
        element('span', { className: 'rounds-slider' }, [input, shown]),
      ]);
    });
    return [
      element('h2', { className: 'panel-title', text: word('rounds.plan.title') }),
      element('p', { text: word('rounds.plan.dates', { from: answer.from, to: answer.to }) }),
      element('p', { className: 'sources-hint', text: word('rounds.plan.how') }),
      ...controls,
    ];
  }

  lookout.rounds.planner = { WEIGHTS: REASONS, table, weightControls };
})();
