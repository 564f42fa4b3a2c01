// Whether what is about to be done leads to another page, and a mark by which this one is told from it.
// chromedriver waits for a page only if it has begun to load when chromedriver looks.
const [token, given, key] = arguments;
const mark = { token, url: location.href, kept: false };
window.rekeyTest = mark;
// Scripts may keep the person here. Asked when all of them have had their turn.
const ask = (event) => setTimeout(() => { mark.kept ||= event.defaultPrevented; });
for (const kind of ['keydown', 'click', 'submit']) window.addEventListener(kind, ask, { capture: true, once: true });

const here = (target) => !target || target === '_self';
const page = (url) => url.split('#')[0];
const follows = (link) => /^http/.test(link.protocol) && here(link.target) && !link.hasAttribute('download')
  && (page(link.href) !== page(location.href) || !link.href.includes('#'));
const sends = (form, button) => (form.noValidate || button?.formNoValidate || form.matches(':valid'))
  && here(button?.formTarget || form.target) && form.method !== 'dialog';
const submits = (element) => element.matches('button, input') && ['submit', 'image'].includes(element.type);
const typedInto = (element) => element.matches('input') && !['button', 'reset', 'file'].includes(element.type);

const element = given || document.activeElement;
if (key && key !== 'Enter' && !(key === 'Space' && submits(element))) return false;
if (element.form && submits(element)) return sends(element.form, element);
if (element.form && key && typedInto(element)) return sends(element.form, [...element.form.elements].find(submits));
return element.matches('a[href]') && follows(element);
