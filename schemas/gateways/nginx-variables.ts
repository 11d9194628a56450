// What each nginx variable of a `log_format` means to a call.
// Always holds: a variable nobody knows still lands in `extra` under its own name.
// Does not promise: variables that hold the body or raw certificates; they are kept as text, not read.

import type { Draft } from './draft.ts';
import type { Variable } from './log-template.ts';
import { secondsToMs, size } from './quantities.ts';
import { addCookies, addHeader, setCertificate } from './request-headers.ts';
import { parseClfTime, parseTime } from './time.ts';

type Setter = (draft: Draft, value: string) => void;

const ADDRESS = { address: true } as const;
const LIST = { list: true } as const;

const SETTERS: Readonly<Record<string, Setter>> = {
  remote_addr: (d, v) => {
    d.peer = v;
  },
  the_real_ip: (d, v) => {
    d.peer ??= v;
  },
  remote_user: (d, v) => {
    d.record.user = v;
  },
  request: (d, v) => {
    d.request = v;
  },
  request_method: (d, v) => {
    d.method = v;
  },
  request_uri: (d, v) => {
    d.target = v;
  },
  uri: (d, v) => {
    d.path ??= v;
  },
  document_uri: (d, v) => {
    d.path ??= v;
  },
  args: (d, v) => {
    d.query ??= v;
  },
  query_string: (d, v) => {
    d.query ??= v;
  },
  is_args: () => undefined,
  status: (d, v) => {
    d.status = v;
  },
  body_bytes_sent: (d, v) => {
    d.record.bytesOut = size(v);
  },
  bytes_sent: (d, v) => {
    d.record.bytesOut ??= size(v);
  },
  request_length: (d, v) => {
    d.record.bytesIn = size(v);
  },
  request_time: (d, v) => {
    d.record.latencyMs = secondsToMs(v);
  },
  host: (d, v) => {
    d.record.host ??= v;
  },
  server_name: (d, v) => {
    d.record.extra.server_name = v;
  },
  request_id: (d, v) => {
    d.record.requestId = v;
  },
  req_id: (d, v) => {
    d.record.requestId ??= v;
  },
  time_local: (d, v) => setTime(d, v, parseClfTime(v)),
  time_iso8601: (d, v) => setTime(d, v, parseTime(v)),
  msec: (d, v) => setTime(d, v, parseTime(v)),
  proxy_add_x_forwarded_for: setForwarded,
  ssl_client_fingerprint: (d, v) => setCertificate(d.record, 'fingerprint', v),
  ssl_client_s_dn: (d, v) => setCertificate(d.record, 'subject', v),
  ssl_client_s_dn_legacy: (d, v) => setCertificate(d.record, 'subject', v),
  ssl_client_i_dn: (d, v) => setCertificate(d.record, 'issuer', v),
  ssl_client_i_dn_legacy: (d, v) => setCertificate(d.record, 'issuer', v),
  ssl_client_serial: (d, v) => setCertificate(d.record, 'serial', v),
};

const SHAPES: Readonly<Record<string, Partial<Variable>>> = {
  time_local: { spaces: 1 },
  request: { wholeRequest: true },
  remote_addr: ADDRESS,
  realip_remote_addr: ADDRESS,
  proxy_protocol_addr: ADDRESS,
  the_real_ip: ADDRESS,
  request_uri: { opens: '/' },
  uri: { opens: '/' },
  document_uri: { opens: '/' },
  is_args: { opens: '?' },
  proxy_add_x_forwarded_for: LIST,
  http_x_forwarded_for: LIST,
};

/** Never throws; `name` is a variable name without the dollar sign. */
export function nginxVariable(name: string): Variable {
  const shape = SHAPES[name] ?? (name.startsWith('upstream_') ? LIST : {});
  const known = Object.hasOwn(SETTERS, name) ? SETTERS[name] : undefined;
  return { name, spaces: 0, list: false, address: false, opens: '', ...shape, set: known ?? prefixed(name) };
}

function prefixed(name: string): Setter {
  if (name === 'http_cookie') return (d, v) => addHeader(d.record, 'cookie', v);
  if (name.startsWith('http_') && name.length > 5) {
    const header = name.slice(5).replaceAll('_', '-');
    return (d, v) => addHeader(d.record, header, v);
  }
  if (name.startsWith('cookie_'))
    return (d, v) => addCookies(d.record, `${name.slice(7)}=${v.replaceAll(';', '%3B')}`);
  if (name.startsWith('jwt_claim_'))
    return (d, v) => {
      d.record.claims[name.slice(10)] = v;
    };
  if (/^(?:ssl_|tls_)?ja[34]/.test(name)) {
    return (d, v) => {
      d.record.tls ??= v;
      d.record.extra[name] = v;
    };
  }
  return (d, v) => {
    d.record.extra[name] = v;
  };
}

function setTime(draft: Draft, value: string, at: number | null): void {
  draft.time = value;
  draft.at ??= at;
}

/** nginx appends the peer itself as the last hop. */
function setForwarded(draft: Draft, value: string): void {
  const comma = value.lastIndexOf(',');
  draft.record.extra.proxy_add_x_forwarded_for = value;
  draft.peer ??= value.slice(comma + 1).trim();
  if (comma > 0) draft.record.forwardedFor ??= value.slice(0, comma);
}
