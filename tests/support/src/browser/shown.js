// For whoever reads about a failed test.
return [location.href, document.title, document.body ? document.body.innerText : ''].join('\n');
