// Tells client addresses from other text and takes off the port and brackets gateways write around them.
// Always holds: an accepted address is a textual IPv4 or IPv6 address without port, zone or brackets.
// Does not promise: one canonical spelling of an IPv6 address; that belongs to whoever looks it up.

const IPV4 = /^(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;

export function isIp(text: string): boolean {
  if (text.length < 2 || text.length > 45) return false;
  return text.includes(':') ? isIpv6(text) : IPV4.test(text);
}

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  let groups = 0;
  for (let h = 0; h < halves.length; h++) {
    const half = halves[h] as string;
    if (half === '') {
      if (halves.length === 1) return false;
      continue;
    }
    const parts = half.split(':');
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as string;
      const last = h === halves.length - 1 && i === parts.length - 1;
      if (last && IPV4.test(part)) groups += 2;
      else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups++;
      else return false;
    }
  }
  return halves.length === 2 ? groups < 8 : groups === 8;
}

/**
 * The address within `10.0.0.1`, `10.0.0.1:4431`, `[2001:db8::1]:4431`, `fe80::1%eth0` and `unix:`; null when
 * there is none. A Unix socket and `localhost` are this machine, so they become the loopback address.
 */
export function peerAddress(text: string): string | null {
  let t = text.trim();
  if (t === 'localhost' || t.startsWith('unix:') || t === '@') return '127.0.0.1';
  if (t.startsWith('[')) {
    const close = t.indexOf(']');
    if (close < 0) return null;
    t = t.slice(1, close);
  } else if (t.indexOf(':') > 0 && t.indexOf(':') === t.lastIndexOf(':')) {
    t = t.slice(0, t.indexOf(':'));
  }
  const zone = t.indexOf('%');
  if (zone > 0) t = t.slice(0, zone);
  return isIp(t) ? t : null;
}

/** A comma-separated hop list as X-Forwarded-For carries it, left to right; null unless every hop is an address. */
export function hopList(text: string): string[] | null {
  if (text.length > 4096) return null;
  const hops: string[] = [];
  for (const part of text.split(',')) {
    const hop = peerAddress(part);
    if (hop === null) return null;
    hops.push(hop);
  }
  return hops;
}
