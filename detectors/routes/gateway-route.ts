// Normalises the route a gateway logged (`/users/:id`, `/users/<id>`, `~/users/(?<id>\d+)$`, `ANY /{proxy+}`) to segments with `{name}`.
// Always holds: never throws; an unusable value gives null and the route is then learned from traffic.
// Does not promise to understand every regular expression: a segment with unnamed pattern syntax becomes `{id}`.

export interface GatewayRoute {
  /** Segments before any greedy tail; parameters as `{name}`. */
  segments: string[];
  /** The template as shown, null when the route only says how the path begins. */
  template: string | null;
  /** The route ends in a wildcard (`/{proxy+}`, `/*`) or may be a prefix: what follows must be learned. */
  open: boolean;
}

const MAX_ROUTE = 1024;

/** Reads one logged route. Called once per distinct value, so clarity comes before speed. */
export function readGatewayRoute(logged: string): GatewayRoute | null {
  let text = logged.trim();
  if (text.length === 0 || text.length > MAX_ROUTE) return null;
  // `GET /users/{id}`, `ANY /{proxy+}` (AWS route key); `$default` says nothing.
  const method = /^[A-Z]{3,7} +(?=\/)/.exec(text);
  if (method !== null) text = text.slice(method[0].length);
  if (text.startsWith('~')) text = text.slice(1).trim();
  text = text.replace(/^\^/, '').replace(/\$$/, '');
  if (!text.startsWith('/')) return null;
  const segments: string[] = [];
  let open = false;
  for (const part of splitSegments(text)) {
    if (part === '') continue;
    if (open) return { segments, template: null, open };
    const segment = segmentOf(part);
    if (segment === null) open = true;
    else segments.push(segment);
  }
  const template = open ? null : `/${segments.join('/')}`;
  return { segments, template, open };
}

/** Splits at slashes outside of brackets: a regular expression may hold one. */
function splitSegments(text: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let current = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '\\' && i + 1 < text.length) {
      current +=
        text[i + 1] === '/' || text[i + 1] === '.' || text[i + 1] === '-' ? text[i + 1] : c + text[i + 1];
      i++;
      continue;
    }
    if (c === '(' || c === '[' || c === '{') depth++;
    else if ((c === ')' || c === ']' || c === '}') && depth > 0) depth--;
    if (c === '/' && depth === 0) {
      out.push(current);
      current = '';
    } else current += c;
  }
  out.push(current);
  return out;
}

/** One segment in `{name}` style; null for a wildcard over the rest of the path. */
function segmentOf(part: string): string | null {
  if (
    part === '*' ||
    part === '**' ||
    part === '.*' ||
    part === '(.*)' ||
    part === '.+' ||
    /^\(\?:?.*\.\*\)\??$/.test(part)
  )
    return null;
  if (/^\{(\*+\w*|[^{}:]*[+*]|[^{}:]*:path|[^{}:]*:\.[*+])\}$/.test(part)) return null; // {proxy+}, {*rest}, {rest:path}, {rest:.*}
  if (/^\*+\w*$/.test(part)) return null; // *rest
  const capture = /\(\?P?<([A-Za-z_]\w*)>/.exec(part);
  if (capture !== null) return withAffixes(part, capture[1]!);
  const typed = /^<(?:(path):|[a-z]+(?:\([^)]*\))?:)?([A-Za-z_]\w*)>$/.exec(part);
  if (typed !== null) return typed[1] === 'path' ? null : `{${typed[2]}}`;
  const colon = /^:([A-Za-z_]\w*)(\(.*\))?\??$/.exec(part);
  if (colon !== null) return `{${colon[1]}}`;
  const braces = /^\{([A-Za-z_$][\w.$-]*)(:.*|\?)?\}$/.exec(part);
  if (braces !== null) return `{${braces[1]}}`;
  return /[()[\]|+*?^$\\]/.test(part) ? (/^[^()[\]|+*^$\\]+\(\{\w+\}\)$/.test(part) ? part : '{id}') : part;
}

/** `(?<id>[^/.]+)\.json` keeps its suffix: `{id}.json`. */
function withAffixes(part: string, name: string): string {
  const open = part.indexOf('(?');
  const close = part.lastIndexOf(')');
  const before = part.slice(0, open);
  const after = part.slice(close + 1).replace(/[?*+$]+$/, '');
  return /^[\w.-]*$/.test(before) && /^[\w.:-]*$/.test(after) ? `${before}{${name}}${after}` : `{${name}}`;
}
