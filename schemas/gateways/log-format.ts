// Compiles an nginx `log_format` or an Apache `LogFormat` string into a line parser.
// Always holds: every variable of the string reaches the record; a bad string is refused when compiled, with a reason.
// Does not promise: to undo a format that drops information, such as two variables without a separator.

import { apacheDirective } from './apache-directives.ts';
import { finish, newDraft, reject } from './draft.ts';
import type { LineParser } from './gateway-format.ts';
import { compileJsonTemplate } from './json-template.ts';
import { checkPieces, type EscapeMode, matchTemplate, type Piece, type Variable } from './log-template.ts';
import { nginxVariable } from './nginx-variables.ts';
import { settle } from './settle.ts';

const MAX_FORMAT = 16_384;

/**
 * Takes the bare format string or the whole directive (`log_format main '…' '…';`, `LogFormat "…" name`).
 * Throws an Error that says what is wrong with the string.
 */
export function compileLogFormat(source: string): LineParser {
  if (source.length > MAX_FORMAT) throw new Error(`the log format is longer than ${MAX_FORMAT} characters`);
  const { body, mode, dialect } = readDirective(source);
  const pieces = dialect === 'nginx' ? nginxPieces(body) : apachePieces(body);
  if (!pieces.some((p) => p.kind === 'variable')) {
    throw new Error(
      'the log format has no variable; give the string of an nginx log_format or an Apache LogFormat',
    );
  }
  requireEssentials(pieces);
  if (/^\s*\{/.test(body)) return compileJsonTemplate(pieces, mode);
  checkPieces(pieces);
  return (line) => {
    const draft = newDraft();
    if (!matchTemplate(pieces, line, draft, mode)) {
      return reject('wrong-shape', 'the line does not match the log format that was given');
    }
    settle(draft);
    return finish(draft);
  };
}

interface Directive {
  body: string;
  mode: EscapeMode;
  dialect: 'nginx' | 'apache';
}

function readDirective(source: string): Directive {
  const text = source.trim();
  const nginx = /^log_format\s+[^\s'"]+\s+([\s\S]*)$/.exec(text);
  if (nginx !== null) return nginxDirective((nginx[1] as string).replace(/;\s*$/, ''));
  const apache = /^(?:LogFormat|CustomLog\s+\S+)\s+"((?:[^"\\]|\\.)*)"/.exec(text);
  if (apache !== null)
    return { body: unquoteApache(apache[1] as string), mode: 'default', dialect: 'apache' };
  const body = text.replaceAll('\\"', '"');
  if (/\$(?:[A-Za-z_]|\{[A-Za-z_])/.test(body)) {
    return { body, mode: /^\s*\{/.test(body) ? 'json' : 'default', dialect: 'nginx' };
  }
  return { body: unquoteApache(body), mode: 'default', dialect: 'apache' };
}

function nginxDirective(rest: string): Directive {
  const given = /^escape=(default|json|none)\s+/.exec(rest);
  const strings = rest.slice(given?.[0].length ?? 0);
  let body = '';
  for (const part of strings.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s'"]+)/g)) {
    body += (part[1] ?? part[2] ?? part[3] ?? '').replace(/\\(['"])/g, '$1');
  }
  return { body, mode: (given?.[1] ?? 'default') as EscapeMode, dialect: 'nginx' };
}

function unquoteApache(body: string): string {
  return body.replace(/\\(["\\tn])/g, (_, c: string) => (c === 't' ? '\t' : c === 'n' ? '' : c));
}

function nginxPieces(body: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const m of body.matchAll(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g)) {
    pushLiteral(pieces, body.slice(from, m.index));
    pushNginx(pieces, nginxVariable((m[1] ?? m[2]) as string));
    from = m.index + m[0].length;
  }
  pushLiteral(pieces, body.slice(from));
  return pieces;
}

/** `$is_args$args` is one value: nothing, or a question mark and the query. */
function pushNginx(pieces: Piece[], variable: Variable): void {
  const last = pieces.at(-1);
  const joined = last?.kind === 'variable' && last.variable.name === 'is_args';
  if (joined) pieces.pop();
  pieces.push({ kind: 'variable', variable: joined ? { ...variable, opens: '?' } : variable });
}

const APACHE_DIRECTIVE = /%(?:%|(!?\d{3}(?:,\d{3})*)?([<>])?(?:\{([^}]*)\})?([<>])?(\^[A-Z]{2}|[A-Za-z]))/g;

function apachePieces(body: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const m of body.matchAll(APACHE_DIRECTIVE)) {
    pushLiteral(pieces, body.slice(from, m.index));
    from = m.index + m[0].length;
    if (m[0] === '%%') pushLiteral(pieces, '%');
    else pushApache(pieces, m[5] as string, m[3] ?? null, (m[2] ?? m[4]) === '>');
  }
  pushLiteral(pieces, body.slice(from));
  return pieces;
}

/** Apache writes sub-second times as several `%{…}t` in a row; they are read as one. */
function pushApache(pieces: Piece[], letter: string, argument: string | null, final: boolean): void {
  if (letter === 't' && argument !== null && !isWholeTime(argument)) {
    const last = pieces.at(-1);
    const gap =
      last?.kind === 'literal' && /^[.,: T-]{1,2}$/.test(last.text)
        ? last.text
        : last?.kind === 'variable'
          ? ''
          : null;
    const before = gap === '' ? last : pieces.at(-2);
    if (gap !== null && before?.kind === 'variable' && before.variable.timePattern !== undefined) {
      const merged = before.variable.timePattern + gap + argument.replace(/^(begin|end):/, '');
      pieces.length -= gap === '' ? 1 : 2;
      pieces.push({ kind: 'variable', variable: apacheDirective('t', merged, false) });
      return;
    }
  }
  pieces.push({ kind: 'variable', variable: apacheDirective(letter, argument, final) });
}

function isWholeTime(argument: string): boolean {
  return /^(?:(?:begin|end):?)?(?:sec|msec|usec)?$/.test(argument);
}

function pushLiteral(pieces: Piece[], text: string): void {
  if (text === '') return;
  const last = pieces.at(-1);
  if (last?.kind === 'literal') last.text += text;
  else pieces.push({ kind: 'literal', text });
}

const ESSENTIALS: readonly { what: string; any: readonly string[] }[] = [
  {
    what: 'time ($time_iso8601, $time_local or $msec; %t)',
    any: ['time_local', 'time_iso8601', 'msec', 't'],
  },
  { what: 'status ($status; %>s)', any: ['status', 's'] },
  {
    what: 'request ($request; %r)',
    any: ['request', 'r', 'request_uri', 'uri', 'document_uri', 'U'],
  },
];

function requireEssentials(pieces: readonly Piece[]): void {
  const names = new Set<string>();
  for (const piece of pieces) {
    if (piece.kind === 'variable')
      names.add(piece.variable.timePattern === undefined ? piece.variable.name : 't');
  }
  for (const { what, any } of ESSENTIALS) {
    if (!any.some((n) => names.has(n)))
      throw new Error(`the log format has no ${what}, which every event needs`);
  }
}
