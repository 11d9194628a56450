// Which addresses and names are this machine's own: what listens there without a sign-in answers to nobody else.

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** @param host address or name to listen on */
export function isLoopback(host: string): boolean {
  return LOOPBACK_HOST.test(host.includes(':') ? `[${host}]` : host);
}

/** False for a request that a page of another site made through DNS rebinding. @param host its Host header */
export function namesThisMachine(host: string | undefined): boolean {
  return LOOPBACK_HOST.test(host ?? '');
}
