/* The wall: scenes take turns, news come in where they belong, and nothing is ever loaded twice or left behind. */
(() => {
  const lookout = window.lookout;
  const { config, wall } = lookout;
  const stage = (name) => document.getElementById(`wall-${name}`);
  const RETRY_MS = 3000;
  const MEASURES_KEPT = 60;
  let drawn = null;
  let runs = 0;
  let isPaused = false;
  let nextAt = 0;
  let reloadedOn = '';
  /* One thing at a time: a change of scene waits for news that are being drawn, and the other way round. */
  let busy = Promise.resolve();

  const inTurn = (act) => {
    busy = busy.then(act, act);
    return busy;
  };
  const nextPaint = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now()), 0)));

  function draw(answer, isNewScene) {
    const root = stage('stage');
    root.dataset.kind = answer.kind;
    wall.frame.head(answer);
    stage('figures').replaceChildren(...answer.figures.map((part) => wall.parts.figure(part, answer)));
    stage('side').replaceChildren(...answer.panels.map((part) => wall.parts.panel(part, answer)));
    stage('strip').replaceChildren(wall.parts.panel(answer.strip, answer));
    stage('tiles').hidden = !answer.tiles;
    stage('tiles').replaceChildren(...(answer.tiles ? [wall.parts.tiles(answer.tiles)] : []));
    stage('map-panel').hidden = Boolean(answer.tiles);
    wall.map.draw(answer, () => wall.frame.legend(answer));
    drawn = answer;
    wall.frame.tick(answer);
    if (isNewScene) {
      nextAt = performance.now() + dwell(answer) * 1000;
      window.history.replaceState(null, '', `#${answer.scene}`);
    }
  }

  const dwell = (answer) => answer.scenes.find((scene) => scene.name === answer.scene)?.dwell_s || 60;

  /* Columns first, then the picture: nobody sees half of a new snapshot. */
  async function bring(answer, isNewScene) {
    const began = performance.now();
    if (wall.map.snapshot() !== answer.snapshot) {
      const columns = await wall.map.load(answer);
      await wall.map.follow(answer, columns);
      wall.map.adopt(columns);
      wall.link.keepOnly(answer.snapshot);
    } else await wall.map.follow(answer);
    draw(answer, isNewScene);
    await wall.map.painted();
    performance.measure(isNewScene ? 'wall:scene' : 'wall:news', { start: began, end: await nextPaint() });
    document.documentElement.dataset.settled = String(++runs);
    /* The browser keeps every measure for ever; a wall runs for months. */
    if (runs % MEASURES_KEPT === 0) performance.clearMeasures();
  }

  /* A scene that is known is shown at once and asked for anew afterwards. */
  const show = (name) =>
    inTurn(async () => {
      const known = wall.link.known(name);
      const answer = known && known.snapshot === wall.map.snapshot() ? known : await wall.link.ask(name);
      await bring(answer, true);
    });

  /* The scene `by` places on in the playlist; the first where the present one is not in it any more. */
  function neighbour(by) {
    const { scenes, scene } = drawn;
    const at = scenes.findIndex((one) => one.name === scene);
    return at < 0 ? scenes[0].name : scenes[(at + by + scenes.length) % scenes.length].name;
  }

  const step = (by) => show(neighbour(by)).catch(missed);

  function missed(error) {
    /* Where nobody answers the present scene goes on; one that is gone gives way to the first. */
    nextAt = performance.now() + RETRY_MS;
    if (error instanceof wall.link.Gone && drawn) return show('first').catch(() => undefined);
    return undefined;
  }

  const news = () =>
    inTurn(async () => {
      const answer = await wall.link.ask(drawn.scene);
      if (answer !== drawn) await bring(answer, false);
      else if (nextAt - performance.now() < 2.5 * drawn.poll_s * 1000) wall.map.prepare(await wall.link.ask(neighbour(1)));
    });

  async function listen() {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, drawn.poll_s * 1000 * (0.85 + 0.3 * Math.random())));
      await news().catch((error) => {
        if (error instanceof wall.link.Gone) return show('first').catch(() => undefined);
        return undefined;
      });
    }
  }

  /* Once a day, at the quiet hour, while the server answers: the page begins afresh on the same scene. */
  function maybeReload() {
    const [day, time] = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' }).format(wall.link.now()).split(' ');
    if (time !== drawn.quiet_hour || reloadedOn === day || wall.link.isLost() || performance.now() < 3600e3) return;
    reloadedOn = day;
    window.location.reload();
  }

  function beat() {
    wall.frame.tick(drawn);
    if (!drawn) return;
    if (!isPaused && performance.now() >= nextAt && drawn.scenes.length > 1) {
      nextAt = Infinity;
      step(1);
    }
    maybeReload();
  }

  function keys(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) step(by);
    if (event.key === ' ') {
      isPaused = !isPaused;
      document.documentElement.dataset.paused = isPaused ? 'yes' : '';
      if (!isPaused) nextAt = performance.now() + dwell(drawn) * 1000;
    }
  }

  async function start() {
    while (!stage('foot')) await new Promise((resolve) => requestAnimationFrame(resolve));
    setInterval(beat, 1000);
    const wanted = decodeURIComponent(window.location.hash.slice(1)) || 'first';
    while (!drawn) {
      await show(wanted).catch((error) => (error instanceof wall.link.Gone ? show('first').catch(() => undefined) : undefined));
      if (!drawn) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    /* dash-leaflet sets its own view once more after the map is made. */
    setTimeout(() => wall.map.look(true), 300);
    window.addEventListener('resize', () => setTimeout(() => wall.map.look(), 250));
    document.addEventListener('keydown', keys);
    listen();
  }

  Object.assign(wall, { show, step, pause: (value) => { isPaused = value; }, drawn: () => drawn });
  if (config.page === 'wall') start();
})();
