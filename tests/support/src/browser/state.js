// How far the page is that the person is on the way to.
const [token] = arguments;
const mark = window.rekeyTest;
return mark && mark.token === token && mark.url === location.href && !mark.kept ? 'not there' : document.readyState;
