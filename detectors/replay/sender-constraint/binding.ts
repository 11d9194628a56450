// Compares the key a token is bound to with the one presented, whatever form gateway and issuer write them in.
// After RFC 8705 section 3.1 (x5t#S256: base64url of the certificate's SHA-256) and RFC 9449 (jkt: thumbprint of the proof's key).

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Hex digits of a SHA-256 given as hex (colons allowed) or as base64 or base64url; null when it is neither. */
export function thumbprint(text: string): string | null {
  const hex = text.replaceAll(':', '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  const base64 = text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  return base64.length === 43 ? fromBase64(base64) : null;
}

function fromBase64(text: string): string | null {
  let bits = 0;
  let value = 0;
  let out = '';
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return null;
    value = ((value << 6) | digit) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += ((value >>> bits) & 0xff).toString(16).padStart(2, '0');
  }
  return out.length === 64 ? out : null;
}
