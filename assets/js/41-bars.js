/* Lists of bars that are buttons: a press filters, a second press lifts it. Drawn as HTML, so keyboard and readers have them. */
(() => {
  const lookout = window.lookout;
  const { element, count } = lookout;

  /* rows: [{key, label, value, part?, mark?, title?, color?}]; `part` is drawn inside the bar, `mark()` before the label.
     The buttons are made once and then only rewritten. */
  function draw(id, rows, chosen, onPress) {
    const host = document.getElementById(id);
    if (!host) return;
    if (host.children.length !== rows.length) host.replaceChildren(...rows.map((row) => button(row, onPress)));
    const max = Math.max(1, ...rows.map((row) => row.value));
    rows.forEach((row, i) => write(host.children[i], row, max, chosen));
  }

  function button(row, onPress) {
    const label = element('span', { className: 'bar-label' }, [
      row.mark ? row.mark() : '',
      element('span', { text: row.label }),
    ]);
    const track = element('span', { className: 'bar-track' }, [
      element('span', { className: 'bar-fill' }),
      element('span', { className: 'bar-part' }),
    ]);
    const node = element(
      'button',
      { type: 'button', className: 'bar', 'data-key': row.key, onclick: () => onPress(row.key) },
      [label, track, element('b', { className: 'bar-value' })],
    );
    if (row.color) node.style.setProperty('--bar', row.color);
    return node;
  }

  function write(node, row, max, chosen) {
    const signature = `${row.value}/${row.part}/${max}/${chosen}`;
    if (node.dataset.signature === signature) return;
    node.dataset.signature = signature;
    const isChosen = chosen.includes(row.key);
    const [fill, part] = node.children[1].children;
    fill.style.width = `${(100 * row.value) / max}%`;
    fill.classList.toggle('bar-zero', !row.value);
    part.style.width = `${(100 * (row.part || 0)) / max}%`;
    node.children[2].textContent = count(row.value);
    node.classList.toggle('bar-dim', chosen.length > 0 && !isChosen);
    node.setAttribute('aria-pressed', String(isChosen));
    node.title = row.title || '';
  }

  lookout.bars = { draw };
})();
