// What each directive of an Apache `LogFormat` means to a call (httpd 2.4 mod_log_config, mod_logio, mod_ssl).
// Always holds: a directive nobody knows still lands in `extra` under its own name.
// Does not promise: response headers or environment beyond text; they are kept in `extra`.

import type { Draft } from './draft.ts';
import type { Variable } from './log-template.ts';
import { secondsToMs, size } from './quantities.ts';
import { addCookies, addHeader, setCertificate } from './request-headers.ts';
import { compileTimePattern, parseClfTime } from './time.ts';

type Setter = (draft: Draft, value: string) => void;

const PLAIN: Readonly<Record<string, { set: Setter; shape?: Partial<Variable> }>> = {
  a: {
    set: (d, v) => {
      d.peer = v;
    },
    shape: { address: true },
  },
  h: {
    set: (d, v) => {
      d.peer ??= v;
    },
    shape: { address: true },
  },
  l: {
    set: (d, v) => {
      d.record.extra.ident = v;
    },
  },
  u: {
    set: (d, v) => {
      d.record.user = v === '""' ? null : v;
    },
  },
  r: {
    set: (d, v) => {
      d.request = v;
    },
    shape: { wholeRequest: true },
  },
  s: {
    set: (d, v) => {
      d.status ??= v;
    },
  },
  m: {
    set: (d, v) => {
      d.method = v;
    },
  },
  U: {
    set: (d, v) => {
      d.path ??= v;
    },
    shape: { opens: '/' },
  },
  q: {
    set: (d, v) => {
      d.query ??= v;
    },
    shape: { opens: '?' },
  },
  B: {
    set: (d, v) => {
      d.record.bytesOut = size(v);
    },
  },
  b: {
    set: (d, v) => {
      d.record.bytesOut = v === '-' ? 0 : size(v);
    },
    shape: { dashIsValue: true },
  },
  O: {
    set: (d, v) => {
      d.record.bytesOut ??= size(v);
    },
  },
  I: {
    set: (d, v) => {
      d.record.bytesIn = size(v);
    },
  },
  D: {
    set: (d, v) => {
      d.record.latencyMs = scaled(v, 1e-3);
    },
  },
  T: {
    set: (d, v) => {
      d.record.latencyMs ??= secondsToMs(v);
    },
  },
  v: {
    set: (d, v) => {
      d.record.host ??= v;
    },
  },
  V: {
    set: (d, v) => {
      d.record.host ??= v;
    },
  },
  L: {
    set: (d, v) => {
      d.record.requestId ??= v;
    },
  },
  t: { set: (d, v) => setTime(d, v, parseClfTime(v.replace(/^\[|\]$/g, ''))), shape: { spaces: 1 } },
};

/**
 * `letter` is the directive (`h`, `i`, `^FB`), `argument` the text in braces or null, `final` true for `%>s`.
 * Throws an Error for a `%{…}t` pattern that cannot be read back.
 */
export function apacheDirective(letter: string, argument: string | null, final: boolean): Variable {
  const name = argument === null ? letter : `${argument}_${letter}`;
  const variable = (set: Setter, shape: Partial<Variable> = {}): Variable => {
    return { name, spaces: 0, list: false, address: false, opens: '', set, ...shape };
  };
  if (letter === 't' && argument !== null) return timeVariable(argument, variable);
  if (letter === 's' && final)
    return variable((d, v) => {
      d.status = v;
    });
  if (argument === null) {
    const plain = Object.hasOwn(PLAIN, letter) ? PLAIN[letter] : undefined;
    if (plain !== undefined) return variable(plain.set, plain.shape);
    return variable((d, v) => {
      d.record.extra[letter] = v;
    });
  }
  return variable(named(letter, argument, name), /^x-forwarded-for$/i.test(argument) ? { list: true } : {});
}

function timeVariable(
  pattern: string,
  variable: (set: Setter, shape?: Partial<Variable>) => Variable,
): Variable {
  const compiled = compileTimePattern(pattern);
  return variable((d, v) => setTime(d, v, compiled.parse(v)), {
    spaces: compiled.spaces,
    timePattern: pattern,
  });
}

function named(letter: string, argument: string, name: string): Setter {
  switch (letter) {
    case 'i':
      return (d, v) => addHeader(d.record, argument, v);
    case 'C':
      return (d, v) => addCookies(d.record, `${argument}=${v.replaceAll(';', '%3B')}`);
    case 'o':
      return (d, v) => {
        d.record.extra[`sent_http_${argument.toLowerCase().replaceAll('-', '_')}`] = v;
      };
    case 'T':
      return argument === 'us' || argument === 'ms'
        ? (d, v) => {
            d.record.latencyMs = scaled(v, argument === 'us' ? 1e-3 : 1);
          }
        : (d, v) => {
            d.record.latencyMs ??= secondsToMs(v);
          };
    case 'a':
      return (d, v) => {
        d.record.extra.peer_address = v;
      };
    case 'e':
    case 'n':
    case 'x':
      return environment(argument);
    default:
      return (d, v) => {
        d.record.extra[name] = v;
      };
  }
}

function environment(argument: string): Setter {
  const claim = /^OIDC_CLAIM_(.+)$/.exec(argument)?.[1];
  if (claim !== undefined)
    return (d, v) => {
      d.record.claims[claim] = v;
    };
  switch (argument) {
    case 'UNIQUE_ID':
      return (d, v) => {
        d.record.requestId ??= v;
      };
    case 'REMOTE_USER':
      return (d, v) => {
        d.record.user ??= v;
      };
    case 'SSL_CLIENT_S_DN':
      return (d, v) => setCertificate(d.record, 'subject', v);
    case 'SSL_CLIENT_I_DN':
      return (d, v) => setCertificate(d.record, 'issuer', v);
    case 'SSL_CLIENT_M_SERIAL':
      return (d, v) => setCertificate(d.record, 'serial', v);
    case 'SSL_CLIENT_VERIFY':
      return (d, v) => {
        d.record.extra.ssl_client_verify = v;
      };
    default:
      return (d, v) => {
        d.record.extra[argument] = v;
      };
  }
}

function setTime(draft: Draft, value: string, at: number | null): void {
  draft.time = value;
  draft.at ??= at;
}

function scaled(value: string, factor: number): number | null {
  const n = size(value);
  return n === null ? null : n * factor;
}
