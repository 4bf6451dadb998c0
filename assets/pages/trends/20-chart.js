/* The large chart: emission above, electricity below, on one axis of days; windows and alerts as bands across both. */
(() => {
  const lookout = window.lookout;
  const { word, element, isoOf, count } = lookout;
  const { svg, label, path, ticks, title } = lookout.lines;
  const LEFT = 64;
  const RIGHT = 16;
  const BELOW = 30;
  const GAP = 40;

  /* Two lanes where there is electricity, else one; in pixels of the place the chart stands in. */
  const lanesOf = (high, hasPower) => {
    const end = hasPower ? Math.round((high - BELOW) * 0.58) : high - BELOW;
    return { emission: [14, end], power: [end + GAP, high - BELOW] };
  };
  const line = (points, x, y, className) => svg('path', { d: path(points, x, y), class: className });

  function lane([top, bottom], seriesOf, { x, wide }, text) {
    /* The scale ends at a tick, so that no line runs along the edge. */
    const marks = ticks(1.02 * Math.max(0, ...seriesOf.flatMap(({ points }) => points.map(([, value]) => value))));
    marks.push(marks[marks.length - 1] + (marks[1] || 1));
    const most = marks[marks.length - 1];
    const y = (value) => bottom - (value / most) * (bottom - top);
    const axis = marks.flatMap((tick) => [
      svg('line', { x1: LEFT, x2: wide - RIGHT, y1: y(tick), y2: y(tick), class: 'trends-grid' }),
      label(LEFT - 8, y(tick) + 4, text(tick), { class: 'trends-tick', 'text-anchor': 'end' }),
    ]);
    return [...axis, ...seriesOf.map(({ points, className }) => line(points, x, y, className))];
  }

  function band([from, to], { x, top, bottom }, className, text) {
    const width = Math.max(2, x(to + 1) - x(from));
    const node = svg('rect', { x: x(from), y: top, width, height: bottom - top, class: className });
    node.append(title(text));
    return node;
  }

  /* Everything of one part. `parts`: emission, total, production, treatment as [day, value]; windows as [from, to] in days. */
  lookout.trends.chart = ({ parts, measure, before, during, alerts, name, size: [wide, high] }) => {
    const all = Object.values(parts).flatMap((points) => points.map(([day]) => day));
    const first = Math.min(...all);
    const last = Math.max(...all);
    const x = (day) => LEFT + ((day - first) / Math.max(1, last - first + 1)) * (wide - LEFT - RIGHT);
    const middle = (day) => x(day + 0.5);
    const shown = alerts.filter((alert) => alert.last >= first && alert.first <= last);
    const stepDays = Math.max(1, Math.ceil((last - first) / 12));
    const days = Array.from({ length: Math.floor((last - first) / stepDays) + 1 }, (_, i) => first + i * stepDays);
    const hasPower = parts.total.length + parts.production.length + parts.treatment.length > 0;
    const lanes = lanesOf(high, hasPower);
    const top = lanes.emission[0];
    const bottom = hasPower ? lanes.power[1] : lanes.emission[1];
    const where = { x, top, bottom };
    const cross = svg('line', { y1: top, y2: bottom, class: 'trends-cross', visibility: 'hidden' });
    const root = svg('svg', { viewBox: `0 0 ${wide} ${high}`, class: 'trends-svg', role: 'img', 'aria-label': name }, [
      band(before, where, 'trends-before', word('trends.before')),
      band(during, where, 'trends-during', word('trends.during')),
      ...shown.map((alert) => band([alert.first, alert.last], where, `trends-alert trends-alert-${alert.level}`, alert.text)),
      ...lane(lanes.emission, [{ points: parts.emission, className: 'trends-line' }], { x: middle, wide }, measure.text),
      ...(hasPower ? lane(
        lanes.power,
        [
          { points: parts.total, className: 'trends-total' },
          { points: parts.production, className: 'trends-production' },
          { points: parts.treatment, className: 'trends-treatment' },
        ],
        { x: middle, wide },
        (value) => count(Math.round(value)),
      ) : []),
      ...days.map((day) => label(middle(day), high - 8, isoOf(day).slice(5), { class: 'trends-tick', 'text-anchor': 'middle' })),
      ...(hasPower ? [label(LEFT, lanes.power[0] - 12, word('trends.power'), { class: 'trends-lane' })] : []),
      ...[[before, 'trends.before'], [during, 'trends.during']].flatMap(([[from, to], key]) =>
        (to < first || from > last ? [] : [label(x(Math.max(from, first)) + 8, top + 18, word(key), { class: 'trends-lane' })])), // prettier-ignore
      cross,
    ]);
    const tip = element('div', { className: 'trends-tip', hidden: '' });
    const at = (points, day) => points.find(([d]) => d === day)?.[1];
    root.addEventListener('pointermove', (event) => {
      const box = root.getBoundingClientRect();
      const day = Math.floor(first + (((event.clientX - box.left) / box.width) * wide - LEFT) / ((wide - LEFT - RIGHT) / (last - first + 1)));
      if (day < first || day > last) return;
      cross.setAttribute('x1', middle(day));
      cross.setAttribute('x2', middle(day));
      cross.setAttribute('visibility', 'visible');
      const said = [[word('trends.emission'), at(parts.emission, day), measure.text, measure.unit],
        [word('trends.total'), at(parts.total, day), (v) => count(Math.round(v)), 'kWh'],
        [word('trends.production'), at(parts.production, day), (v) => count(Math.round(v)), 'kWh'],
        [word('trends.treatment'), at(parts.treatment, day), (v) => count(Math.round(v)), 'kWh']]; // prettier-ignore
      tip.replaceChildren(
        element('b', { text: isoOf(day) }),
        ...said.filter(([, value]) => value !== undefined).map(([what, value, text, unit]) => element('span', { text: `${what} ${text(value)}${unit === '%' ? '' : ` ${unit}`}` })),
      );
      tip.hidden = false;
      tip.style.left = `${Math.min(event.clientX - box.left + 16, box.width - 190)}px`;
    });
    root.addEventListener('pointerleave', () => {
      tip.hidden = true;
      cross.setAttribute('visibility', 'hidden');
    });
    return element('div', { className: 'trends-host' }, [root, tip]);
  };

  lookout.trends.small = (points, [first, last]) => {
    const most = Math.max(0, ...points.map(([, value]) => value));
    const x = (day) => ((day - first) / Math.max(1, last - first)) * 160;
    const y = (value) => 26 - (most ? value / most : 0) * 20;
    return svg('svg', { viewBox: '-2 0 164 28', class: 'trends-small', 'aria-hidden': 'true', preserveAspectRatio: 'none' }, [
      svg('path', { d: lookout.lines.under(points, x, y, 26), class: 'trends-under' }),
      line(points, x, y, 'trends-line'),
    ]);
  };
})();
