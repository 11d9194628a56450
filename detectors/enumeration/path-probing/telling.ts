// Which words only those ask for who look for holes, and what is asked for by browsers by themselves.
// Always holds: judged by the path and the query alone.

/** Asked for by browsers and crawlers by themselves. */
const AUTOMATIC =
  /^\/(?:favicon[^/]*|apple-touch-icon[^/]*|robots\.txt|sitemap[^/]*\.xml(?:\.gz)?|ads\.txt|browserconfig\.xml|crossdomain\.xml|manifest\.json|\.well-known\/.*)$/;

const TELLING =
  /(?:^|\/)(?:\.env|\.git|\.svn|\.aws|\.ssh|\.htaccess|\.htpasswd|wp-(?:admin|login|content|includes|config)|xmlrpc\.php|phpmyadmin|pma|cgi-bin|actuator|swagger|api-docs|openapi|graphiql|console|jenkins|solr|manager\/html|server-status|phpinfo|config\.(?:php|json|ya?ml|xml)|backups?|dump|db|debug|test|old|shell|cmd|setup|install|admin|administrator)(?:[./_-]|$)|\.(?:bak|old|sql|swp|cfg|ini|tar|zip)$|\.\.\/|\/etc\/passwd|https?:\/\//i;

export const isAutomatic = (path: string): boolean => AUTOMATIC.test(path);

export const isTelling = (path: string, query: string): boolean =>
  TELLING.test(path) || /https?:\/\/|\.\.\/|%2e%2e/i.test(query);
