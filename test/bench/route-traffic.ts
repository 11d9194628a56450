// Seeded calls over an API description: Zipf over operations, lineages with favourites of their own, values by parameter name and type.
// Always holds: the same operations, seed and number of calls give the same calls. Does not promise the proportions of any real API.

export interface Operation {
  api: string;
  server: string;
  method: string;
  path: string;
  path_params: Record<string, ParameterInfo>;
}

export interface ParameterInfo {
  type?: string;
  format?: string;
  enum?: unknown[];
  pattern?: string;
  example?: unknown;
}

export interface TrafficCall {
  at: number;
  method: string;
  path: string;
  query: string;
  status: number;
  lineage: string;
  /** The description's template; null for a scanner's guess, which has none. */
  template: string | null;
}

const LINEAGES = 12;
const SCANNER_SHARE = 0.01;
/** A call every two seconds on average: 40,000 calls are most of a day. */
const GAP_MS = 2000;

/** mulberry32: a uniform number in [0, 1). */
export function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Random = () => number;

/** Draws ranks 0..n-1 with probability proportional to 1/(rank+1)^s. */
function createZipf(n: number, s: number): (random: Random) => number {
  const cumulative = new Float64Array(n);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    sum += (i + 1) ** -s;
    cumulative[i] = sum;
  }
  return (random) => {
    const x = random() * sum;
    let low = 0;
    let high = n - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! < x) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

function from(random: Random, alphabet: string, length: number): string {
  let out = '';
  for (let i = 0; i < length; i++) out += alphabet[Math.floor(random() * alphabet.length)];
  return out;
}

const HEX = '0123456789abcdef';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ONSETS = 'b br c ch d dr f g gr h j k kl l m n p pr r s st t tr v w z'.split(' ');
const VOWELS = 'a e i o u ai ea io ou'.split(' ');
const CODAS = ['', '', '', 'n', 'r', 's', 'l', 'm', 'x', 'ck', 'nd', 'rt'];

function word(random: Random, syllables = 1 + Math.floor(random() * 3)): string {
  let out = '';
  for (let i = 0; i < syllables; i++)
    out += pick(random, ONSETS) + pick(random, VOWELS) + pick(random, CODAS);
  return out;
}

function username(random: Random): string {
  const x = random();
  const name = word(random, 2);
  if (x < 0.55) return name;
  if (x < 0.75) return `${name}${1 + Math.floor(random() * 99)}`;
  if (x < 0.9) return `${name}-${word(random)}`;
  return `${name}${1960 + Math.floor(random() * 60)}`;
}

function slug(random: Random): string {
  const x = random();
  if (x < 0.4) return word(random, 2);
  if (x < 0.85) return `${word(random)}-${word(random)}`;
  return `${word(random)}-${word(random)}-${1 + Math.floor(random() * 9)}`;
}

