/* Up to when the numbers go: the snapshot stands in the header from the start, the newest act on record is asked for. */
(() => {
  const lookout = window.lookout;
  const { config, word } = lookout;

  async function tell() {
    const host = document.getElementById('casebook-until');
    if (!host || document.hidden) return;
    try {
      const response = await fetch(config.versionUrl, { cache: 'no-cache', credentials: 'same-origin', signal: AbortSignal.timeout(8000) });
      if (!response.ok) return;
      const { casebook_at: at } = await response.json();
      host.textContent = at ? word('shell.casebook_until', { time: at.slice(0, 16).replace('T', ' ') }) : word('shell.casebook_none');
    } catch {
      /* The watch over the server tells when it is gone; what stood here stays. */
    }
  }

  if (config.versionUrl) {
    const begin = setInterval(() => {
      if (!document.getElementById('casebook-until')) return;
      clearInterval(begin);
      tell();
      setInterval(tell, config.pollSeconds * 1000);
    }, 200);
  }
})();
