// Which addresses a webhook may go to. Incidents must not be a way to reach what only this machine can reach (SSRF).
// Always holds: an address passes only if it is public unicast; what a name resolves to is checked and then used for
// the connection itself, so a second answer of the name server cannot lead elsewhere (DNS rebinding).
// See docs/adr/webhook-egress.md for why this is not a package.

import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The target is not public. Not an outage: the configuration (or a name server) is wrong. */
export class RefusedTargetError extends Error {
  override readonly name = 'RefusedTargetError';
}

/** Public by number, but answered by the cloud's own host: Azure's WireServer. */
const CLOUD_HOSTS = new Set(['168.63.129.16']);
/** Addresses assigned as IPv6 global unicast; everything outside is special or unassigned (RFC 4291, IANA registry). */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/** True for public unicast addresses; false for everything else, and for what is not an address. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address) || CLOUD_HOSTS.has(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(GLOBAL_UNICAST);
}

/**
 * Throws RefusedTargetError for a URL whose host is a non-public address. The URL parser has already turned decimal,
 * octal, hexadecimal and short forms (`http://2130706433`, `http://0x7f.1`) into the address they mean.
 */
export function assertPublicHost(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host) && !isPublic(host)) throw refusal(host, host);
}

/** A resolver for node:net that refuses a name when any of its addresses is not public. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error) return callback(error, []);
    const wrong = found.find(({ address }) => !isPublic(address));
    const first = found[0];
    if (wrong || !first) return callback(refusal(hostname, wrong?.address ?? 'nothing'), []);
    if (options.all) callback(null, found);
    else callback(null, first.address, first.family);
  });
};

function refusal(host: string, address: string): RefusedTargetError {
  return new RefusedTargetError(
    `${host === address ? host : `${host} (${address})`} is not a public address; set allowPrivate: true for this webhook if that is meant`,
  );
}
