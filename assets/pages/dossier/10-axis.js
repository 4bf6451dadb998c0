/* A cursor over the picture of the time axis: what every lane says at one moment. */
(() => {
  const lookout = window.lookout;
  const { element, number } = lookout;
  const HOUR = 3600000;
  const time = (text) => Date.parse(`${text.replace(' ', 'T')}Z`);
  const told = (ms) => new Date(ms).toISOString().slice(5, 16).replace('T', ' ');

  /* The picture came as text of our own server; parsed as XML it can hold no script that runs. */
  function parsed(text) {
    const root = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
    if (root.nodeName !== 'svg') throw new Error('the picture is no SVG');
    return document.importNode(root, true);
  }

  function draw(host, answer) {
    const { picture, lanes } = answer;
    const svg = parsed(picture.svg);
    const line = element('i', { className: 'axis-cursor', hidden: '' });
    const tip = element('div', { className: 'axis-tip', role: 'status', hidden: '' });
    host.replaceChildren(svg, line, tip);
    const [from, to] = [time(picture.from), time(picture.to)];
    let at = null;

    const valueAt = (lane, ms) => {
      const i = Math.floor((ms - time(lane.from)) / (lane.step_h * HOUR));
      return i >= 0 && i < lane.values.length ? lane.values[i] : null;
    };

    function show(ms) {
      at = Math.min(to, Math.max(from, ms));
      const box = svg.getBoundingClientRect();
      const scale = box.width / picture.width;
      const x = (picture.left + ((at - from) / (to - from)) * (picture.right - picture.left)) * scale;
      const rows = picture.lanes.flatMap((lane) =>
        lane.series.map((one) => {
          const value = valueAt(lanes[one.index], at);
          return element('li', {}, [
            element('span', { text: one.name }),
            element('b', { text: value === null ? '—' : `${number(value, 1)} ${one.unit}` }),
          ]);
        }),
      );
      tip.replaceChildren(element('time', { text: told(Math.floor(at / HOUR) * HOUR) }), element('ul', {}, rows));
      line.style.left = `${x}px`;
      line.style.height = `${box.height}px`;
      tip.style.left = `${x > box.width * 0.6 ? x - tip.offsetWidth - 14 : x + 14}px`;
      for (const node of [line, tip]) node.hidden = false;
      tip.style.left = `${x > box.width * 0.6 ? x - tip.offsetWidth - 14 : x + 14}px`;
    }

    function hide() {
      for (const node of [line, tip]) node.hidden = true;
      at = null;
    }

    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * picture.width;
      if (x < picture.left || x > picture.right) hide();
      else show(from + ((x - picture.left) / (picture.right - picture.left)) * (to - from));
    });
    svg.addEventListener('pointerleave', hide);
    host.onkeydown = (event) => {
      const step = { ArrowLeft: -HOUR, ArrowRight: HOUR, PageUp: -24 * HOUR, PageDown: 24 * HOUR }[event.key];
      if (step) show((at === null ? (from + to) / 2 : at) + step);
      else if (event.key === 'Escape') hide();
      else return;
      event.preventDefault();
    };
    host.onblur = hide;
  }

  lookout.axis = { draw };
})();
