/* The tour: goes from page to page, points at one thing at a time, and says it in a card that the keyboard can work. */
(() => {
  const lookout = window.lookout;
  const { config, element } = lookout;
  const ASKED = 'lookout.tour';
  const STEP = 'lookout.tour.step';
  const OWN = ['map', 'sel', 'lang', 'theme'];
  const PATIENCE_MS = 8000;
  const POINT_PX = 60;
  const GAP_PX = 16;
  let told = null;
  let shown = null;

  /* A browser that keeps nothing is asked again; that is all. */
  function kept(store, name, value) {
    try {
      if (value === undefined) return store.getItem(name);
      if (value === null) store.removeItem(name);
      else store.setItem(name, value);
    } catch {
      return null;
    }
    return value;
  }

  const session = () => window.sessionStorage;
  const running = () => kept(session(), STEP);

  async function load() {
    told = told || (await lookout.data.json(`tour.json?lang=${config.lang}`));
    return told;
  }

  function address(step) {
    const query = new URLSearchParams(step.query);
    const theme = new URLSearchParams(window.location.search).get('theme');
    if (theme) query.set('theme', theme);
    return `${step.path}?${query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':')}`;
  }

  /* On the map one moves without loading anew, unless filters would hide what is told of. */
  function movesHere(step) {
    const given = [...new URLSearchParams(window.location.search).keys()];
    return config.page === 'situation' && step.path === '/' && lookout.situationMap.leaflet() && given.every((name) => OWN.includes(name));
  }

  function moveHere(step) {
    const query = new URLSearchParams(step.query);
    const [lon, lat, zoom] = query.get('map').split(',').map(Number);
    lookout.situationMap.leaflet().setView([lat, lon], zoom, { animate: false });
    lookout.state.set({ sel: query.get('sel') || '' });
  }

  const isHere = (step) => {
    const url = new URL(address(step), window.location.href);
    const now = new URLSearchParams(window.location.search);
    return url.pathname === window.location.pathname && [...url.searchParams].every(([name, value]) => name === 'map' || name === 'view' || (now.get(name) || '') === value || (name === 'lang' && value === config.lang));
  };

  async function go(n) {
    const { steps } = await load();
    const step = steps[n];
    if (!step) return stop();
    kept(session(), STEP, String(n));
    if (movesHere(step)) moveHere(step);
    else if (!isHere(step)) return window.location.assign(address(step));
    return show(n);
  }

  const seen = (node) => node && node.getClientRects().length && node.getBoundingClientRect().width;

  /* Where on the screen the step points: a thing of the page, or a place of the map; null while it is not there. */
  function spot(step) {
    if (step.at) {
      const map = lookout.situationMap?.leaflet();
      if (!map) return null;
      const point = map.latLngToContainerPoint([step.at[1], step.at[0]]);
      const box = map.getContainer().getBoundingClientRect();
      return { left: box.left + point.x - POINT_PX, top: box.top + point.y - POINT_PX, width: 2 * POINT_PX, height: 2 * POINT_PX };
    }
    const node = document.querySelector(step.target);
    return seen(node) ? node.getBoundingClientRect() : null;
  }

  async function found(step) {
    const until = performance.now() + PATIENCE_MS;
    const isSettled = () => document.documentElement.dataset.settled;
    while (performance.now() < until) {
      if (isSettled() && spot(step)) break;
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    const node = step.at ? document.querySelector('.map-panel') : document.querySelector(step.target);
    node?.scrollIntoView({ block: window.innerWidth < 700 ? 'start' : 'nearest' });
    return Boolean(spot(step));
  }

  /* Beside what is pointed at where there is room, else in the corner farthest from it. */
  function place(card, box) {
    const [wide, high] = [window.innerWidth, window.innerHeight];
    if (wide < 700) return;
    const { offsetWidth: w, offsetHeight: h } = card;
    const top = (y) => Math.max(GAP_PX, Math.min(y, high - h - GAP_PX));
    const left = (x) => Math.max(GAP_PX, Math.min(x, wide - w - GAP_PX));
    const at = box
      ? [
          [box.left + box.width + GAP_PX, top(box.top), box.left + box.width + w + 2 * GAP_PX <= wide],
          [box.left - w - GAP_PX, top(box.top), box.left - w - 2 * GAP_PX >= 0],
          [left(box.left), box.top + box.height + GAP_PX, box.top + box.height + h + 2 * GAP_PX <= high],
          [left(box.left), box.top - h - GAP_PX, box.top - h - 2 * GAP_PX >= 0],
        ].find(([, , fits]) => fits)
      : null;
    const [x, y] = at || [wide - w - GAP_PX, high - h - GAP_PX];
    card.style.left = `${x}px`;
    card.style.top = `${y}px`;
  }

  function follow() {
    if (!shown) return;
    const box = spot(shown.step);
    shown.ring.hidden = !box;
    if (box) {
      const pad = shown.step.at ? 0 : 4;
      Object.assign(shown.ring.style, { left: `${box.left - pad}px`, top: `${box.top - pad}px`, width: `${box.width + 2 * pad}px`, height: `${box.height + 2 * pad}px` });
    }
    place(shown.card, box);
  }

  function cardOf(n) {
    const { steps, words } = told;
    const step = steps[n];
    const button = (text, onclick, className = 'header-link') => element('button', { type: 'button', text, className, onclick });
    const isLast = n === steps.length - 1;
    return element('section', { className: 'tour-card', role: 'dialog', 'aria-labelledby': 'tour-title', 'aria-describedby': 'tour-text' }, [
      element('small', { text: `${words.name} · ${words.of.replace('{n}', n + 1).replace('{all}', steps.length)}` }),
      element('h2', { id: 'tour-title', text: step.title }),
      element('p', { id: 'tour-text', text: step.text }),
      element('p', { className: 'tour-lost', text: words.lost, hidden: '' }),
      element('div', { className: 'tour-buttons' }, [
        ...(isLast ? [] : [button(words.stop, stop)]),
        ...(n ? [button(words.back, () => go(n - 1))] : []),
        button(isLast ? words.end : words.next, () => (isLast ? stop() : go(n + 1)), 'viewer-submit tour-next'),
      ]),
    ]);
  }

  async function show(n) {
    const step = told.steps[n];
    const isThere = await found(step);
    if (running() !== String(n)) return;
    clear();
    const ring = element('div', { className: step.at ? 'tour-ring tour-point' : 'tour-ring', 'aria-hidden': 'true' });
    const card = cardOf(n);
    document.body.append(ring, card);
    card.querySelector('.tour-lost').hidden = isThere;
    shown = { step, n, ring, card, timer: setInterval(follow, 250) };
    follow();
    card.querySelector('.tour-next').focus({ preventScroll: true });
    document.documentElement.dataset.tour = String(n + 1);
  }

  function clear() {
    if (!shown) return;
    clearInterval(shown.timer);
    shown.ring.remove();
    shown.card.remove();
    shown = null;
  }

  function stop() {
    clear();
    kept(session(), STEP, null);
    delete document.documentElement.dataset.tour;
    document.getElementById('help-open')?.focus();
  }

  window.addEventListener('resize', follow);
  document.addEventListener('scroll', follow, { capture: true, passive: true });
  document.addEventListener(
    'keydown',
    (event) => {
      if (!shown || document.querySelector('dialog[open]')) return;
      const turns = { ArrowRight: 1, ArrowLeft: -1 };
      if (event.key === 'Escape') stop();
      else if (event.key in turns && shown.card.contains(event.target) && told.steps[shown.n + turns[event.key]]) go(shown.n + turns[event.key]);
      else return;
      event.stopPropagation();
      event.preventDefault();
    },
    { capture: true },
  );

  function asked() {
    kept(window.localStorage, ASKED, 'asked');
    const offer = document.getElementById('tour-offer');
    if (offer) offer.hidden = true;
  }

  lookout.tour = {
    start() {
      asked();
      go(0);
    },
    /* Goes on where it was before the page changed; offers itself where it may, once. */
    wire() {
      if (running() !== null) return void go(Number(running()));
      const offer = document.getElementById('tour-offer');
      if (!offer || kept(window.localStorage, ASKED)) return;
      offer.hidden = false;
      document.getElementById('tour-start').addEventListener('click', () => lookout.tour.start());
      document.getElementById('tour-decline').addEventListener('click', asked);
    },
  };
})();
