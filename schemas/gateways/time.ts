// Reads every notation of time the gateways write, without a clock.
// Always holds: results are whole milliseconds since the epoch, between 1990 and 2100; anything else is null.
// Does not promise: a zone that was not logged. A time without a zone is taken as UTC.

const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** Common log time as Apache and nginx write it: `29/Sep/2021:14:11:34 +0200`, 26 characters. */
export function parseClfTime(text: string): number | null {
  if (text.length < 20 || text[2] !== '/' || text[6] !== '/' || text[11] !== ':') return null;
  if (text[14] !== ':' || text[17] !== ':') return null;
  const at = civil({
    year: digits(text, 7, 4),
    month: monthNumber(text.slice(3, 6)),
    day: digits(text, 0, 2),
    hour: digits(text, 12, 2),
    minute: digits(text, 15, 2),
    second: digits(text, 18, 2),
  });
  if (at === null) return null;
  const rest = text.slice(20);
  if (rest === '') return within(at);
  const fraction = leadingFraction(rest);
  const zone = zoneOffset(rest.slice(fraction.length).trim());
  return zone === null ? null : within(at + fraction.ms - zone);
}

/** ISO 8601 / RFC 3339 with `T` or a space, any number of fraction digits, zone optional. */
export function parseIsoTime(text: string): number | null {
  if (text.length < 19 || text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':')
    return null;
  if (text[10] !== 'T' && text[10] !== ' ' && text[10] !== 't') return null;
  const at = civil({
    year: digits(text, 0, 4),
    month: digits(text, 5, 2),
    day: digits(text, 8, 2),
    hour: digits(text, 11, 2),
    minute: digits(text, 14, 2),
    second: digits(text, 17, 2),
  });
  if (at === null) return null;
  const rest = text.slice(19);
  const fraction = leadingFraction(rest);
  const zone = zoneOffset(rest.slice(fraction.length).trim());
  return zone === null ? null : within(at + fraction.ms - zone);
}

/** Epoch seconds, milliseconds, microseconds or nanoseconds, told apart by magnitude. */
export function parseEpoch(value: number): number | null {
  if (!Number.isFinite(value) || value <= 0) return null;
  if (value < 1e11) return within(Math.round(value * 1000));
  if (value < 1e14) return within(Math.floor(value));
  if (value < 1e17) return within(Math.floor(value / 1e3));
  return within(Math.floor(value / 1e6));
}

/** Any of the notations above. Takes what JSON can hold. */
export function parseTime(value: unknown): number | null {
  if (typeof value === 'number') return parseEpoch(value);
  if (typeof value !== 'string' || value.length > 64) return null;
  const text = value.trim();
  if (/^\d{9,19}(\.\d+)?$/.test(text)) return parseEpoch(Number(text));
  return parseIsoTime(text) ?? parseClfTime(text);
}

export interface TimePattern {
  /** How many spaces a value of this pattern holds, so that a scanner knows where it ends. */
  spaces: number;
  parse(text: string): number | null;
}

const PATTERN_LETTERS: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  R: '%H:%M',
  D: '%m/%d/%y',
  c: '%a %b %e %H:%M:%S %Y',
};

/**
 * Compiles a strftime pattern as Apache's `%{…}t` takes it, including its own `sec`, `msec`, `usec`,
 * `msec_frac` and `usec_frac` and the `begin:` / `end:` prefixes.
 * Throws an Error naming the letter when the pattern holds one that cannot be read back.
 */
export function compileTimePattern(pattern: string): TimePattern {
  const body = pattern.replace(/^(begin|end):?/, '');
  if (body === '') return { spaces: 1, parse: (text) => parseClfTime(text.replace(/^\[|\]$/g, '')) };
  if (body === 'sec' || body === 'msec' || body === 'usec') {
    return { spaces: 0, parse: (text) => (/^\d{1,19}$/.test(text) ? parseEpoch(Number(text)) : null) };
  }
  const steps = patternSteps(body);
  const spaces = steps.filter((s) => s === ' ').length;
  return { spaces, parse: (text) => readSteps(steps, text) };
}

function patternSteps(body: string): string[] {
  let expanded = body.replace(/msec_frac/g, '%3').replace(/usec_frac/g, '%6');
  expanded = expanded.replace(/%([FTRDc])/g, (_, letter: string) => PATTERN_LETTERS[letter] ?? '');
  const steps: string[] = [];
  for (let i = 0; i < expanded.length; i++) {
    if (expanded[i] !== '%') {
      steps.push(expanded[i] as string);
      continue;
    }
    const letter = expanded[++i] ?? '';
    if (!'YmdeHMSbBhzyZsaAj36'.includes(letter)) {
      throw new Error(`the time pattern uses %${letter}, which cannot be read back; use %Y-%m-%dT%H:%M:%S%z`);
    }
    steps.push(`%${letter}`);
  }
  return steps;
}

