/* The wall: scenes take turns, news come in where they belong, and nothing is ever loaded twice or left behind. */
(() => {
  const lookout = window.lookout;
  const { config, wall } = lookout;
  const stage = (name) => document.getElementById(`wall-${name}`);
  const RETRY_MS = 3000;
  const MEASURES_KEPT = 60;
  /* A page that began less than an hour ago has nothing to be rid of. */
  const YOUNGEST_MS = 3600e3;
  /* So many questions for news before its turn the next scene is made ready. */
  const AHEAD = 2.5;
  let drawn = null;
  let ready = null;
  let runs = 0;
  let isPaused = false;
  let nextAt = Infinity;
  let alarm = 0;
  let reloadedOn = '';
  /* One thing at a time: a change of scene waits for news that are being drawn, and the other way round. */
  let busy = Promise.resolve();

  const inTurn = (act) => {
    busy = busy.then(act, act);
    return busy;
  };
  /* The second frame begins when the first, which holds all that was changed, was handed over to be shown. */
  const nextPaint = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))));

  /* Everything of a scene but its map. */
  const made = (answer) => ({
    answer,
    figures: answer.figures.map((part) => wall.parts.figure(part, answer)),
    side: answer.panels.map((part) => wall.parts.panel(part, answer)),
    strip: [wall.parts.panel(answer.strip, answer)],
    tiles: answer.tiles ? [wall.parts.tiles(answer.tiles)] : [],
  });

  function draw(answer, isNewScene, parts) {
    stage('stage').dataset.kind = answer.kind;
    wall.frame.head(answer);
    for (const name of ['figures', 'side', 'strip', 'tiles']) stage(name).replaceChildren(...parts[name]);
    stage('tiles').hidden = !answer.tiles;
    if (!wall.map.isOn(answer) || parts !== ready) wall.map.draw(answer, () => wall.frame.legend(answer));
    else if (answer.map) wall.frame.legend(answer);
    ready = null;
    drawn = answer;
    wall.frame.tick(answer);
    if (isNewScene) {
      turnIn(dwell(answer) * 1000);
      window.history.replaceState(null, '', `#${answer.scene}`);
    }
  }

  function turnIn(ms) {
    clearTimeout(alarm);
    nextAt = performance.now() + ms;
    alarm = setTimeout(turn, ms);
  }

  const dwell = (answer) => answer.scenes.find((scene) => scene.name === answer.scene)?.dwell_s || 60;

  /* Columns first, then the picture: nobody sees half of a new snapshot. */
  async function bring(answer, isNewScene, due) {
    const parts = ready?.answer === answer ? ready : made(answer);
    if (wall.map.snapshot() !== answer.snapshot) {
      const columns = await wall.map.load(answer);
      await wall.map.follow(answer, columns);
      wall.map.adopt(columns);
      wall.link.keepOnly(answer.snapshot);
    } else if (parts !== ready) await wall.map.follow(answer);
    const isReady = parts === ready;
    draw(answer, isNewScene, parts);
    await wall.map.painted();
    wall.map.release(answer);
    const detail = { scene: answer.scene, isReady };
    performance.measure(isNewScene ? 'wall:scene' : 'wall:news', { start: due, end: await nextPaint(), detail });
    document.documentElement.dataset.settled = String(++runs);
    /* The browser keeps every measure for ever; a wall runs for months. */
    if (runs % MEASURES_KEPT === 0) performance.clearMeasures();
  }

  /* A scene that is known is shown at once and asked for anew afterwards. */
  const show = (name, due = performance.now()) =>
    inTurn(async () => {
      const known = wall.link.known(name);
      const answer = known && known.snapshot === wall.map.snapshot() ? known : await wall.link.ask(name);
      await bring(answer, true, due);
    });

  /* The scene `by` places on in the playlist; the first where the present one is not in it any more. */
  function neighbour(by) {
    const { scenes, scene } = drawn;
    const at = scenes.findIndex((one) => one.name === scene);
    return at < 0 ? scenes[0].name : scenes[(at + by + scenes.length) % scenes.length].name;
  }

  const step = (by, due) => show(neighbour(by), due).catch(missed);

  function turn() {
    if (isPaused) return;
    if (drawn.scenes.length > 1) step(1, nextAt);
    else turnIn(dwell(drawn) * 1000);
  }

  function pause(value) {
    isPaused = value;
    document.documentElement.dataset.paused = value ? 'yes' : '';
    if (!value) turnIn(dwell(drawn) * 1000);
  }

  function missed(error) {
    /* Where nobody answers the present scene goes on; one that is gone gives way to the first. */
    turnIn(RETRY_MS);
    if (error instanceof wall.link.Gone && drawn) return show('first').catch(() => undefined);
    return undefined;
  }

  /* Nobody waits for the server in turn: a scene that is due is not kept waiting by a question for news. */
  async function news() {
    const asked = drawn;
    const answer = await wall.link.ask(asked.scene);
    if (drawn !== asked) return;
    if (answer !== asked) await inTurn(() => drawn === asked && bring(answer, false, performance.now()));
    else if (nextAt - performance.now() < AHEAD * asked.poll_s * 1000) await makeReady();
    /* What nobody asked for yet takes the server longest. */
    else if (!wall.link.known(neighbour(1))) await wall.link.ask(neighbour(1));
  }

  /* First as it is known, so that a slow server keeps no scene waiting; then as it is now, if that is another answer. */
  async function makeReady() {
    const name = neighbour(1);
    const known = wall.link.known(name);
    if (known) await setUp(name, known);
    await setUp(name, await wall.link.ask(name));
  }

  const setUp = (name, next) =>
    inTurn(async () => {
      if (ready?.answer === next || neighbour(1) !== name || next.snapshot !== wall.map.snapshot()) return;
      const parts = made(next);
      await wall.map.stage(next, () => wall.frame.legend(next, true));
      ready = parts;
    });

  /* In another size nothing that was made ready fits. */
  const refit = () => inTurn(() => ready && bring(drawn, false, performance.now()));

  async function listen() {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, drawn.poll_s * 1000 * (0.85 + 0.3 * Math.random())));
      await news().catch((error) => {
        if (error instanceof wall.link.Gone) return show('first').catch(() => undefined);
        return undefined;
      });
    }
  }

  /* Once a day, at the quiet hour, the page begins afresh on the same scene: if the server answers, or nobody would see
     anything any more. */
  async function maybeReload() {
    const [day, time] = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' }).format(wall.link.now()).split(' ');
    if (time !== drawn.quiet_hour || reloadedOn === day || performance.now() < YOUNGEST_MS) return;
    reloadedOn = day;
    if (await wall.link.isThere()) window.location.reload();
    else reloadedOn = '';
  }

  function beat() {
    wall.frame.tick(drawn);
    if (!drawn) return;
    maybeReload();
  }

  function keys(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) step(by);
    if (event.key === ' ') pause(!isPaused);
  }

  async function start() {
    while (!stage('foot')) await new Promise((resolve) => requestAnimationFrame(resolve));
    setInterval(beat, 1000);
    /* Where it was when it began afresh, or where the address asks it to begin. */
    const wanted = decodeURIComponent(window.location.hash.slice(1)) || new URLSearchParams(window.location.search).get('scene') || 'first';
    while (!drawn) {
      await show(wanted).catch((error) => (error instanceof wall.link.Gone ? show('first').catch(() => undefined) : undefined));
      if (!drawn) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    /* dash-leaflet sets its own view once more after the map is made. */
    setTimeout(() => wall.map.look(true), 300);
    window.addEventListener('resize', () => setTimeout(refit, 250));
    document.addEventListener('keydown', keys);
    listen();
  }

  Object.assign(wall, { show, step, makeReady, pause, drawn: () => drawn });
  if (config.page === 'wall') start();
})();
