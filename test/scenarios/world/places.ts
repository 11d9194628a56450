// Networks of the made-up company and of strangers: a place is an address with its network, country and client program.
// Always holds: the same arguments give the same place. Numbers are from ranges for private use, so nobody real is meant.

import { hash32, mix32 } from '../../../detectors/hash.ts';
import type { Place } from '../contract.ts';

export type NetworkKind = 'hosting' | 'residential' | 'mobile' | 'vpn' | 'office' | 'internal';

const KINDS: Readonly<Record<NetworkKind, { asns: number; first: number; octet: number; name: string }>> = {
  hosting: { asns: 40, first: 4_200_100_000, octet: 20, name: 'Hosting' },
  residential: { asns: 60, first: 4_200_200_000, octet: 60, name: 'Access' },
  mobile: { asns: 12, first: 4_200_300_000, octet: 100, name: 'Mobile' },
  vpn: { asns: 8, first: 4_200_400_000, octet: 140, name: 'Relay' },
  office: { asns: 80, first: 4_200_500_000, octet: 170, name: 'Business' },
  internal: { asns: 1, first: 0, octet: 10, name: 'private' },
};
const COUNTRIES = ['DE', 'DE', 'DE', 'DE', 'FR', 'NL', 'GB', 'US', 'PL', 'IT'];

/** User agents by family, as the real programs send them. */
const AGENTS: Readonly<Record<string, string>> = {
  java: 'Java/17.0.9',
  okhttp: 'okhttp/4.12.0',
  chrome: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36',
  'python-requests': 'python-requests/2.32.3',
  curl: 'curl/8.5.0',
  'go-http-client': 'Go-http-client/2.0',
  node: 'node',
  postman: 'PostmanRuntime/7.39.0',
  cfnetwork: 'Shop/5.2 CFNetwork/1498 Darwin/23.6.0',
};

/**
 * `network` picks the provider among those of its kind, `host` the address in it: hosts that share `host >> 8` share a /24.
 */
export function placeOf(o: {
  kind: NetworkKind;
  network: number;
  host: number;
  client: string;
  country?: string;
}): Place {
  const { asns, first, octet, name } = KINDS[o.kind];
  const which = o.network % asns;
  const block = mix32(which * 7919 + octet);
  const net = o.host >>> 8;
  const prefix = `${octet + (block % 30)}.${((block >>> 8) + (net >>> 8)) & 255}.${((block >>> 16) + net) & 255}`;
  const asn = first === 0 ? 0 : first + which;
  return {
    ip: `${prefix}.${(o.host & 255) % 254 || 1}`,
    prefix: `${prefix}.0/24`,
    asn,
    network: asn === 0 ? name : `${name} ${which}`,
    country: asn === 0 ? 'ZZ' : (o.country ?? COUNTRIES[mix32(which + octet) % COUNTRIES.length]!),
    user_agent: AGENTS[o.client] ?? `${o.client}/1.0`,
    ua_family: o.client,
    tls: `t13d${(hash32(o.client) >>> 16).toString(16)}h2`,
  };
}
