/* What stands around every scene: title, clock, round, where we are in the playlist, age of the data, trouble. */
(() => {
  const lookout = window.lookout;
  const { config, element, word, count, wall } = lookout;
  const { say, age, isEnglish } = wall;
  const ids = { title: 'wall-title', steps: 'wall-steps', round: 'wall-round', clock: 'wall-clock', day: 'wall-day', badge: 'wall-badge', foot: 'wall-foot', legend: 'wall-legend', legendNext: 'wall-legend-next' };
  const host = (name) => document.getElementById(ids[name]);
  const zone = { timeZone: 'Asia/Shanghai' };
  const clockFormat = new Intl.DateTimeFormat('en-GB', { ...zone, hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const dateFormat = new Intl.DateTimeFormat(isEnglish ? 'en-GB' : 'zh-CN', { ...zone, year: 'numeric', month: isEnglish ? 'short' : 'long', day: 'numeric', weekday: 'short' });

  const write = (name, text) => {
    const node = host(name);
    if (node && node.textContent !== text) node.textContent = text;
  };

  function roundText(round) {
    if (!round) return word('wall.no_round');
    const of = { year: String(round.year), n: count(round.number), day: count(round.day), days: count(round.days) };
    return word(round.is_over ? 'wall.round_over' : 'wall.round_day', round.is_over ? { ...of, day: count(round.day - round.days) } : of);
  }

  function head(answer) {
    write('title', say(answer.title));
    write('round', roundText(answer.round));
    steps(answer);
  }

  /* One mark a scene; the present one fills up while it lasts. */
  function steps(answer) {
    const key = [answer.scenes.map((scene) => scene.name), answer.scene].join();
    const node = host('steps');
    if (node.dataset.key === key) return;
    node.dataset.key = key;
    node.replaceChildren(
      ...answer.scenes.map((scene) => {
        const isNow = scene.name === answer.scene;
        const mark = element('i', { className: isNow ? 'is-now' : '' });
        if (isNow) mark.style.setProperty('--dwell', `${scene.dwell_s}s`);
        return mark;
      }),
    );
  }

  const built = (answer) => (wall.link.now() - Date.parse(answer.built_at)) / 1000;

  function foot(answer) {
    const isOld = built(answer) / 3600 > config.staleAfterHours;
    const text = age(built(answer));
    document.documentElement.dataset.health = isOld ? 'stale' : 'ok';
    const parts = [
      word('shell.data_until', { time: answer.as_of.slice(0, 16).replace('T', ' ') }),
      word(isOld ? 'age.stale' : 'age.built', { age: text }),
      word('wall.suspected'),
      word('wall.selected'),
      word(answer.is_masked ? 'wall.masked' : 'wall.names'),
      config.viewer.isWhole || !config.viewer.scope ? '' : word('wall.scope', { place: config.viewer.scope }),
    ];
    write('foot', parts.filter(Boolean).join(' · '));
  }

  /* The last good frame stays; how old it is stands over it until the server is back. */
  function badge() {
    const node = host('badge');
    const text = wall.link.isLost() ? word('wall.lost', { age: age(wall.link.silence()) }) : '';
    if (node.textContent !== text) node.textContent = text;
    document.documentElement.dataset.link = text ? 'lost' : 'ok';
  }

  function tick(answer) {
    const now = wall.link.now();
    write('clock', clockFormat.format(now));
    write('day', dateFormat.format(now).replace(/(\d\p{Script=Han})(\p{Script=Han}{2})$/u, '$1 $2'));
    if (!answer) return;
    badge();
    foot(answer);
  }

  const line = (mark, text) => element('p', { className: 'legend-line' }, [mark, element('span', { text })]);

  /* What the marks of a scene's map mean, where it is seen, or where only its height is asked for. */
  function legend(answer, isNext = false) {
    const { map } = answer;
    const nodes = [];
    if (map.product && map.hot_state === 'ready')
      for (const kind of ['fresh', 'ageing', 'expired']) nodes.push(line(element('i', { className: `cell cell-${kind}` }), word(`legend.${kind}`)));
    else if (map.product) nodes.push(element('p', { className: 'legend-line', text: `${word(`product.${map.product}`)}: ${word(map.hot_state === 'failed' ? 'panel.failed' : 'panel.not_configured')}` }));
    if (map.enterprises) nodes.push(line(element('i', { className: 'cell cell-enterprise' }), word('legend.enterprise')));
    nodes.push(...wall.map.styles(map).map((style) => line(lookout.status.mark(style), style.label)));
    const source = document.getElementById('wall-source');
    const node = host(isNext ? 'legendNext' : 'legend');
    node.replaceChildren(...nodes, isNext ? element('p', { className: source.className, text: source.textContent }) : source);
    return node.offsetHeight;
  }

  wall.frame = { head, tick, legend, host };
})();
