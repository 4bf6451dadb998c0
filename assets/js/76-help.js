/* What the page explains of itself: opened by its button and by the key ?, closed as dialogs are. */
(() => {
  const lookout = window.lookout;
  const panel = () => document.getElementById('help-panel');
  const isWriting = (node) => node.closest?.('input, textarea, select, [contenteditable]');

  function open() {
    if (!panel() || panel().open) return;
    panel().showModal();
    panel().querySelector('.help-body').scrollTop = 0;
  }

  document.addEventListener('keydown', (event) => {
    if (event.key !== '?' || event.ctrlKey || event.metaKey || isWriting(event.target)) return;
    event.preventDefault();
    open();
  });

  lookout.wireHelp = () => {
    if (!panel()) return;
    document.getElementById('help-open').addEventListener('click', open);
    document.getElementById('help-close').addEventListener('click', () => panel().close());
    document.getElementById('help-tour')?.addEventListener('click', () => {
      panel().close();
      lookout.tour.start();
    });
    /* A press on the ground behind it closes it; keys pressed in it are its own. */
    panel().addEventListener('click', (event) => event.target === panel() && panel().close());
    panel().addEventListener('keydown', (event) => event.stopPropagation());
  };
})();
