// Tells values that stand in for a secret from secrets: gateways redact headers, clients send `undefined`.
// Always holds: a stand-in never becomes a credential, which all callers would share.

const WORDS =
  /^[^A-Za-z0-9]*(?:(?:is)?(?:redacted|masked|filtered|hidden|removed|omitted|sanitized|sanitised|scrubbed|obfuscated|censored|stripped|sensitive|protected|confidential|secret|private|present|null|undefined|none|nil|nan|unknown|anonymous|empty|blank|true|false|n\/a|object object))?[^A-Za-z0-9]*$/i;
const ONE_CHARACTER = /^(.)\1*$/s;
const MARKED = /redact|\[masked|\*\*\*masked/i;

/** `-`, `***`, `[REDACTED]`, `xxxx`, `null`, `<token removed>`, empty. What is left of `sk_***1234` still tells keys apart. */
export function isPlaceholder(value: string): boolean {
  const text = value.trim();
  if (text.length > 64) return MARKED.test(text.slice(0, 64)) && text.length < 128;
  return WORDS.test(text) || ONE_CHARACTER.test(text) || MARKED.test(text);
}

/** The trimmed value, null when absent or a stand-in. */
export function real(value: string | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  const text = value.trim();
  return isPlaceholder(text) ? null : text;
}
