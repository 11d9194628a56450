// Decides which address is the caller's when the gateway stands behind proxies.
// Always holds: X-Forwarded-For is believed only as far as every hop to its right is a configured proxy, because
// everything further left was written by the caller (RFC 7239 §8.1).

import ipaddr from 'ipaddr.js';
import { parseAddress } from './address.ts';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Most hops looked at; more than this is nobody's proxy chain. */
const MAX_HOPS = 32;

export interface TrustedProxies {
  /**
   * The right-most address of the chain that is not a trusted proxy; null when `peer` is not an address.
   * An unreadable hop ends the chain: the last address that could be vouched for counts.
   */
  clientAddress(peer: string, forwardedFor: string | null): string | null;
}

/** @throws Error naming the entry that is neither an address nor a CIDR range. */
export function createTrustedProxies(entries: readonly string[]): TrustedProxies {
  const ranges = entries.map(parseRange);
  const trusted = (text: string): boolean => {
    const address = ipaddr.parse(text);
    return ranges.some(([base, bits]) => address.kind() === base.kind() && address.match(base, bits));
  };
  return {
    clientAddress(peer, forwardedFor) {
      const direct = parseAddress(peer);
      if (direct === null) return null;
      let current = direct.text;
      if (ranges.length === 0 || forwardedFor === null || !trusted(current)) return current;
      const hops = forwardedFor.slice(-MAX_HOPS * 80).split(',');
      for (let i = hops.length - 1, seen = 0; i >= 0 && seen < MAX_HOPS; i--, seen++) {
        const hop = parseAddress(hops[i]!.trim());
        if (hop === null) return current;
        current = hop.text;
        if (!trusted(current)) return current;
      }
      return current;
    },
  };
}

function parseRange(entry: string): Range {
  const slash = entry.indexOf('/');
  try {
    if (slash >= 0) return ipaddr.parseCIDR(entry) as Range;
    const address = ipaddr.process(entry);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch {
    throw new Error(
      `trusted proxy ${JSON.stringify(entry)} is not an address or CIDR range such as 10.0.0.0/8 or 2001:db8::/32`,
    );
  }
}
