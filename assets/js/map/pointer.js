/* Hover, click and move: Leaflet's events turned into the view's own. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};

  const RING_PX = 22;

  class Pointer {
    constructor(view) {
      this.view = view;
      this.map = view.map;
      this.container = this.map.getContainer();
      this.ticket = 0;
      this.last = null;
      this.ring = this.createRing();
      this.mapListeners = {
        click: (event) => this.click(event),
        moveend: () => this.moved(),
        movestart: () => this.leave(),
      };
      this.map.on(this.mapListeners);
      this.moveListener = (event) => this.schedule(event);
      this.leaveListener = () => this.leave();
      this.container.addEventListener('mousemove', this.moveListener);
      this.container.addEventListener('mouseleave', this.leaveListener);
    }

    /* A small element marks what is hovered, so that hovering never repaints a canvas. */
    createRing() {
      const ring = document.createElement('div');
      const size = `${RING_PX / 16}rem`;
      Object.assign(ring.style, {
        position: 'absolute',
        left: '0',
        top: '0',
        width: size,
        height: size,
        borderRadius: '50%',
        border: '2px solid transparent',
        pointerEvents: 'none',
        display: 'none',
        boxSizing: 'border-box',
      });
      this.map.getPane('lookoutData').appendChild(ring);
      return ring;
    }

    setColours(theme) {
      this.ring.style.borderColor = theme.selection;
      this.ring.style.boxShadow = `0 0 0 1px ${theme.selectionHalo}`;
    }

    schedule(event) {
      const box = this.container.getBoundingClientRect();
      this.at = { x: event.clientX - box.left, y: event.clientY - box.top };
      /* Above a control or popup the map is not what is pointed at. */
      this.isOverMap = !event.target.closest('.leaflet-control, .leaflet-popup');
      if (!this.ticket) this.ticket = requestAnimationFrame(() => this.hover());
    }

    hover() {
      this.ticket = 0;
      if (!this.at) return;
      const isMoving = this.map._animatingZoom || (this.map.dragging && this.map.dragging.moving());
      const found = this.isOverMap && !isMoving ? this.view.pick(this.at.x, this.at.y) : null;
      this.showRing(found);
      if (!found && !this.last) return;
      this.last = found;
      this.container.style.cursor = found ? 'pointer' : '';
      if (this.onHover) this.onHover(found && { ...found, ...this.at });
    }

    showRing(found) {
      const isMark = found && (found.kind === 'clue' || found.kind === 'enterprise');
      this.ring.style.display = isMark ? 'block' : 'none';
      if (!isMark) return;
      const point = this.map.latLngToLayerPoint([found.lat, found.lon]);
      const half = this.ring.offsetWidth / 2;
      this.ring.style.transform = `translate(${point.x - half}px, ${point.y - half}px)`;
    }

    leave() {
      this.at = null;
      this.ring.style.display = 'none';
      this.container.style.cursor = '';
      if (this.last && this.onHover) this.onHover(null);
      this.last = null;
    }

    click(event) {
      if (!this.onPick) return;
      const found = this.view.pick(event.containerPoint.x, event.containerPoint.y);
      if (found) this.onPick({ ...found, x: event.containerPoint.x, y: event.containerPoint.y });
    }

    moved() {
      if (!this.onMove) return;
      const bounds = this.map.getBounds();
      const centre = this.map.getCenter();
      this.onMove({
        west: bounds.getWest(),
        south: bounds.getSouth(),
        east: bounds.getEast(),
        north: bounds.getNorth(),
        lon: centre.lng,
        lat: centre.lat,
        zoom: this.map.getZoom(),
      });
    }

    remove() {
      cancelAnimationFrame(this.ticket);
      this.map.off(this.mapListeners);
      this.container.removeEventListener('mousemove', this.moveListener);
      this.container.removeEventListener('mouseleave', this.leaveListener);
      this.ring.remove();
    }
  }

  lookout.map.Pointer = Pointer;
})();
