/* The briefing page: its address, the paper, and the files to take away. */
(() => {
  const lookout = window.lookout;
  const { config, word, element } = lookout;
  const FORMS = ['docx', 'pptx', 'pdf'];
  const view = { recipe: '', time: '', region: '', id: '' };
  let recipes = [];
  let places = null;
  let asked = 0;

  const host = (name) => document.getElementById(`briefing-${name}`);
  const chosen = () => recipes.find((one) => one.id === view.recipe) || recipes[0];

  function say(text, state = '') {
    const node = host('state');
    node.hidden = !text;
    node.textContent = text;
    node.dataset.state = state;
  }

  function write() {
    const out = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(view)) value ? out.set(name, value) : out.delete(name);
    window.history.replaceState(null, '', `?${out}`.replaceAll('%3A', ':'));
  }

  function address(form) {
    const out = new URLSearchParams({ lang: config.lang });
    for (const name of ['time', 'region', 'id']) if (view[name]) out.set(name, view[name]);
    return `${config.dataRoot}/briefing/${view.recipe}.${form}?${out}`;
  }

  /* What is still to be chosen before anything can be made. */
  function missing() {
    const recipe = chosen();
    if (recipe.region === 'city' && !view.region) return word('briefing.choose.a_city');
    if (recipe.region === 'none' && !view.id) return word('briefing.choose.an_enterprise');
    return '';
  }

  function controls() {
    const { labelled, option, select, time, region, enterprise, pick } = lookout.briefing;
    const recipe = chosen();
    const names = recipes.map((one) => option(one.id, pick(one, 'name'), view.recipe));
    const parts = [
      labelled(word('briefing.choose.recipe'), select(view.recipe, (id) => set({ recipe: id, time: '', id: '', region: '' }), names)),
      time(recipe, view.time, (value) => set({ time: value })),
      region(recipe, places, view.region, (value) => set({ region: value })),
      enterprise(recipe, view.id, (value) => set({ id: value })),
      element('span', { className: 'briefing-note', text: word('briefing.for', { audience: pick(recipe, 'audience') }) }),
    ];
    host('controls').replaceChildren(...parts.filter(Boolean));
  }

  function files(isReady) {
    const links = FORMS.map((form) =>
      element('a', {
        className: 'briefing-file',
        text: form.toUpperCase(),
        title: word(`briefing.take.${form}`),
        ...(isReady ? { href: address(form), download: '' } : { 'aria-disabled': 'true' }),
      }),
    );
    const print = element('button', {
      type: 'button',
      className: 'briefing-file',
      text: word('briefing.print'),
      ...(isReady ? {} : { 'aria-disabled': 'true', disabled: '' }),
      onclick: () => host('paper').firstElementChild?.contentWindow.print(),
    });
    host('files').replaceChildren(...links, print);
  }

  /* The frame runs no scripts; its links open the pages in this window. */
  function paper(turn) {
    const frame = element('iframe', {
      title: word('briefing.preview'),
      sandbox: 'allow-same-origin allow-top-navigation-by-user-activation allow-popups allow-modals',
      src: address('html'),
      onload: () => {
        if (turn !== asked) return;
        const isThere = Boolean(frame.contentDocument?.querySelector('article.sheet'));
        say(isThere ? '' : frame.contentDocument?.querySelector('p')?.textContent || word('panel.failed'), isThere ? '' : 'failed');
        files(isThere);
        document.documentElement.dataset.settled = isThere ? String(turn) : 'failed';
      },
    });
    host('paper').replaceChildren(frame);
  }

  function show() {
    const turn = ++asked;
    controls();
    files(false);
    const lacks = missing();
    if (lacks) {
      host('paper').replaceChildren();
      say(lacks);
      document.documentElement.dataset.settled = String(turn);
      return;
    }
    say(word('briefing.making'));
    paper(turn);
  }

  function set(patch) {
    Object.assign(view, patch);
    write();
    show();
  }

  async function start() {
    while (!host('state')) await new Promise((resolve) => requestAnimationFrame(resolve));
    lookout.wireShell();
    const given = new URLSearchParams(window.location.search);
    for (const name of Object.keys(view)) view[name] = given.get(name) || '';
    try {
      [recipes, places] = await Promise.all([lookout.data.json('briefing.json'), lookout.loadPlaces()]);
    } catch (error) {
      console.error(error);
      say(word('panel.failed'), 'failed');
      document.documentElement.dataset.settled = 'failed';
      return;
    }
    view.recipe = chosen().id;
    show();
  }

  if (config.page === 'briefing' && config.dataRoot) start();
})();
