/* What the rounds page counts: each measure from a row of sums, and how it is written. */
(() => {
  const lookout = window.lookout;
  const { config, word, count, number } = lookout;
  const LEAST = 20;
  const isEnglish = config.lang === 'en';

  /* A rate is none below 20 enterprises; it says so instead. */
  const rate = (part, digits, scale = 1) => ({
    value: (row) => (row.checked >= LEAST ? (scale * row[part]) / row.checked : null),
    text: (x) => number(x, digits) + (scale === 100 ? '%' : ''),
    isRate: true,
  });
  const sum = (name) => ({ value: (row) => row[name], text: count, isRate: false });
  const MEASURES = {
    checked: sum('checked'),
    problems: sum('problems'),
    prominent: sum('prominent'),
    problems_per: rate('problems', 2),
    prominent_per: rate('prominent', 2),
    found_rate: rate('with_problems', 0, 100),
  };
  const PARTS = ['checked', 'checks', 'with_problems', 'problems', 'prominent', 'checks_by_clue', 'problems_by_clue',
    'prominent_by_clue', 'checks_offsite', 'problems_offsite', 'team_days']; // prettier-ignore

  /* Sums of several rounds; enterprises count once a round. */
  function together(rows) {
    const total = Object.fromEntries(PARTS.map((name) => [name, 0]));
    for (const row of rows) for (const name of PARTS) total[name] += row[name];
    return total;
  }

  const roundName = (round) =>
    isEnglish ? `${round.year} R${round.number}` : word('rounds.name', { year: round.year, n: round.number });
  const roundShort = (round) => (isEnglish ? `R${round.number}` : word('rounds.short', { n: round.number }));

  lookout.rounds = { MEASURES, LEAST, together, roundName, roundShort };
})();
