/* Lists of bars that are buttons: a press filters, a second press lifts it. Drawn as HTML, so keyboard and readers have them. */
(() => {
  const lookout = window.lookout;
  const { element, count } = lookout;

  /* rows: [{key, label, value, part?, mark?, title?}]; `part` is drawn inside the bar. */
  function draw(id, rows, chosen, onPress) {
    const host = document.getElementById(id);
    if (!host) return;
    const signature = JSON.stringify([rows.map((r) => [r.key, r.value, r.part]), chosen]);
    if (host.dataset.signature === signature) return;
    host.dataset.signature = signature;
    const max = Math.max(1, ...rows.map((row) => row.value));
    const focused = host.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    host.replaceChildren(...rows.map((row) => button(row, max, chosen, onPress)));
    if (focused) host.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  function button(row, max, chosen, onPress) {
    const isChosen = chosen.includes(row.key);
    const fill = element('span', { className: 'bar-fill' });
    fill.style.width = `${100 * row.value / max}%`;
    const track = element('span', { className: 'bar-track' }, [fill]);
    if (row.part !== undefined) {
      const part = element('span', { className: 'bar-part' });
      part.style.width = `${100 * row.part / max}%`;
      track.append(part);
    }
    const node = element('button', {
      type: 'button', className: `bar${chosen.length && !isChosen ? ' bar-dim' : ''}`, title: row.title || '', 'data-key': row.key,
      'aria-pressed': String(isChosen), onclick: () => onPress(row.key),
    }, [element('span', { className: 'bar-label' }, [row.mark || '', element('span', { text: row.label })]), track,
      element('b', { className: 'bar-value', text: count(row.value) })]);
    if (row.color) node.style.setProperty('--bar', row.color);
    return node;
  }

  lookout.bars = { draw };
})();
