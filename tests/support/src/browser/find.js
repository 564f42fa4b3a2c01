// Finds what a person means who says `words`: the first that can be seen, used, and is named so.
// If there is none, what there is instead.
const [selector, words, row] = arguments;

const plain = (text) => text.replace(/\s+/g, ' ').trim();
const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;

// What can be read of a node, without what somebody typed or may choose in it.
function read(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE || !seen(node) || node.matches('input, select, textarea')) return '';
  if (node.matches('img')) return node.alt;
  const text = [...node.childNodes].map(read).join('');
  return getComputedStyle(node).display === 'inline' ? text : ` ${text} `;
}

function names(element) {
  const labels = [...(element.labels || [])];
  const others = (element.getAttribute('aria-labelledby') || '').split(' ').map((id) => document.getElementById(id));
  const button = element.matches('input[type=submit], input[type=button], input[type=reset]');
  const own = button ? element.value : element.matches('input, select, textarea') ? '' : read(element);
  const texts = [...[...labels, ...others.filter(Boolean)].map(read), element.getAttribute('aria-label') || '', own];
  return texts.map(plain).filter(Boolean);
}

// A row of a table, or an entry of a list.
const inRow = (element) => {
  const around = element.closest('tr, li, dd, [role=row], [role=listitem]');
  return !row || (around && plain(around.innerText).includes(row));
};

const all = [...document.querySelectorAll(selector)].filter((element) => !element.disabled && seen(element) && inRow(element));
const element = all.find((one) => names(one).includes(words));
return element ? { element } : { instead: all.map((one) => names(one)[0] || `(${one.outerHTML.slice(0, 80)})`) };
