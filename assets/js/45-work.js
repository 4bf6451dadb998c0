/* Work on clues: what the server knows of a case, acting on it, and following what others did meanwhile. */
(() => {
  const lookout = window.lookout;
  const { config, word } = lookout;

  /* What the server refused, in its own words; `fields` says which entry of the form is meant. */
  class Refused extends Error {
    constructor(status, answer) {
      super(answer.message || word('work.failed'));
      this.status = status;
      this.code = answer.code || 'failed';
      this.fields = answer.fields || {};
      this.answer = answer;
    }
  }

  const address = (path, parameters = {}) => {
    const query = new URLSearchParams({ ...parameters, lang: config.lang });
    return `/work/${path}?${query}`;
  };

  async function asked(url, options) {
    let response;
    try {
      response = await fetch(url, { credentials: 'same-origin', signal: AbortSignal.timeout(20000), ...options });
    } catch {
      throw new Refused(0, { message: word('work.unreachable') });
    }
    const isJson = (response.headers.get('content-type') || '').includes('json');
    const answer = isJson ? await response.json() : {};
    if (!response.ok) throw new Refused(response.status, answer);
    return answer;
  }

  const get = (path, parameters) => asked(address(path, parameters), { cache: 'no-store' });

  function post(path, body) {
    const isForm = body instanceof FormData;
    return asked(address(path), {
      method: 'POST',
      headers: isForm ? {} : { 'Content-Type': 'application/json' },
      body: isForm ? body : JSON.stringify(body),
    });
  }

  /* A file is brought for the clues it is about; what is sent with a step afterwards is its hash. */
  async function keep(file, clueIds) {
    const form = new FormData();
    for (const id of clueIds) form.append('clue', id);
    form.append('file', file);
    return post(config.page === 'own' ? 'own/files' : 'attachments', form);
  }

  const listeners = [];
  let seq = null;
  let asking = null;

  /* Everything that was done since we last asked goes to all listeners, once. */
  async function look() {
    asking =
      asking ||
      (async () => {
        try {
          const answer = await get('changes.json', { since: seq === null ? -1 : seq });
          seq = answer.seq;
          if (answer.changes.length) for (const listener of listeners) listener(answer.changes);
        } finally {
          asking = null;
        }
      })();
    return asking;
  }

  lookout.work = {
    get,
    post,
    keep,
    look,
    clue: (id) => get(`clues/${encodeURIComponent(id)}.json`),
    act: (id, event, body) => post(`clues/${encodeURIComponent(id)}/${event}`, body),
    listen: (listener) => listeners.push(listener),
    /* Asks at the pace of the version; a server that does not answer is told of by that. */
    follow() {
      const ask = () => (document.hidden ? undefined : look().catch(() => undefined));
      ask();
      setInterval(ask, config.pollSeconds * 1000 * (0.9 + 0.2 * Math.random()));
    },
    isOn: config.page === 'situation' || config.page === 'clues',
  };
})();
