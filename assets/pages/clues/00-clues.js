/* What the parts of the clues page share. */
(() => {
  const lookout = window.lookout;
  const { config, word } = lookout;

  lookout.clues = {
    onScreen: (id) =>
      new Promise((resolve) => {
        const look = () => (document.getElementById(id) ? resolve() : requestAnimationFrame(look));
        look();
      }),
    /* Hours as people say them. */
    span(hours) {
      return hours < 48 ? word('clues.hours', { n: Math.max(1, Math.round(hours)) }) : word('clues.days', { n: lookout.count(Math.round(hours / 24)) });
    },
    /* Another page, in the same language and theme. */
    link(path, parameters) {
      const kept = new URLSearchParams(window.location.search);
      const out = new URLSearchParams(parameters);
      for (const name of ['lang', 'theme']) if (kept.get(name)) out.set(name, kept.get(name));
      return `${path}?${out}`;
    },
    notice: (text) => lookout.chips.notice(text),
    isEnglish: config.lang === 'en',
  };
})();
