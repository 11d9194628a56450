// Envoy's default text access log and Istio's longer one.
// Always holds: the fixed fields are found by the three sizes in a row, whatever Istio puts before them.
// Does not promise: own text formats; log JSON instead.

import { peerAddress } from './address.ts';
import { type Draft, finish, newDraft } from './draft.ts';
import type { ParseOutcome } from './gateway-format.ts';
import { size } from './quantities.ts';
import { addHeader } from './request-headers.ts';
import { parseIsoTime } from './time.ts';
import { type Token, tokenise } from './tokens.ts';

/**
 * `[time] "request" code flags … rx tx duration upstream "xff" "agent" "id" "authority" "host" …`; null when the line has another shape.
 */
export function parseEnvoyText(line: string): ParseOutcome | null {
  const tokens = tokenise(line);
  const [time, request, status] = tokens;
  if (time?.kind !== 'bracketed' || request?.kind !== 'quoted' || status?.kind !== 'word') return null;
  const sizes = sizesAt(tokens);
  if (sizes < 0) return null;
  const draft = newDraft();
  const { record } = draft;
  draft.time = time.text;
  draft.at = parseIsoTime(time.text);
  draft.request = request.text;
  draft.status = status.text;
  record.bytesIn = size(at(tokens, sizes));
  record.bytesOut = size(at(tokens, sizes + 1));
  record.latencyMs = size(at(tokens, sizes + 2));
  readNamed(tokens, sizes + 4, draft);
  const flags = at(tokens, 3);
  if (flags !== '-') record.extra.response_flags = flags;
  return finish(draft);
}

/** First of the three whole numbers bytes received, bytes sent, duration. Istio puts details before them. */
function sizesAt(tokens: readonly Token[]): number {
  for (let i = 4; i < tokens.length - 3 && i < 16; i++) {
    const three = [tokens[i], tokens[i + 1], tokens[i + 2]];
    if (three.every((t) => t?.kind === 'word' && size(t.text) !== null)) return i;
  }
  return -1;
}

function readNamed(tokens: readonly Token[], from: number, draft: Draft): void {
  const { record } = draft;
  const quoted = (i: number): string | null => {
    const token = tokens[from + i];
    return token?.kind === 'quoted' && token.text !== '-' && token.text !== '' ? token.text : null;
  };
  record.forwardedFor = quoted(0);
  const agent = quoted(1);
  if (agent !== null) addHeader(record, 'user-agent', agent);
  record.requestId = quoted(2);
  record.host = quoted(3);
  const upstream = quoted(4);
  if (upstream !== null) record.extra.upstream_host = upstream;
  const rest = tokens.slice(from + 5).map((t) => t.text);
  const names = [
    'upstream_cluster',
    'upstream_local_address',
    'downstream_local_address',
    'downstream_remote_address',
  ];
  names.forEach((name, i) => {
    const value = rest[i];
    if (value !== undefined && value !== '-') record.extra[name] = value;
  });
  const route = rest[5];
  if (route !== undefined && route !== '-') record.extra.route_name = route;
  const peer = record.extra.downstream_remote_address;
  if (peer !== undefined && peerAddress(peer) !== null) draft.peer = peer;
}

function at(tokens: readonly Token[], index: number): string {
  return tokens[index]?.text ?? '-';
}
