// The page and what belongs to it. What came from the cache has transferred nothing.
const entries = ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type));
// The browser asks for this one by itself, when the page names no icon.
const asked = (entry) => !(entry.name.endsWith('/favicon.ico') && entry.responseStatus === 404);
const bytes = (entry) => (entry.transferSize ? entry.encodedBodySize : 0);
return entries.filter(asked).map((entry) => ({ url: entry.name, status: entry.responseStatus, bytes: bytes(entry) }));
