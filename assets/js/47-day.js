/* A day to write or to choose. It reads 2023-07-20 in every language: the browser's own field would follow the browser's. */
(() => {
  const lookout = window.lookout;
  const { word, element } = lookout;
  /* Also as a Chinese date, with the signs for year, month and day. */
  const WRITTEN = /^(\d{4})[-/.\u5e74](\d{1,2})[-/.\u6708](\d{1,2})\u65e5?$|^(\d{4})(\d{2})(\d{2})$/;
  let fields = 0;

  /* The day that `text` means as year-month-day; '' for nothing, null for what is no day. */
  function dayFrom(text) {
    const trimmed = text.trim();
    if (!trimmed) return '';
    const parts = trimmed.match(WRITTEN)?.slice(1).filter((part) => part !== undefined);
    if (!parts) return null;
    const iso = [parts[0], ...parts.slice(1).map((part) => part.padStart(2, '0'))].join('-');
    const found = new Date(`${iso}T00:00:00Z`);
    return !Number.isNaN(found.getTime()) && found.toISOString().slice(0, 10) === iso ? iso : null;
  }

  /* `label` names the field where no label around it does; `onDay` hears of days and of '', never of what is no day.
     The button opens the browser's calendar; who writes does not need it. */
  function day({ label, value, onDay = () => {}, id, className = 'ask-input' }) {
    const wrong = element('span', { className: 'day-wrong', role: 'alert', id: `day-wrong-${++fields}` });
    const input = element('input', {
      type: 'text', id, className: `${className} day-input`, inputmode: 'numeric', autocomplete: 'off', spellcheck: 'false', maxlength: '11',
      placeholder: word('day.form'), title: word('day.form'), 'aria-label': label, 'aria-describedby': wrong.id,
    }); // prettier-ignore
    const calendar = element('input', { type: 'date', className: 'day-calendar', tabindex: '-1', 'aria-hidden': 'true' });
    const button = element('button', { type: 'button', className: 'day-open', title: word('day.calendar'), 'aria-label': `${label ? `${label} · ` : ''}${word('day.calendar')}` });
    const show = (iso) => {
      input.value = iso;
      calendar.value = iso;
    };
    const heard = () => {
      const iso = dayFrom(input.value);
      wrong.textContent = iso === null ? word('day.wrong') : '';
      input.setAttribute('aria-invalid', String(iso === null));
      if (iso === null) return;
      show(iso);
      onDay(iso);
    };
    input.addEventListener('change', heard);
    calendar.addEventListener('change', (event) => {
      event.stopPropagation();
      input.value = calendar.value;
      heard();
      input.focus();
    });
    button.addEventListener('click', (event) => {
      event.preventDefault();
      calendar.showPicker();
    });
    show(value || '');
    return element('span', { className: 'day' }, [input, calendar, button, wrong]);
  }

  lookout.ask.day = day;
  lookout.ask.dayFrom = dayFrom;
})();
