/* The list of clues: its grid asks the server for the rows it has scrolled to, filtered and in order. */
(() => {
  const lookout = window.lookout;
  const { config, element, word } = lookout;
  const TABLE = 'clues-table';
  const SHORT = window.innerWidth < 700;
  /* What decides stands first, and is seen at 1366 px: how grave, in which state, how late, about whom, by which rule, where, with whom. */
  const WIDTHS = {
    severity: 136, state: 132, due: 206, enterprise: 262, rule: 212, place: 156, team: 140, assignee: 92, round_code: 98, detected_at: 142, score: 70, clue_id: 100,
    ...(config.lang === 'en' && { severity: 116, due: 184, rule: 196, place: 178, team: 224 }),
  };
  const COLUMNS = SHORT
    ? ['state', 'enterprise', 'due']
    : ['severity', 'state', 'due', 'enterprise', 'rule', 'place', 'team', 'assignee', 'round_code', 'detected_at', 'score', 'clue_id'];
  /* The server's name of the column that orders a shown one. */
  const ORDER = { due: 'due_at', place: 'county' };
  const SHOWN = Object.fromEntries(Object.entries(ORDER).map(([shown, order]) => [order, shown]));
  /* Letters stop shrinking at 12 px, and columns with them: how late must not be cut. */
  const scaled = (width) => Math.round(width * Math.max(0.98, lookout.scale()));
  const wide = (name) => scaled(WIDTHS[name]);
  let api = null;
  let failed = '';

  const groupOf = (state) => Object.keys(config.statusGroups).find((group) => config.statusGroups[group].includes(state));

  /* A clock in words: how late, how long still, or that it stands. */
  function clock(row) {
    if (row.clock_stopped) return word('clues.clock_stopped');
    if (!row.due_at) return '';
    const at = row.due_at.slice(5, 16);
    if (SHORT && row.is_overdue) return word('clues.late_by', { time: lookout.clues.span(row.late_hours) });
    return row.is_overdue ? word('clues.overdue_by', { at, time: lookout.clues.span(row.late_hours) }) : at;
  }

  function told(row) {
    return {
      ...row,
      severity: word(`clues.severity.${row.severity}`),
      state_code: row.state,
      state: config.states[row.state],
      state_class: `clue-state clue-${groupOf(row.state)}`,
      due: clock(row),
      due_class: row.is_overdue ? 'clue-late' : row.clock_stopped ? 'clue-stopped' : '',
      enterprise: row.enterprise || word('table.cell', { cell: row.cell_id || '' }),
      assignee: row.assignee === row.team_code ? '' : row.assignee,
      place: [row.city, row.county].filter(Boolean).join(config.lang === 'en' ? ', ' : ''),
      detected_at: row.detected_at.slice(0, 16),
      score: row.score === null ? '' : lookout.number(row.score, 2),
    };
  }

  function query() {
    const { view, q, sort, stage } = lookout.state.get();
    const filters = new URLSearchParams(lookout.state.dataQuery());
    return { ...Object.fromEntries(filters), ...(view && { view }), ...(q && { q }), ...(sort && { sort }), ...(stage && { stage }) };
  }

  const source = {
    async getRows({ startRow, endRow, successCallback, failCallback }) {
      try {
        const answer = await lookout.work.get('clues.json', { ...query(), start: startRow, end: endRow });
        successCallback(answer.rows.map(told), answer.total);
        failed = '';
        settle(answer.total);
      } catch (error) {
        failCallback();
        failed = error.message;
        settle(0);
      }
    },
  };

  function settle(total) {
    const isLost = !total && !failed && lookout.kpis.missing('clues');
    if (isLost) lookout.panels.empty('clues-list', true, 'clues');
    else lookout.panels.said('clues-list', failed || (total ? '' : word('clues.none')), failed ? 'failed' : 'none');
    lookout.panels.note('clues-list', isLost ? '' : word('clues.count', { n: lookout.count(total) }));
    document.documentElement.dataset.settled = failed ? 'failed' : String(Number(document.documentElement.dataset.settled || 0) + 1 || 1);
  }

  /* The order that the address asks for, by shown column. */
  function asked() {
    const parts = lookout.state.get().sort.split(',').filter(Boolean);
    return parts.map((part, sortIndex) => {
      const name = part.replace('-', '');
      return { colId: SHOWN[name] || name, sort: part.startsWith('-') ? 'desc' : 'asc', sortIndex };
    });
  }

  function columnDefs() {
    const order = new Map(asked().map(({ colId, ...sorted }) => [colId, sorted]));
    return COLUMNS.map((name) => ({
      field: name,
      headerName: word(`clues.column.${name}`),
      width: wide(name),
      ...(SHORT && { flex: name === 'enterprise' ? 1.5 : 1, minWidth: 70 }),
      /* What room is left goes to the name, which is the longest. */
      ...(!SHORT && name === 'enterprise' && { flex: 1, minWidth: wide(name) }),
      ...order.get(name),
      sortable: true,
      tooltipField: name,
      ...(name === 'state' && { cellClass: { function: "params.data ? params.data.state_class : ''" } }),
      ...(name === 'due' && { cellClass: { function: "params.data ? params.data.due_class : ''" } }),
      ...(name === 'score' && { type: 'rightAligned' }),
    }));
  }

  function fetched(src) {
    return new Promise((resolve, reject) => {
      const script = element('script', { src, onload: resolve, onerror: () => reject(new Error('grid')) });
      document.head.append(script);
    });
  }

  async function mount(handlers) {
    await fetched(config.gridBundle);
    const props = {
      id: TABLE,
      columnDefs: columnDefs(),
      rowModelType: 'infinite',
      getRowId: 'params.data.clue_id',
      defaultColDef: { resizable: true, suppressHeaderMenuButton: true },
      className: 'table',
      dashGridOptions: {
        rowHeight: Math.round(32 * lookout.scale()),
        headerHeight: Math.round(34 * lookout.scale()),
        cacheBlockSize: 100,
        maxBlocksInCache: 20,
        rowBuffer: 10,
        tooltipShowDelay: 600,
        enableCellTextSelection: false,
        suppressNoRowsOverlay: true, // the panel says it
        rowSelection: { mode: 'multiRow', checkboxes: true, headerCheckbox: false, enableClickSelection: false },
        selectionColumnDef: { headerName: word('clues.select'), headerClass: 'clues-select', width: scaled(SHORT ? 44 : 62) },
        localeText: {
          loadingOoo: word('grid.loadingOoo'),
          ariaRowToggleSelection: word('clues.row_toggle'),
          ariaChecked: word('clues.row_picked'),
          ariaUnchecked: word('clues.row_not_picked'),
        },
      },
    };
    window.dash_clientside.set_props('clues-table-slot', {
      children: { type: 'AgGrid', namespace: 'dash_ag_grid', props },
    });
    await lookout.clues.onScreen(TABLE);
    api = await window.dash_ag_grid.getApiAsync(TABLE);
    api.addEventListener('rowClicked', (event) => {
      const isTick = event.event?.target?.closest?.('.ag-selection-checkbox');
      if (event.data && !isTick) handlers.open(event.data.clue_id);
    });
    api.addEventListener('cellKeyDown', (event) => {
      if (event.event.key === 'Enter' && event.data) handlers.open(event.data.clue_id);
    });
    api.addEventListener('selectionChanged', () => handlers.chosen(api.getSelectedRows()));
    api.addEventListener('sortChanged', () => {
      const sorted = api
        .getColumnState()
        .filter((column) => column.sort)
        .sort((a, b) => a.sortIndex - b.sortIndex);
      const sort = sorted.map(({ colId, sort: way }) => `${way === 'desc' ? '-' : ''}${ORDER[colId] || colId}`).join(',');
      lookout.state.set({ sort });
    });
    /* The component gives its grid a source of its own, which asks by callbacks; ours takes its place. */
    while (!api.getGridOption('datasource')) await new Promise((resolve) => requestAnimationFrame(resolve));
    api.setGridOption('datasource', source);
  }

  const showSort = () => api?.applyColumnState({ defaultState: { sort: null }, state: asked() });

  lookout.clueList = {
    mount,
    query,
    showSort,
    /* Filters changed: from the top, all anew. */
    reload() {
      if (!api) return;
      api.deselectAll();
      api.ensureIndexVisible(0);
      api.purgeInfiniteCache();
    },
    /* Somebody acted: what is on the screen is asked for again, in its place. */
    refresh: () => api?.refreshInfiniteCache(),
    clearChosen: () => api?.deselectAll(),
    focus(id) {
      const node = id && api?.getRowNode(id);
      if (node) api.setFocusedCell(node.rowIndex, COLUMNS[0]);
    },
    first() {
      if (api?.getDisplayedRowAtIndex(0)) api.setFocusedCell(0, COLUMNS[0]);
    },
  };
})();
