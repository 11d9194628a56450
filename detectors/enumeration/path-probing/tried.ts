// Which paths a caller tried lately: a small Bloom filter in its row. And which words only those ask for who look for holes.
// Always holds: a path that was added is found again until clear(). May take a new path for a tried one: of 60 about one in twenty.

import { mix32 } from '../../hash.ts';
import type { NumberArray } from '../../state/fields.ts';

export const WORDS = 16;
const BITS = WORDS * 32;
const PROBES = 3;

/** Adds the path; false when it was there. */
export function tryPath(tried: NumberArray, path: number): boolean {
  let fresh = false;
  let hash = path;
  for (let i = 0; i < PROBES; i++) {
    hash = mix32(hash + 0x9e3779b9);
    const bit = hash % BITS;
    const word = tried.get(bit >>> 5);
    const mask = 2 ** (bit & 31);
    if (Math.floor(word / mask) % 2 === 1) continue;
    tried.set(bit >>> 5, word + mask);
    fresh = true;
  }
  return fresh;
}

/** Asked for by browsers and crawlers by themselves. */
const AUTOMATIC =
  /^\/(?:favicon[^/]*|apple-touch-icon[^/]*|robots\.txt|sitemap[^/]*\.xml(?:\.gz)?|ads\.txt|browserconfig\.xml|crossdomain\.xml|manifest\.json|\.well-known\/.*)$/;

const TELLING =
  /(?:^|\/)(?:\.env|\.git|\.svn|\.aws|\.ssh|\.htaccess|\.htpasswd|wp-(?:admin|login|content|includes|config)|xmlrpc\.php|phpmyadmin|pma|cgi-bin|actuator|swagger|api-docs|openapi|graphiql|console|jenkins|solr|manager\/html|server-status|phpinfo|config\.(?:php|json|ya?ml|xml)|backups?|dump|db|debug|test|old|shell|cmd|setup|install|admin|administrator)(?:[./_-]|$)|\.(?:bak|old|sql|swp|cfg|ini|tar|zip)$|\.\.\/|\/etc\/passwd|https?:\/\//i;

export const isAutomatic = (path: string): boolean => AUTOMATIC.test(path);

export const isTelling = (path: string, query: string): boolean =>
  TELLING.test(path) || /https?:\/\/|\.\.\/|%2e%2e/i.test(query);
