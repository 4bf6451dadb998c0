/* The time player: a bar a day (hot cells found), one day lit; steps by arrow key, plays by button. */
(() => {
  const lookout = window.lookout;
  const { config, dayOf, isoOf, word, count } = lookout;
  const zero = dayOf(config.firstDay || '1970-01-01');
  const days = Math.max(1, dayOf(config.lastDay || '1970-01-01') - zero + 1);
  let timer = null,
    signature = '',
    bars = [];

  const host = () => document.getElementById('situation-player');
  const current = () => (lookout.state.get().day ? dayOf(lookout.state.get().day) - zero : days - 1);
  const go = (slot) => lookout.state.set({ day: isoOf(zero + Math.max(0, Math.min(days - 1, slot))) });

  function stop() {
    clearInterval(timer);
    timer = null;
    const button = document.getElementById('player-play');
    if (button) {
      button.textContent = '▶';
      button.title = word('player.play');
    }
  }

  function play() {
    if (timer) return stop();
    const button = document.getElementById('player-play');
    button.textContent = '❚❚';
    button.title = word('player.pause');
    if (current() >= days - 1) go(0);
    timer = setInterval(() => {
      if (current() >= days - 1) stop();
      else go(current() + 1);
    }, 600);
    return undefined;
  }

  function wire() {
    const node = host();
    node.addEventListener('click', (event) => {
      const box = node.getBoundingClientRect();
      stop();
      go(Math.floor(((event.clientX - box.left) / box.width) * days));
    });
    node.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7 }[event.key];
      const to = step ? current() + step : event.key === 'Home' ? 0 : event.key === 'End' ? days - 1 : null;
      if (to === null) return;
      event.preventDefault();
      stop();
      go(to);
    });
    document.getElementById('player-play').addEventListener('click', play);
    document.getElementById('player-last').addEventListener('click', () => {
      stop();
      lookout.state.set({ day: '' });
    });
    node.replaceChildren(...Array.from({ length: days }, () => lookout.element('i')));
    bars = [...node.children];
    node.setAttribute('aria-valuemax', String(days - 1));
  }

  lookout.player = {
    zero,
    days,
    wire,
    stop,
    show(hotByDay, state, end) {
      const node = host();
      if (!node) return;
      const max = Math.max(1, ...hotByDay);
      const next = JSON.stringify([Array.from(hotByDay), end]);
      if (next === signature) return;
      signature = next;
      bars.forEach((bar, i) => {
        bar.style.height = `${hotByDay[i] ? 14 + (86 * hotByDay[i]) / max : 6}%`;
        bar.className = zero + i === end ? 'on' : hotByDay[i] ? '' : 'zero';
      });
      const label = isoOf(end);
      node.setAttribute('aria-valuenow', String(end - zero));
      node.setAttribute('aria-valuetext', word('player.value', { day: label, n: count(hotByDay[end - zero] || 0) }));
      document.getElementById('player-day').textContent = state.day ? label : word('player.latest', { day: label });
    },
  };
})();
