/* The Dash component MapCanvas. dash-leaflet keeps its React context to itself, so a child of dl.Map finds
   its Leaflet map through a registry that an init hook fills. Assets load after dash-leaflet's bundle and
   before the renderer starts, so the hook is in place before the first map is made. */
(function () {
  const lookout = (window.lookout = window.lookout || {});
  lookout.map = lookout.map || {};
  const registry = new WeakMap();

  if (window.L) {
    window.L.Map.addInitHook(function () {
      registry.set(this.getContainer(), this);
    });
  } else {
    console.error('lookout: dash-leaflet was not loaded before assets/js/map/bridge.js');
  }

  function prefersReducedMotion() {
    return window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  }

  function mount(anchor) {
    const leafletMap = registry.get(anchor.closest('.leaflet-container'));
    if (!leafletMap) {
      console.error('lookout: MapCanvas must be a child of dl.Map');
      return undefined;
    }
    const options = { reducedMotion: prefersReducedMotion(), ...lookout.mapOptions };
    const view = lookout.map.createView(leafletMap, options);
    if (lookout.onMapReady) lookout.onMapReady(view, leafletMap);
    return () => {
      if (lookout.onMapGone) lookout.onMapGone(view);
      view.remove();
    };
  }

  function MapCanvas(props) {
    const React = window.React;
    const anchor = React.useRef(null);
    React.useEffect(() => mount(anchor.current), []);
    return React.createElement('div', { ref: anchor, id: props.id, style: { display: 'none' } });
  }

  lookout.map.registry = registry;
  window.lookout_components = Object.assign(window.lookout_components || {}, { MapCanvas });
})();
