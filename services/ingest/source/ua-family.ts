// Names the product family of a user agent: browser, tool, SDK or bot, without its version.
// Always holds: at most 40 characters of [a-z0-9._-] and `:`; linear time; versions never make a new family, so an
// upgrade is not a new client. Does not promise: the truth. Anybody can send any user agent.

/** First match wins: engines copy each other's tokens, so the more specific product comes first. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'edge'],
  [/\b(?:OPR|Opera|OPT|OPiOS)\//, 'opera'],
  [/\bVivaldi\//, 'vivaldi'],
  [/\bSamsungBrowser\//, 'samsung-browser'],
  [/\bYaBrowser\//, 'yandex-browser'],
  [/\bUCBrowser\//, 'uc-browser'],
  [/\b(?:HeadlessChrome)\//, 'headless-chrome'],
  [/\bElectron\//, 'electron'],
  [/\b(?:Firefox|FxiOS)\//, 'firefox'],
  [/\b(?:Chrome|CriOS|Chromium)\//, 'chrome'],
  [/\bTrident\/|\bMSIE /, 'internet-explorer'],
  [/\bVersion\/[\d.]+.{0,40}Safari\//, 'safari'],
  [/\bAppleWebKit\//, 'webkit'],
  [/\bGecko\//, 'gecko'],
];

const TOOLS: Readonly<Record<string, string>> = {
  'apache-httpclient': 'java',
  httpurlconnection: 'java',
  jdk: 'java',
  openjdk: 'java',
  postmanruntime: 'postman',
  'node-fetch': 'node',
  nodejs: 'node',
  'node.js': 'node',
  undici: 'node',
  axios: 'axios',
  'python-urllib': 'python-urllib',
  python: 'python',
  'go-http-client': 'go-http-client',
  'libwww-perl': 'perl',
  'lwp::simple': 'perl',
  windowspowershell: 'powershell',
};

/** `name/version` of crawlers; the name must look like a bot's to count. */
const BOT = /\b([A-Za-z][A-Za-z0-9._-]{0,30}?(?:bot|crawler|spider|slurp|crawl))\b/i;
const BOT_WORDS =
  /\b(?:facebookexternalhit|mediapartners-google|bingpreview|ia_archiver|uptimerobot|pingdom|statuscake)\b/i;

/** Characters looked at; longer user agents are cut first. */
const MAX_LENGTH = 512;
const MAX_FAMILY = 32;

/** `curl`, `python-requests`, `chrome`, `bot:googlebot` …; `none` when absent, `other` when nothing can be read. */
export function uaFamily(userAgent: string | null): string {
  if (userAgent === null) return 'none';
  const text = userAgent.slice(0, MAX_LENGTH).trim();
  if (text === '' || text === '-') return 'none';
  const bot = BOT.exec(text) ?? BOT_WORDS.exec(text);
  if (bot !== null) return `bot:${clean(bot[1] ?? bot[0])}`;
  if (text.startsWith('Mozilla/')) {
    for (const [pattern, name] of BROWSERS) if (pattern.test(text)) return name;
    return 'mozilla';
  }
  const product = clean(firstProduct(text));
  if (product === '') return 'other';
  return Object.hasOwn(TOOLS, product) ? TOOLS[product]! : product;
}

/** The text before the first version, space or parenthesis: `aws-sdk-go/1.44 (go1.19)` → `aws-sdk-go`. */
function firstProduct(text: string): string {
  const end = text.search(/[/ (;,]/);
  return end < 0 ? text : text.slice(0, end);
}

/** Drops what follows a version-like tail (`Java1.8` stays `java`) and everything outside the allowed characters. */
function clean(name: string): string {
  return name
    .slice(0, MAX_LENGTH)
    .toLowerCase()
    .replace(/[^a-z0-9._:-]/g, '')
    .slice(0, MAX_FAMILY)
    .replace(/[-_.]?v?\d+(?:\.\d+)+$/, '');
}
