// Encodes where a call came from as small numbers: prefix code, country code, client hash, cluster label.
// Always holds: an IPv4 /24 and a country can be read back from their codes; other prefixes are hashes.
// Does not promise that two different IPv6 prefixes never share a code (2^-32 per pair).

import type { EventClient } from '../../schemas/event.ts';
import { hash32, mix32 } from '../hash.ts';

const HASHED = 0x01000000;

/** `a.b.c.0/24` becomes its 24 bits; anything else a hash of at least 2^24. */
export function prefixCode(prefix: string): number {
  let code = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < prefix.length; i++) {
    const c = prefix.charCodeAt(i);
    if (c >= 48 && c <= 57) {
      octet = octet * 10 + c - 48;
      digits++;
    } else if (c === 46 && digits > 0 && digits <= 3 && octet <= 255 && dots < 3) {
      code = (code << 8) | octet;
      octet = 0;
      digits = 0;
      dots++;
    } else if (
      dots === 3 &&
      octet === 0 &&
      digits === 1 &&
      prefix.endsWith('/24') &&
      i === prefix.length - 3
    ) {
      return code;
    } else break;
  }
  return hashedPrefix(prefix);
}

function hashedPrefix(prefix: string): number {
  const hash = hash32(prefix);
  return hash >= HASHED ? hash : hash + HASHED;
}

/** The prefix in CIDR notation, or null when only its hash is known. */
export function prefixText(code: number): string | null {
  return code < HASHED ? `${code >>> 16}.${(code >>> 8) & 255}.${code & 255}.0/24` : null;
}

export function countryCode(country: string): number {
  return ((country.charCodeAt(0) & 255) << 8) | (country.charCodeAt(1) & 255);
}

export function countryText(code: number): string {
  return String.fromCharCode(code >>> 8, code & 255);
}

/** Hash of the user-agent family and the TLS fingerprint. */
export function clientHash(client: EventClient): number {
  const family = hash32(client.ua_family);
  return client.tls === null ? family : hash32(client.tls, family);
}

/** Label of (ASN or, when unknown, prefix; country; client family); never 0. */
export function clusterLabel(place: {
  prefix: number;
  asn: number;
  country: number;
  client: number;
}): number {
  const network = place.asn !== 0 ? place.asn : place.prefix ^ 0x80000000;
  return mix32(Math.imul(mix32(network) ^ place.country, 0x9e3779b1) ^ place.client) || 1;
}
