// Tells by its name what a configured header, parameter or field holds: an id that may be shown, or a secret.
// Always holds: what is not clearly an id is treated as a secret, so a wrong guess costs readability and never leaks.

const SECRET =
  /sess|token|secret|passw|pwd|jwt|signature|nonce|ticket|cookie|credential$|authorization|(?:^|_)sid$/;
const IDENTIFIER =
  /(?:^|_)(?:id|ids|uid|user|username|login|name|sub|subject|client|consumer|account|principal|arn|email|mail|app|application|tenant|org|organisation|organization|owner|partner|customer|azp|subscription|identifier)$/;

/** `x-consumer-id`, `clientId`, `subscription` … but not `sessionid`, `token_id`, `x-api-key`. */
export function isIdentifierName(name: string): boolean {
  const plain = name
    .slice(0, 100)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[-.]/g, '_');
  return IDENTIFIER.test(plain) && !SECRET.test(plain);
}
