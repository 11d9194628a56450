// Settles what a whole line decides and no single variable could: which address is the peer, which name the host.
// Always holds: runs after all variables were assigned and before finish(); changes only what is still open.
// Does not promise: trust. Forwarded addresses are sorted out behind configured proxies, not here.

import type { Draft } from './draft.ts';

export function settle(draft: Draft): void {
  const { record } = draft;
  const extra = record.extra;
  draft.peer ??= extra.proxy_protocol_addr ?? extra.realip_remote_addr ?? extra.peer_address ?? null;
  record.host ??= extra.server_name ?? null;
}
