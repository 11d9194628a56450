// Takes a logged request line (`GET /v1/x?y=1 HTTP/1.1`) apart.
// Always holds: `method` is an HTTP token or `-`; `target` is in origin form, `*`, an authority (CONNECT) or `-`.
// Does not promise: a well-formed target. What the client sent is kept, spaces and all.

export interface RequestLine {
  method: string;
  target: string;
  /** Host named by an absolute-form target (`GET http://host/x`), else null. */
  host: string | null;
  protocol: string | null;
}

/** Method and target of a request the server could not read; it still was a call, answered with 400 or 408. */
export const UNREADABLE = '-';

const METHOD = /^[A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]{0,31}$/;
const PROTOCOL = /^(?:HTTP\/\d(?:\.\d)?|h2c?|h3|HTTP|grpc|websocket)$/i;

export function isMethod(text: string): boolean {
  return METHOD.test(text);
}

/**
 * Never fails: an empty, binary or otherwise unreadable line gives `-` for method and target.
 * HTTP/0.9 (`GET /x` without a protocol) is read when the target begins with a slash.
 */
export function parseRequestLine(line: string): RequestLine {
  const first = line.indexOf(' ');
  const method = first > 0 ? line.slice(0, first) : '';
  if (!isMethod(method)) return unreadable();
  const last = line.lastIndexOf(' ');
  const tail = line.slice(last + 1);
  const hasProtocol = last > first && PROTOCOL.test(tail);
  const raw = (hasProtocol ? line.slice(first + 1, last) : line.slice(first + 1)).trim();
  const readable = hasProtocol ? raw !== '' : raw.startsWith('/');
  if (!readable) return unreadable();
  return { method, ...originForm(raw, method), protocol: hasProtocol ? tail : null };
}

/** Origin form and host of a target in any of the four forms of RFC 9112 §3.2. */
export function originForm(target: string, method: string): { target: string; host: string | null } {
  if (target.startsWith('/') || target === '*' || method === 'CONNECT') return { target, host: null };
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]{0,15}:\/\//.exec(target);
  if (scheme === null) return { target: target.startsWith('?') ? `/${target}` : target, host: null };
  const from = scheme[0].length;
  let end = from;
  while (end < target.length && !'/?#'.includes(target[end] as string)) end++;
  const authority = target.slice(from, end);
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const rest = target.slice(end);
  return { target: rest.startsWith('/') ? rest : `/${rest}`, host: host === '' ? null : host };
}

function unreadable(): RequestLine {
  return { method: UNREADABLE, target: UNREADABLE, host: null, protocol: null };
}
