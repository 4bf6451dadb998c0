/* The columns of clues: put in their places, kept up with what people did, grouped by where they stand. */
(() => {
  const lookout = window.lookout;

  /* A clue about an enterprise stands where the enterprise does, and is sent without a position of its own. */
  function place(clues, enterprises) {
    clues.lon = Float32Array.from(clues.lon);
    clues.lat = Float32Array.from(clues.lat);
    for (let i = 0; i < clues.length; i++) {
      if (clues.lon[i] !== 0 || clues.enterprise[i] < 0) continue;
      clues.lon[i] = enterprises.lon[clues.enterprise[i]];
      clues.lat[i] = enterprises.lat[clues.enterprise[i]];
    }
  }

  /* What people did since: the columns are put right, clues that were made come after the last. */
  function patch(clues, changes) {
    const names = Object.keys(clues).filter((name) => ArrayBuffer.isView(clues[name]));
    const length = Math.max(clues.length, ...changes.map((one) => one.clue_idx + 1));
    for (const name of names) {
      if (length === clues.length) break;
      const longer = new clues[name].constructor(length);
      longer.set(clues[name]);
      clues[name] = longer;
    }
    clues.length = length;
    for (const one of changes) for (const name of names) if (name in one) clues[name][one.clue_idx] = one[name];
  }

  const groups = (clues) => Uint8Array.from(clues.state, (s) => lookout.crossfilter.GROUP_OF_STATE[s]);

  lookout.clueColumns = { place, patch, groups };
})();
