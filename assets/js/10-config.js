/* What the server told this page (a data block in the document), and words and numbers in its language. */
(() => {
  const lookout = (window.lookout = window.lookout || {});
  const config = JSON.parse(document.getElementById('lookout-config').textContent);
  const locale = config.lang === 'en' ? 'en' : 'zh-CN';
  const whole = new Intl.NumberFormat(locale);
  const DAY_MS = 86400000;

  lookout.config = config;
  lookout.word = (key, values = {}) => {
    const text = config.words?.[key];
    if (text === undefined) {
      console.error(`lookout: no word for ${key}`);
      return key;
    }
    return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
  };
  /* A unit of the rules in the words of the page; one without words is written as it is. */
  lookout.unit = (name) => config.words?.[`unit.${name.replace(/^(?=\d)/, '_').replace(/[^A-Za-z0-9%]/g, '_')}`] ?? name;
  lookout.count = (n) => whole.format(n);
  const formats = [0, 1, 2, 3].map(
    (digits) => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: 'negative' }),
  );
  lookout.number = (x, digits) => formats[digits].format(x);
  /* None of all is 0; so few that they would be written as 0 are said to be fewer than the least that can be written. */
  lookout.percent = (part, all, digits = 0) => {
    if (!all) return '—';
    const least = 10 ** -digits;
    const share = (100 * part) / all;
    return share > 0 && share < least / 2 ? `<${lookout.number(least, digits)}%` : `${lookout.number(share, digits)}%`;
  };
  /* Days since 1970-01-01, as the columns carry them. */
  lookout.dayOf = (iso) => Math.round(Date.parse(`${iso}T00:00:00Z`) / DAY_MS);
  lookout.isoOf = (day) => new Date(day * DAY_MS).toISOString().slice(0, 10);

  lookout.element = (tag, { text, className, title, ...attributes } = {}, children = []) => {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (className) node.className = className;
    if (title) node.title = title;
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
      else if (value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };
})();