interface Civil {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

function readSteps(steps: readonly string[], text: string): number | null {
  const t: Civil = { year: Number.NaN, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  const extra: Extra = { zone: 0, fraction: 0, epoch: null };
  let i = 0;
  for (const step of steps) {
    if (step.length === 1) {
      if (text[i] !== step) return null;
      i++;
      continue;
    }
    const end = fieldEnd(text, i, step);
    if (end < i) return null;
    if (!takeField(step, text.slice(i, end), t, extra)) return null;
    i = end;
  }
  if (i !== text.length || extra.zone === null) return null;
  if (extra.epoch !== null) return parseEpoch(extra.epoch);
  const at = civil(t);
  return at === null ? null : within(at + Math.floor(extra.fraction) - extra.zone);
}

const FIELD_WIDTH: Readonly<Record<string, number>> = {
  '%Y': 4,
  '%j': 3,
  '%b': 3,
  '%h': 3,
  '%a': 3,
  '%3': 3,
  '%6': 6,
};

function fieldEnd(text: string, from: number, step: string): number {
  if (step === '%z' || step === '%Z') return runEnd(text, from, /[A-Za-z0-9+:-]/);
  if (step === '%B' || step === '%A') return runEnd(text, from, /[A-Za-z]/);
  if (step === '%s') return runEnd(text, from, /\d/);
  const end = from + (FIELD_WIDTH[step] ?? 2);
  return end <= text.length ? end : -1;
}

function runEnd(text: string, from: number, allowed: RegExp): number {
  let i = from;
  while (i < text.length && i - from < 24 && allowed.test(text[i] as string)) i++;
  return i > from ? i : -1;
}

type Extra = { zone: number | null; fraction: number; epoch: number | null };

const NUMERIC: Readonly<Record<string, (n: number, t: Civil, extra: Extra) => void>> = {
  '%Y': (n, t) => {
    t.year = n;
  },
  '%y': (n, t) => {
    t.year = 2000 + n;
  },
  '%m': (n, t) => {
    t.month = n;
  },
  '%d': (n, t) => {
    t.day = n;
  },
  '%e': (n, t) => {
    t.day = n;
  },
  '%H': (n, t) => {
    t.hour = n;
  },
  '%M': (n, t) => {
    t.minute = n;
  },
  '%S': (n, t) => {
    t.second = n;
  },
  '%3': (n, _, extra) => {
    extra.fraction = n;
  },
  '%6': (n, _, extra) => {
    extra.fraction = n / 1000;
  },
  '%s': (n, _, extra) => {
    extra.epoch = n;
  },
};

/** Stores one field of a pattern; false when the text is not what the letter stands for. */
function takeField(step: string, value: string, t: Civil, extra: Extra): boolean {
  const set = NUMERIC[step];
  if (set !== undefined) {
    const digitsOnly = value.trim();
    if (!/^\d+$/.test(digitsOnly)) return false;
    set(Number(digitsOnly), t, extra);
    return true;
  }
  if (step === '%b' || step === '%h' || step === '%B') {
    t.month = monthNumber(value.slice(0, 3));
    return t.month > 0;
  }
  if (step === '%z' || step === '%Z') {
    extra.zone = zoneOffset(value);
    return extra.zone !== null;
  }
  return true;
}

function monthNumber(name: string): number {
  const at = MONTHS.indexOf(name);
  return at >= 0 && at % 3 === 0 && name.length === 3 ? at / 3 + 1 : Number.NaN;
}

function digits(text: string, from: number, count: number): number {
  let n = 0;
  for (let i = from; i < from + count; i++) {
    const c = text.charCodeAt(i) - 48;
    if (!(c >= 0 && c <= 9)) return Number.NaN;
    n = n * 10 + c;
  }
  return n;
}

/** Rejects 31 February and 25 o'clock; a leap second counts as the second after it. */
function civil(t: Civil): number | null {
  if (!(t.month >= 1 && t.month <= 12 && t.hour <= 23 && t.minute <= 59 && t.second <= 60)) return null;
  if (!(t.day >= 1 && t.day <= 31 && t.year >= 1000)) return null;
  const midnight = Date.UTC(t.year, t.month - 1, t.day);
  if (new Date(midnight).getUTCDate() !== t.day) return null;
  return midnight + ((t.hour * 60 + t.minute) * 60 + t.second) * 1000;
}

function leadingFraction(text: string): { ms: number; length: number } {
  if (text[0] !== '.' && text[0] !== ',') return { ms: 0, length: 0 };
  let i = 1;
  while (i < text.length && i < 16 && text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57) i++;
  return { ms: Number(text.slice(1, Math.min(i, 4)).padEnd(3, '0')), length: i };
}

function zoneOffset(zone: string): number | null {
  if (zone === '' || zone === 'Z' || zone === 'z' || zone === 'UTC' || zone === 'GMT') return 0;
  const m = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (m === null) return null;
  const minutes = Number(m[2]) * 60 + Number(m[3] ?? 0);
  if (minutes > 14 * 60) return null;
  return (m[1] === '-' ? -minutes : minutes) * 60_000;
}

function within(at: number): number | null {
  return at >= EARLIEST && at < LATEST ? at : null;
}
