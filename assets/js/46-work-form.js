/* The form of one step: the server says which entries must be on record, this asks for them. */
(() => {
  const lookout = window.lookout;
  const { element, word } = lookout;
  let forms = 0;

  const option = ({ value, label }) => element('option', { value, text: label });
  const chosen = (select, value) => {
    select.value = value ?? '';
    return select;
  };

  function select(choices, value, attributes = {}) {
    return chosen(element('select', attributes, [option({ value: '', label: '—' }), ...choices.map(option)]), value);
  }

  function input(type, value, attributes = {}) {
    const node = element('input', { type, ...attributes });
    if (type === 'checkbox') node.checked = Boolean(value);
    else node.value = value ?? '';
    return node;
  }

  /* Rows of small entries: people with their certificates, problems with their verdicts. */
  function rows(field, columns, least) {
    const host = element('div', { className: 'work-rows' });
    const add = (given = {}) => {
      const cells = columns.map((column) => {
        const label = { 'aria-label': column.label, placeholder: column.label, title: column.label, 'data-name': column.name };
        if (column.choices) return select(column.choices, given[column.name], label);
        if (column.kind === 'boolean')
          return element('label', { className: 'work-tick' }, [
            input('checkbox', given[column.name], { 'data-name': column.name }),
            element('span', { text: column.label }),
          ]);
        return input('text', given[column.name], label);
      });
      const row = element('div', { className: 'work-row' }, cells);
      row.append(
        element('button', { type: 'button', className: 'work-less', text: '×', title: word('work.row_less'), onclick: () => row.remove() }),
      );
      host.insertBefore(row, more);
    };
    const more = element('button', { type: 'button', className: 'work-more', text: word('work.row_more'), onclick: () => add() });
    host.append(more);
    const given = field.value || [];
    for (let i = 0; i < Math.max(least, given.length); i++) add(given[i]);
    const read = () =>
      [...host.querySelectorAll('.work-row')]
        .map((row) =>
          Object.fromEntries(
            [...row.querySelectorAll('[data-name]')].map((node) => [
              node.dataset.name,
              node.type === 'checkbox' ? node.checked : node.value.trim(),
            ]),
          ),
        )
        .filter((entry) => Object.values(entry).some((value) => value && value !== true));
    return { node: host, read };
  }

  function ticks(field) {
    const boxes = field.choices.map(({ value, label }) => {
      const box = input('checkbox', (field.value || []).includes(value), { value });
      return element('label', { className: 'work-tick' }, [box, element('span', { text: label })]);
    });
    const node = element('div', { className: 'work-ticks' }, boxes);
    return { node, read: () => [...node.querySelectorAll('input:checked')].map((box) => box.value) };
  }

  /* Files go to the server when they are chosen, so that a refused one is told of at once. */
  function files(field, busy, clueIds) {
    const kept = [];
    const told = element('ul', { className: 'work-files' });
    const picker = input('file', '', { multiple: '' });
    picker.addEventListener('change', async () => {
      for (const file of picker.files) {
        const line = element('li', { text: `${file.name} …` });
        told.append(line);
        busy(1);
        try {
          const one = await lookout.work.keep(file, clueIds);
          kept.push(one.sha256);
          line.textContent = `${one.name} · ${one.type} · ${one.size_words}`;
        } catch (error) {
          line.className = 'is-refused';
          line.textContent = `${file.name}: ${error.message}`;
        } finally {
          busy(-1);
        }
      }
      picker.value = '';
    });
    const pick = element('label', { className: 'work-pick' }, [element('span', { text: word('work.pick') }), picker]);
    return { node: element('div', {}, [pick, told]), read: () => kept };
  }

  function suggested(field, id) {
    const list = element('datalist', { id: `${id}-list` }, field.suggestions.map(option));
    const node = input('text', field.value, { id, list: `${id}-list`, autocomplete: 'off' });
    return { node: element('div', {}, [node, list]), read: () => node.value.trim() };
  }

  /* What is no day goes to the server as it was written, and is refused there in words. */
  function dayEntry(field, id) {
    const node = lookout.ask.day({ id, value: field.value, className: '' });
    const text = node.querySelector('.day-input');
    return { node, read: () => lookout.ask.dayFrom(text.value) ?? text.value.trim() };
  }

  function entry(field, id, busy, clueIds) {
    const simple = (node, read = () => node.value.trim()) => ({ node, read });
    if (field.kind === 'people' || field.kind === 'problems') return rows(field, field.columns, field.least);
    if (field.kind === 'files') return files(field, busy, clueIds);
    if (field.kind === 'codes') return ticks(field);
    if (field.choices?.length) {
      const list = select(field.choices, field.value, { id });
      return simple(list, () => (field.kind === 'number' && list.value ? Number(list.value) : list.value));
    }
    if (field.suggestions?.length) return suggested(field, id);
    if (field.kind === 'boolean') {
      const box = input('checkbox', field.value, { id });
      return simple(box, () => box.checked);
    }
    if (field.kind === 'date') return dayEntry(field, id);
    if (field.kind === 'number') {
      const node = input('number', field.value, { id, step: 'any' });
      return simple(node, () => (node.value === '' ? null : Number(node.value)));
    }
    if (field.is_long) {
      const area = element('textarea', { id, rows: '3' });
      area.value = field.value ?? '';
      return simple(area);
    }
    return simple(input('text', field.value, { id, autocomplete: 'off' }));
  }

  /* step: {event, label, fields}; send(payload) does it and may refuse; cancel is left out where there is no way back;
     clueIds: the clues that files are brought for. */
  function form(step, { send, cancel, clueIds }) {
    const prefix = `work-form-${++forms}`;
    let waiting = 0;
    const submit = element('button', { type: 'submit', className: `work-submit work-${step.tone}`, text: step.label });
    const busy = (change) => {
      waiting += change;
      submit.disabled = waiting > 0;
    };
    const trouble = element('p', { className: 'work-trouble', role: 'alert' });
    const entries = step.fields.map((field) => {
      const id = `${prefix}-${field.name}`;
      const { node, read } = entry(field, id, busy, clueIds);
      const wrong = element('em', { className: 'work-wrong', id: `${id}-wrong` });
      const isGroup = ['people', 'problems', 'codes', 'files'].includes(field.kind);
      const label = element(isGroup ? 'span' : 'label', { className: 'work-label', id: `${id}-label`, ...(isGroup ? {} : { for: id }) }, [
        element('span', { text: field.label }),
        element('small', { text: field.is_required ? (field.condition || '') : word('work.optional') }),
      ]);
      const box = element('div', { className: 'work-field', 'data-field': field.name, ...(isGroup ? { role: 'group', 'aria-labelledby': `${id}-label` } : {}) }, [label, node, wrong]);
      return { field, box, read, wrong };
    });
    const showWrong = (fields) => {
      for (const { field, box, wrong } of entries) {
        wrong.textContent = fields[field.name] || '';
        box.classList.toggle('is-wrong', Boolean(fields[field.name]));
      }
      entries.find(({ field }) => fields[field.name])?.box.querySelector('input, select, textarea')?.focus();
    };
    const buttons = [submit];
    if (cancel) buttons.push(element('button', { type: 'button', className: 'work-cancel', text: word('work.cancel'), onclick: cancel }));
    const node = element('form', { className: 'work-form', novalidate: '', 'data-event': step.event }, [
      element('h4', { text: step.label }),
      ...entries.map(({ box }) => box),
      trouble,
      element('div', { className: 'work-buttons' }, buttons),
    ]);
    node.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (waiting) return;
      busy(1);
      trouble.textContent = '';
      showWrong({});
      try {
        await send(Object.fromEntries(entries.map(({ field, read }) => [field.name, read()])));
      } catch (error) {
        trouble.textContent = error.message;
        showWrong(error.fields || {});
      } finally {
        busy(-1);
      }
    });
    return node;
  }

  lookout.workForm = form;
})();
