'use strict';

// The code leaves the address bar at once: it must not stay in the history.
const code = decodeURIComponent(location.hash.slice(1));
const field = document.querySelector('input[name=token]');
if (field && code) {
  history.replaceState(null, '', location.pathname);
  field.value = code;
  field.closest('label').hidden = true;
}

document.querySelectorAll('[data-reveal]').forEach((box) => {
  const password = document.querySelector(`input[name=${box.dataset.reveal}]`);
  box.addEventListener('change', () => { password.type = box.checked ? 'text' : 'password'; });
});

function say(form, words, good) {
  const said = form.querySelector('.said');
  said.textContent = words;
  said.className = good ? 'said good' : 'said bad';
  said.hidden = false;
  said.focus();
}

document.querySelectorAll('form[data-command]').forEach((form) => {
  const button = form.querySelector('button');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const response = await fetch(`/v1/commands/${form.dataset.command}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(Object.fromEntries(new FormData(form))),
      });
      const body = await response.json();
      const faults = (body.errors || []).map((error) => `${error.pointer.slice(1)} ${error.detail}.`);
      say(form, response.ok ? body.message : [body.title + '.', body.detail, ...faults].join(' '), response.ok);
      if (response.ok && form.dataset.command === 'complete-reset') form.reset();
    } catch {
      say(form, 'The service cannot be reached. Nothing was changed. Try again shortly.', false);
    } finally {
      button.disabled = false;
    }
  });
});
