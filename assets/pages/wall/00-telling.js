/* The wall's parts of speech: sentences, numbers and moments out of what a scene's answer tells. */
(() => {
  const lookout = window.lookout;
  const { config, word, count, number, percent } = lookout;
  const isEnglish = config.lang === 'en';
  const locale = isEnglish ? 'en-GB' : 'zh-CN';
  const SVG = 'http://www.w3.org/2000/svg';

  function svg(tag, attributes = {}, children = []) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) if (name !== 'text') node.setAttribute(name, value);
    if (attributes.text !== undefined) node.textContent = attributes.text;
    node.append(...children);
    return node;
  }

  /* A value in a sentence: a number, a name in both languages, a share, a word, a state, a cell. */
  function told(value) {
    if (value === null || value === undefined) return '—';
    if (typeof value === 'number') return count(value);
    if (typeof value === 'string') return value;
    if ('share' in value) return value.share === null ? '—' : percent(value.share, 1);
    if ('word' in value) return word(value.word);
    if ('state' in value) return config.states[value.state];
    if ('cell' in value) return value.cell;
    return value[isEnglish ? 'en' : 'zh'];
  }

  const say = (text) =>
    text ? word(text.key, Object.fromEntries(Object.entries(text.values).map(([name, value]) => [name, told(value)]))) : '';

  /* Days and moments come as wall time of UTC+8 without a zone. */
  const dayFormat = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', month: isEnglish ? 'short' : 'long', day: 'numeric' });
  function moment(iso) {
    if (!iso) return '—';
    const day = dayFormat.format(new Date(`${iso.slice(0, 10)}T00:00:00Z`));
    return iso.length > 10 ? `${day} ${iso.slice(11, 16)}` : day;
  }

  const monthFormat = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', month: isEnglish ? 'short' : 'numeric' });
  const month = (iso) => monthFormat.format(new Date(`${iso}-01T00:00:00Z`));

  const UNITS = {
    count: (n) => count(n),
    share: (n) => percent(n, 1, 1),
    days: (n) => number(n, 1),
    /* Millions of records: three figures are enough from five metres. */
    short: (n) => (isEnglish ? (n >= 1e6 ? number(n / 1e6, 1) : count(n)) : n >= 1e5 ? count(Math.round(n / 1e4)) : count(n)),
  };
  const UNIT_WORDS = { days: () => word('wall.unit.days'), short: (n) => (isEnglish ? (n >= 1e6 ? word('wall.unit.million') : '') : n >= 1e5 ? word('wall.unit.million') : '') };

  const amount = (n, unit = 'count') => UNITS[unit](n);
  const unitOf = (n, unit) => (UNIT_WORDS[unit] ? UNIT_WORDS[unit](n) : '');

  function age(seconds) {
    if (seconds < 90) return word('wall.age.seconds', { n: Math.max(0, Math.round(seconds)) });
    if (seconds < 5400) return word('age.minutes', { n: Math.round(seconds / 60) });
    if (seconds < 172800) return word('age.hours', { n: Math.round(seconds / 3600) });
    return word('age.days', { n: Math.round(seconds / 86400) });
  }

  /* Canvases measure themselves in the wall's own unit, whatever its shape. */
  if (config.page === 'wall') {
    lookout.map.world.screenUnit = () => Math.min(3, Math.max(0.6, lookout.scale()));
    lookout.map.limits.margin = 0;
    /* The panel around the map has its name. */
    lookout.mapOptions = { fontScale: 1.25 };
  }

  lookout.wall = { svg, told, say, moment, month, amount, unitOf, age, isEnglish };
})();
