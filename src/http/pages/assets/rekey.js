'use strict';

// What script adds: the link's code out of the address bar, passwords shown, their strength,
// one submission a click, dialogs, lists that renew themselves. Everything else works without.

const send = (form, address, fields) => {
  const data = new URLSearchParams(fields);
  data.set('csrf', form.elements.csrf.value);
  return fetch(address, { method: 'POST', body: data });
};

// What is no code can be replaced by the right one.
const refuse = () => {
  const wrong = document.createElement('p');
  Object.assign(wrong, { className: 'wrong', id: 'token-wrong', role: 'alert', textContent: token.dataset.wrong });
  token.closest('.field').append(wrong);
  token.setAttribute('aria-invalid', 'true');
  token.setAttribute('aria-describedby', 'token-hint token-wrong');
  token.closest('.field').hidden = false;
  token.focus();
  token.select();
};

// The code leaves the address bar at once: it must not stay in the history. Where a mail program has moved it from the
// fragment into the path, the page comes with it. What else the mail program did to it is for the server to undo.
const token = document.querySelector('input[name=token]');
const kept = sessionStorage.getItem('code') || '';
sessionStorage.removeItem('code');
const page = token ? token.form.getAttribute('action') : '';
const isMoved = token && location.pathname !== page;
const code = token ? location.hash.slice(1) || kept || (isMoved ? token.value : '') : '';
if (code || isMoved) history.replaceState(null, '', page);
if (token && (code || token.value)) {
  if (code) token.value = code;
  token.closest('.field').hidden = token.getAttribute('aria-invalid') !== 'true';
  const over = document.getElementById('link-over');
  if (code) {
    send(token.form, '/reset-password/state', { token: code }).then((answer) => answer.json()).then((state) => {
      if (!state) return;
      if (state.unknown) { refuse(); return; }
      if (!over) return;
      document.getElementById('link-good').hidden = true;
      document.title = document.title.replace(/^[^–]+/, `${state.title} `);
      over.querySelector('h1').textContent = state.title;
      over.querySelector('p').textContent = state.text;
      over.hidden = false;
      over.querySelector('h1').focus();
    }).catch(() => {});
  }
}

// Another link opened in the same tab is another page.
window.addEventListener('hashchange', () => { if (token && location.hash.length > 40) location.reload(); });

document.querySelectorAll('input[name=zone][type=hidden]').forEach((zone) => {
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || '';
});

document.querySelectorAll('button[data-reveals]').forEach((button) => {
  const password = document.getElementById(button.dataset.reveals);
  button.hidden = false;
  button.addEventListener('click', () => {
    const shown = password.type === 'password';
    password.type = shown ? 'text' : 'password';
    button.firstElementChild.textContent = shown ? button.dataset.hide : button.dataset.show;
  });
});

document.querySelectorAll('[data-appraises]').forEach((meter) => {
  const password = document.getElementById(meter.dataset.appraises);
  // Its place is kept from the beginning: nothing moves away under a click.
  meter.hidden = false;
  const idle = (is) => meter.classList.toggle('idle', is);
  idle(true);
  let timer = 0;
  let latest = 0;
  password.addEventListener('input', () => {
    clearTimeout(timer);
    latest += 1;
    const mine = latest;
    timer = setTimeout(async () => {
      if (!password.value) { idle(true); return; }
      const fields = { new_password: password.value, token: token ? token.value : '' };
      const answer = await send(password.form, '/appraise', fields).catch(() => null);
      if (mine !== latest) return;
      if (!answer || !answer.ok || !answer.headers.get('content-type').includes('json')) { idle(true); return; }
      const told = await answer.json();
      idle(false);
      meter.querySelector('meter').value = told.reasons.length ? Math.min(told.score, 1) : Math.max(told.score, 2);
      meter.querySelector('span').textContent = told.reasons.length ? told.reasons[0] : told.word;
    }, 350);
  });
});

document.querySelectorAll('dialog').forEach((dialog) => {
  if (dialog.open) { dialog.close(); dialog.showModal(); }
});
document.querySelectorAll('[data-opens]').forEach((opener) => {
  opener.setAttribute('role', 'button');
  opener.addEventListener('keydown', (event) => {
    if (event.key === ' ') { event.preventDefault(); opener.click(); }
  });
  opener.addEventListener('click', (event) => {
    const dialog = document.getElementById(opener.dataset.opens);
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
  });
});
document.querySelectorAll('[data-closes]').forEach((closer) => {
  closer.addEventListener('click', (event) => {
    event.preventDefault();
    closer.closest('dialog').close();
  });
});

// A second click sends nothing; the page that comes back from the history may be used again.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.method !== 'post') return;
  form.dataset.sent = 'yes';
  // A password that is shown is none that a browser should remember as a text.
  document.querySelectorAll('button[data-reveals]').forEach((button) => {
    document.getElementById(button.dataset.reveals).type = 'password';
  });
  // In another language the page still has its code.
  if (token && token.value && form.getAttribute('action') === '/language') sessionStorage.setItem('code', token.value);
});
window.addEventListener('pageshow', () => {
  document.querySelectorAll('form[data-sent]').forEach((form) => { delete form.dataset.sent; });
});

document.querySelectorAll('[data-prints]').forEach((button) => {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
});

// One menu at a time, and none once one clicks elsewhere or presses Escape.
const closeMenus = (but) => document.querySelectorAll('.menu[open]').forEach((menu) => {
  if (menu !== but) menu.open = false;
});
document.addEventListener('click', (event) => closeMenus(event.target.closest('.menu')));
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const menu = document.querySelector('.menu[open]');
  if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
});

// Lists that renew themselves, unless paused or somebody is at work in them.
const pause = document.querySelector('[data-pauses]');
if (pause) {
  pause.closest('[hidden]').hidden = false;
  setInterval(async () => {
    const live = document.querySelector('[data-live]');
    if (pause.checked || document.hidden || !live || live.contains(document.activeElement)) return;
    const answer = await fetch(location.href).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-live]');
    if (fresh && fresh.textContent !== live.textContent && !pause.checked) live.replaceWith(fresh);
  }, 3000);
}