function uuid(random: Random): string {
  const h = from(random, HEX, 32);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20)}`;
}

const integer = (random: Random): string => String(Math.floor(10 ** (2 + random() * 7)));

/** `^AC[0-9a-fA-F]{32}$` and the like: literal letters, then classes with counts. Null for anything richer. */
function fromPattern(pattern: string): ((random: Random) => string) | null {
  const match = /^\^([A-Za-z_]*)\[([\w\-\\]+)\]\{(\d+)(?:,(\d+))?\}\$$/.exec(pattern);
  if (match === null) return null;
  const [, prefix, set, least, most] = match;
  const alphabet = set === '0-9' ? '0123456789' : /^(0-9)?a-f(A-F)?(0-9)?$/.test(set!) ? HEX : BASE62;
  const length = most === undefined ? Number(least) : Number(least) + 2;
  return (random) => prefix + from(random, alphabet, length);
}

const COUNTRIES = 'US GB DE FR CA AU NL SE PL IT ES BR JP IN IE CH'.split(' ');

/** Chooses how values of a parameter look, from what the description says, then from its name. */
function generatorOf(name: string, info: ParameterInfo, random: Random): (random: Random) => string {
  if (info.enum !== undefined && info.enum.length > 0) {
    const values = info.enum.map(String);
    return (r) => pick(r, values);
  }
  if (info.type === 'integer' || info.type === 'number') return integer;
  const shaped = info.pattern === undefined ? null : fromPattern(info.pattern);
  if (shaped !== null) return shaped;
  if (info.format === 'uuid') return uuid;
  if (info.format === 'date')
    return (r) => `20${10 + Math.floor(r() * 16)}-0${1 + Math.floor(r() * 9)}-${10 + Math.floor(r() * 18)}`;
  const n = name.toLowerCase();
  const example =
    typeof info.example === 'string' || typeof info.example === 'number' ? String(info.example) : '';
  if (/^\d{2,}$/.test(example)) return integer;
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(example)) return uuid;
  if (n.includes('sha')) return (r) => from(r, HEX, 40);
  if (n.includes('email')) return (r) => `${word(r, 2)}@${word(r, 2)}.com`;
  if (n.includes('phone')) return (r) => `+1${from(r, '23456789', 1)}${from(r, '0123456789', 9)}`;
  if (n.includes('country')) return (r) => pick(r, COUNTRIES);
  if (n.includes('domain')) return (r) => `${slug(r)}.${pick(r, ['com', 'org', 'net', 'io'])}`;
  if (/(owner|user|login|identity|author|assignee|member)/.test(n) && !/(id|sid)$/.test(n)) return username;
  if (/(number|index)$/.test(n)) return integer;
  if (/(sid|_id|^id|id|uuid|token|code|hash|digest|fingerprint)$/.test(n)) {
    const x = random();
    if (x < 0.35) return uuid;
    if (x < 0.6) return (r) => from(r, HEX, 24);
    if (x < 0.85) return (r) => from(r, BASE62, 16);
    return integer;
  }
  return slug;
}

/** Values of one parameter: a pool, drawn from by Zipf; every lineage also has favourites. */
function createPool(
  name: string,
  info: ParameterInfo,
  random: Random,
): (random: Random, lineage: number) => string {
  const make = generatorOf(name, info, random);
  const size = info.enum !== undefined ? info.enum.length * 4 : Math.floor(10 ** (1.8 + random() * 1.9));
  const values = Array.from({ length: size }, () => make(random));
  const zipf = createZipf(size, 0.9);
  return (r, lineage) => {
    const rank = zipf(r);
    return values[r() < 0.6 ? (rank + lineage * 37) % size : rank]!;
  };
}

const STATUSES = [200, 200, 200, 200, 200, 200, 201, 204, 304];
const FAILURES = [404, 404, 404, 403, 401, 422, 429, 500];

export function createTraffic(o: {
  operations: readonly Operation[];
  seed: number;
  calls: number;
}): TrafficCall[] {
  const random = createRandom(o.seed);
  const operations = distinct(o.operations);
  for (let i = operations.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [operations[i], operations[j]] = [operations[j]!, operations[i]!];
  }
  const pools = new Map<string, (random: Random, lineage: number) => string>();
  const byRank = createZipf(operations.length, 0.9);
  const byActivity = createZipf(LINEAGES, 0.7);
  const out: TrafficCall[] = [];
  let at = Date.UTC(2025, 0, 1);
  for (let i = 0; i < o.calls; i++) {
    at += Math.floor(random() * 2 * GAP_MS);
    const lineage = byActivity(random);
    const name = `client:${lineage}`;
    if (random() < SCANNER_SHARE) {
      const path = `/${word(random)}/${from(random, BASE62.toLowerCase(), 6)}.php`;
      out.push({ at, method: 'GET', path, query: '', status: 404, lineage: 'scanner', template: null });
      continue;
    }
    const operation = operations[byRank(random)]!;
    const path = operation.path.replace(/\{([^}]*)\}/g, (_, parameter: string) => {
      let pool = pools.get(parameter);
      if (pool === undefined) {
        pool = createPool(parameter, operation.path_params[parameter] ?? {}, random);
        pools.set(parameter, pool);
      }
      return encodeURIComponent(pool(random, lineage))
        .replace('%2B', '+')
        .replace('%40', random() < 0.5 ? '@' : '%40');
    });
    const query =
      operation.method === 'GET' && random() < 0.4 ? `page=${1 + Math.floor(random() * 9)}&per_page=50` : '';
    const status = random() < 0.92 ? pick(random, STATUSES) : pick(random, FAILURES);
    out.push({ at, method: operation.method, path, query, status, lineage: name, template: operation.path });
  }
  return out;
}

/** Operations that look the same in a log (same method and path under the server's base path) count once. */
function distinct(operations: readonly Operation[]): Operation[] {
  const seen = new Set<string>();
  const out: Operation[] = [];
  for (const operation of operations) {
    const base = new URL(operation.server).pathname.replace(/\/$/, '');
    const path = base + operation.path.replace(/#.*$/, '');
    const key = `${operation.method} ${path}`;
    if (seen.has(key)) continue;
    seen.add(key);
    out.push({ ...operation, path });
  }
  return out;
}
