/* Columns from the server, fetched once: every address carries the snapshot's id, so the browser keeps the answer. */
(() => {
  const lookout = window.lookout;
  const { config } = lookout;
  const waiting = new Map();

  async function fetched(path) {
    const response = await fetch(`${config.dataRoot}/${path}`, { credentials: 'same-origin' });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response;
  }

  /* One typed array (or list of arrays) a column; dictionary and text columns become arrays of strings. */
  function columnsOf(buffer) {
    const table = window.fl.tableFromIPC(new Uint8Array(buffer));
    const columns = { length: table.numRows };
    for (const name of table.schema.fields.map((field) => field.name)) columns[name] = table.getChild(name).toArray();
    return columns;
  }

  /* Data may be quicker than the script that reads them; scripts are all there once the document is parsed. */
  const scriptsLoaded =
    document.readyState === 'loading'
      ? new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }))
      : Promise.resolve();

  async function read(path) {
    const buffer = await (await fetched(path)).arrayBuffer();
    await scriptsLoaded;
    return columnsOf(buffer);
  }

  function once(key, make) {
    if (!waiting.has(key)) {
      waiting.set(
        key,
        make().catch((error) => {
          waiting.delete(key);
          throw error;
        }),
      );
    }
    return waiting.get(key);
  }

  lookout.data = {
    /* Another snapshot: what was kept of the one before is let go. */
    move(root) {
      config.dataRoot = root;
      waiting.clear();
    },
    json: (path) => once(path, async () => (await fetched(path)).json()),
    layer: (name) => once(name, () => read(`${name}.arrow`)),
    hotspots: (round) => once(`hotspots ${round}`, () => read(`hotspots.arrow?round=${round}`)),
    card: (kind, index) =>
      once(`${kind} ${index}`, async () => (await fetched(`describe/${kind}/${index}.json`)).json()),
    trend(query) {
      const key = `trend ${query}`;
      if (waiting.size > 200)
        for (const old of [...waiting.keys()].filter((k) => k.startsWith('trend ')).slice(0, 50)) waiting.delete(old);
      return once(key, async () => (await fetched(`trend.json?${query}`)).json());
    },
    exportUrl: (table, form, query) => `${config.dataRoot}/export/${table}.${form}?${query}`,
  };
})();
