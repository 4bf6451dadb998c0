/* The link to the server: scenes are asked for by name and mark; what was answered last stays for when nobody answers. */
(() => {
  const lookout = window.lookout;
  const { wall } = lookout;
  const TIMEOUT_MS = 10000;
  const kept = new Map();
  let lastHeard = performance.now();
  let misses = 0;
  let offset = 0;

  class Gone extends Error {}

  function heard(response) {
    lastHeard = performance.now();
    misses = 0;
    /* The server's clock is the house's; a wall's own may be anything. */
    const date = Date.parse(response.headers.get('date') || '');
    if (date && Math.abs(date - Date.now() - offset) > 2000) offset = date - Date.now();
  }

  async function fetched(path, headers = {}) {
    const response = await fetch(path, { cache: 'no-store', credentials: 'same-origin', headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    /* A screen that was withdrawn shows nothing any more: the server says so in place of the page. */
    if (response.status === 401 || response.status === 403) window.location.reload();
    if (response.status >= 500) throw new Error(`${path}: ${response.status}`);
    return response;
  }

  async function told(path, headers) {
    try {
      const response = await fetched(path, headers);
      heard(response);
      return response;
    } catch (error) {
      misses += 1;
      throw error;
    }
  }

  /* The scene as it is now: the very object that is known, where nothing changed. */
  async function ask(name) {
    const had = kept.get(name);
    const response = await told(`/data/wall/scene/${encodeURIComponent(name)}.json`, had ? { 'If-None-Match': had.etag } : {});
    if (response.status === 304) return had.answer;
    if (!response.ok) {
      kept.delete(name);
      throw new Gone(name);
    }
    const answer = await response.json();
    kept.set(answer.scene, { etag: response.headers.get('etag') || '', answer });
    return answer;
  }

  async function changes(root, since) {
    const response = await told(`${root}/changes.json?since=${since}`);
    if (!response.ok) throw new Gone(root);
    return response.json();
  }

  wall.link = {
    Gone,
    ask,
    changes,
    /* Whether the page itself would come again. */
    isThere: () => told(window.location.href).then((response) => response.ok, () => false),
    known: (name) => kept.get(name)?.answer,
    /* Answers out of another snapshot than this are of no use beside it. */
    keepOnly(snapshot) {
      for (const [name, { answer }] of kept) if (answer.snapshot !== snapshot) kept.delete(name);
    },
    isLost: () => misses >= 2,
    silence: () => (performance.now() - lastHeard) / 1000,
    now: () => new Date(Date.now() + offset),
  };
})();
