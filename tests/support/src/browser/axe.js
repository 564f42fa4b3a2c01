
// Behind axe-core itself.
// Colours halfway from dark to light are nobody's.
document.getAnimations().forEach((one) => one.finish());
const tell = arguments[arguments.length - 1];
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
const options = {
  runOnly: { type: 'tag', values: tags },
  // Of 2.2, and off unless asked for.
  rules: { 'target-size': { enabled: true } },
  resultTypes: ['violations'],
  iframes: false,
};
const each = ({ id, help, nodes }) => nodes.map((node) => ({ rule: id, help, html: node.html, why: node.failureSummary }));
axe.run(document, options).then((result) => tell(result.violations.flatMap(each)), (error) => tell(String(error)));
