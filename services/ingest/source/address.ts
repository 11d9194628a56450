// Reads textual IP addresses: one canonical spelling, the /24 or /48 they belong to, and the name of a reserved range.
// Always holds: an IPv4-mapped IPv6 address is the IPv4 address; octets with leading zeros are refused, not guessed.
// Does not promise: that the address is routed, or belongs to whoever sent the packet.

import ipaddr from 'ipaddr.js';

export interface Address {
  /** Canonical text: dotted quad, or RFC 5952 for IPv6. */
  text: string;
  /** /24 for IPv4, /48 for IPv6, in CIDR notation. */
  prefix: string;
  /** Name of the private or reserved range (IANA special-purpose registries), null for public addresses. */
  reserved: string | null;
  version: 4 | 6;
  /** IPv4: the address as an unsigned 32-bit number. IPv6: bits 0–31. */
  high: number;
  /** IPv6: bits 32–63. IPv4: 0. */
  low: number;
}

/** Longest text that can be an address: IPv6 with an embedded dotted quad, brackets, zone and port. */
const MAX_TEXT = 80;

const RESERVED_V4: readonly (readonly [string, number, string])[] = [
  ['0.0.0.0', 8, 'unspecified'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'cgnat'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'benchmarking'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['255.255.255.255', 32, 'broadcast'],
  ['240.0.0.0', 4, 'reserved'],
];

const RANGES_V4 = RESERVED_V4.map(([base, bits, name]) => {
  const mask = (0xffffffff << (32 - bits)) >>> 0;
  return { base: parseIpv4(base)! & mask, mask, name };
});

/** Address without port, brackets or zone; null when the text is not an IP address. */
export function parseAddress(raw: string): Address | null {
  if (raw.length < 2 || raw.length > MAX_TEXT) return null;
  const text = bare(raw);
  const v4 = parseIpv4(text);
  if (v4 !== null) return fromIpv4(v4);
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return null;
  const parsed = ipaddr.IPv6.parse(text);
  if (parsed.isIPv4MappedAddress()) return fromIpv4(parseIpv4(parsed.toIPv4Address().toString())!);
  return fromIpv6(parsed);
}

/** Strict dotted quad as an unsigned 32-bit number, else null. */
function parseIpv4(text: string): number | null {
  if (text.length < 7 || text.length > 15) return null;
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 46) {
      if (octet < 0 || ++dots > 3) return null;
      value = value * 256 + octet;
      octet = -1;
    } else if (c >= 48 && c <= 57) {
      if (octet === 0) return null;
      octet = (octet < 0 ? 0 : octet * 10) + c - 48;
      if (octet > 255) return null;
    } else return null;
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : null;
}

function fromIpv4(value: number): Address {
  const head = `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}`;
  return {
    text: `${head}.${value & 255}`,
    prefix: `${head}.0/24`,
    reserved: reservedV4(value),
    version: 4,
    high: value,
    low: 0,
  };
}

function reservedV4(value: number): string | null {
  for (const range of RANGES_V4) if (((value & range.mask) | 0) === (range.base | 0)) return range.name;
  return null;
}

function fromIpv6(parsed: ipaddr.IPv6): Address {
  const p = parsed.parts as [number, number, number, number, number, number, number, number];
  const network = new ipaddr.IPv6([p[0], p[1], p[2], 0, 0, 0, 0, 0]);
  return {
    text: parsed.toRFC5952String(),
    prefix: `${network.toRFC5952String()}/48`,
    reserved: reservedV6(p),
    version: 6,
    high: p[0] * 65536 + p[1],
    low: p[2] * 65536 + p[3],
  };
}

function reservedV6(p: readonly number[]): string | null {
  const first = p[0]!;
  if (p.slice(0, 7).every((group) => group === 0)) {
    if (p[7] === 0) return 'unspecified';
    if (p[7] === 1) return 'loopback';
  }
  if ((first & 0xffc0) === 0xfe80) return 'link-local';
  if ((first & 0xfe00) === 0xfc00) return 'private';
  if ((first & 0xff00) === 0xff00) return 'multicast';
  if (first === 0x2001 && p[1] === 0x0db8) return 'documentation';
  if (first === 0x3fff && p[1]! < 0x1000) return 'documentation';
  if (first === 0x64 && p[1] === 0xff9b) return 'nat64';
  if (first === 0x100 && p[1] === 0 && p[2] === 0 && p[3] === 0) return 'discard';
  return (first & 0xe000) === 0x2000 ? null : 'reserved';
}

function bare(raw: string): string {
  let text = raw.trim();
  if (text.startsWith('[')) {
    const close = text.indexOf(']');
    if (close > 0) text = text.slice(1, close);
  } else {
    const colon = text.indexOf(':');
    if (colon > 0 && colon === text.lastIndexOf(':')) text = text.slice(0, colon);
  }
  const zone = text.indexOf('%');
  return zone > 0 ? text.slice(0, zone) : text;
}
