/* The menu of who is looking closes as menus do: by Escape, and by a press outside of it. */
(() => {
  const menu = () => document.querySelector('.viewer-menu[open]');

  document.addEventListener('keydown', (event) => {
    const open = menu();
    if (event.key !== 'Escape' || !open) return;
    open.open = false;
    open.querySelector('summary').focus();
  });
  document.addEventListener('pointerdown', (event) => {
    const open = menu();
    if (open && !open.contains(event.target)) open.open = false;
  });
})();
