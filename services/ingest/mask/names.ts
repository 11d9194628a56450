// Tells by its name what a header, parameter, cookie or JSON key holds: something that must not be written anywhere.
// Always holds: spelling does not matter (`X-Api-Key`, `api_key`, `user[password]`); pagination tokens stay readable.
// Does not promise: to know every vendor. Names configured as identity extractors are added to these.

const EXACT = new Set(
  `key keys token tokens auth oauth sig signature sign hmac sas pwd pass passwd password passcode passphrase secret sid
  session sess sessid jwt otp totp pin ticket assertion samlresponse samlrequest samlart credential credentials cookie
  cookies setcookie csrf xsrf xcsrf nonce codeverifier oauthverifier logintoken connectsid authcode authkey st sso tgt
  machinekey webhook`.split(/\s+/),
);
const CONTAINS =
  /passw|passphrase|secret|apikey|accesskey|privatekey|privkey|sharedkey|signingkey|signature|accesstoken|refreshtoken|idtoken|authtoken|sessionid|sessid|sessiontoken|bearer|credential|authorization|cookie|clientassertion|magiclink|resetlink/;
const ENDS =
  /(?:token|sig|pwd|jwt|auth|otp|csrf|(?:secret|auth|subscription|functions?|client|app|application|license|licence|master|account|service|admin|write|read|deploy|server|user|consumer|partner|developer|dev|tenant|encryption|x|h)key|(?:user|db|login|admin|my)pass)$/;
const PAGINATION =
  /^(?:next|prev|previous|page|nextpage|previouspage|prevpage|continuation|sync|nextsync|scroll|start|starting|paging|pagination|delta|skip|list|resume|max|min|total|num|n|x?msft?continuation|cursor)+tokens?$/;

/** Values of these are secret only when they look like one: `code=DE` and `state=open` are ordinary parameters. */
const SOMETIMES = new Set(['code', 'state']);

const cache = new Map<string, boolean>();
const MAX_CACHED = 4096;
const MAX_NAME = 128;

/** `value` decides for names that are not always secret. At most 4,096 verdicts are remembered; then none are added. */
export function isSecretName(name: string, value: string): boolean {
  if (name.length > MAX_NAME) return judge(normalised(name.slice(-MAX_NAME)), value);
  const known = cache.get(name);
  if (known !== undefined) return known;
  const plain = normalised(name);
  const verdict = judge(plain, value);
  if (!SOMETIMES.has(plain) && cache.size < MAX_CACHED) cache.set(name, verdict);
  return verdict;
}

/** Lower case, letters and digits only. */
export function normalised(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '');
}

function judge(plain: string, value: string): boolean {
  if (SOMETIMES.has(plain)) return looksIssued(value);
  if (EXACT.has(plain) || CONTAINS.test(plain)) return true;
  return ENDS.test(plain) && !PAGINATION.test(plain);
}

/** Authorization codes and one-time codes: six and more characters with a digit, or four digits and more. */
function looksIssued(value: string): boolean {
  return /^\d{4,}$/.test(value) || (value.length >= 6 && /\d/.test(value)) || value.length >= 16;
}
