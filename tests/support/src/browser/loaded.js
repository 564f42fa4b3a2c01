// The page and what belongs to it. What came from the cache has transferred nothing.
const entries = ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type));
const bytes = (entry) => (entry.transferSize ? entry.encodedBodySize : 0);
return entries.map((entry) => ({ url: entry.name, status: entry.responseStatus, bytes: bytes(entry) }));
