// What does not fit: wider than the window, out of its box, or cut off.
const root = document.documentElement;
const window_ = root.clientWidth;
const scrolls = (style) => /auto|scroll/.test(style.overflowX);
const hides = (overflow) => /hidden|clip/.test(overflow);
const tell = (element) => {
  const text = (element.innerText || element.value || '').replace(/\s+/g, ' ').trim().slice(0, 60);
  return `<${element.localName}${element.id ? ` id=${element.id}` : ''}> “${text}”`;
};

function inScroller(element) {
  for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
    if (scrolls(getComputedStyle(at))) return true;
  }
  return false;
}

// Of the text that is the element's own.
function spills(element, box) {
  const range = document.createRange();
  const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  return texts.some((node) => {
    range.selectNodeContents(node);
    return [...range.getClientRects()].some((at) => at.width && (at.right > box.right + 1 || at.left < box.left - 1));
  });
}

function fault(element) {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  // One pixel is how words for screen readers only are hidden.
  if (!element.checkVisibility({ visibilityProperty: true }) || box.width <= 1 || box.height <= 1) return null;
  // All of it to the left is how links to skip the navigation wait.
  const over = box.right > window_ + 1 || (box.left < -1 && box.right > 0);
  if (over && !inScroller(element)) return `reaches from ${Math.round(box.left)} to ${Math.round(box.right)}, the window to ${window_}`;
  if (element.matches('input, textarea, select, iframe')) return null;
  const cut = (hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1)
    || (hides(style.overflowY) && element.scrollHeight > element.clientHeight + 1);
  if (cut && element.innerText) return 'is cut off';
  if (style.display !== 'inline' && style.display !== 'contents' && !scrolls(style) && spills(element, box)) return 'sticks out of its box';
  return null;
}

const found = root.scrollWidth > window_ ? [`the page is ${root.scrollWidth} wide, the window ${window_}`] : [];
for (const element of document.body.querySelectorAll('*')) {
  const words = fault(element);
  if (words) found.push(`${tell(element)} ${words}`);
}
return found;
