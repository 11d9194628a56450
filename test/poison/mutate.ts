// Makes hostile lines out of good ones: each named mutation spoils a line in one way.
// Always holds: same seed, same lines; no mutation adds a line ending, so a line stays one line; a planted secret stays whole
// together with the name that says what it is, or is gone, so finding one in an output is a leak.
// Lines are Latin-1 strings: one character is one byte.

import type { Random } from '../scenarios/random.ts';

/** A stretch of a line; `kept` is a secret with its name, which mutations leave alone. */
export interface Stretch {
  text: string;
  kept: boolean;
}
export type Line = readonly Stretch[];

export type Mutation = (text: string, random: Random) => string;

/** Text before and after a secret that says what it is: a name, a scheme, separators. */
const BEFORE = 48;
const AFTER = 4;
/** What is not UTF-8: stray and missing continuation bytes, overlong forms, a surrogate, beyond Unicode. */
const NOT_UTF8 = [
  '\xff\xfe',
  '\x80',
  '\xc3',
  '\xc0\x80',
  '\xe0\x80\xaf',
  '\xed\xa0\x80',
  '\xf4\x90\x80\x80',
  '\xf0\x9f\x98',
];
const CONTROL = [
  '\0',
  '\\u0000',
  '\x01',
  '\x1b[2J',
  '\x7f',
  '\r',
  '\x08',
  '\xef\xbb\xbf',
  '\xe2\x80\xa8',
  '\\ud800',
  '\\',
  '\\x0',
];
const NUMBERS = [
  ...[
    '1e400',
    '-1e400',
    '99999999999999999999999999',
    '9007199254740993',
    '-0',
    '0x1F',
    '1e-400',
    'NaN',
    'Infinity',
  ],
  ...['-1', '0', '1.5', '00012', '253402300800000', '8640000000000001', '4294967296', '١٢'],
];
const VALUES = ['null', 'true', '[]', '{}', '""', '0', '[null]', '{"":""}', '"\\u0000"', '[[],{}]'];
const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', '', 'hasOwnProperty', 'length'];
const DEPTHS = [31, 32, 33, 64, 1_000, 20_000];
const SYNTAX = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '%',
  '%00',
  '%zz',
  '&',
  '=',
  ';',
  '/',
  '//',
  '..',
  '?',
  '#',
  ' ',
  '-',
  '\t',
];

const at = (text: string, random: Random) => random.int(0, text.length);
const put = (text: string, where: number, what: string, instead = 0) =>
  text.slice(0, where) + what + text.slice(where + instead);

/** One of the matches, replaced; the text as it is when there is none. */
function oneOf(
  text: string,
  pattern: RegExp,
  random: Random,
  replace: (match: RegExpMatchArray) => string,
): string {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return text;
  const match = random.pick(matches);
  return put(text, match.index, replace(match), match[0].length);
}

const JSON_VALUE = /(?<=":\s?)(?:"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null)/g;

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'bits flipped': (text, random) => {
    let out = text;
    for (let n = random.int(1, 8); n > 0 && out.length > 0; n--) {
      const where = random.int(0, out.length - 1);
      out = put(out, where, String.fromCharCode(out.charCodeAt(where) ^ (1 << random.int(0, 7))), 1);
    }
    return out;
  },
  'piece cut out': (text, random) => put(text, at(text, random), '', random.int(1, 40)),
  'piece doubled': (text, random) => {
    const from = at(text, random);
    return put(text, from, text.slice(from, from + random.int(1, 60)));
  },
  'syntax put in': (text, random) => put(text, at(text, random), random.pick(SYNTAX), random.int(0, 1)),
  'not UTF-8': (text, random) => put(text, at(text, random), random.pick(NOT_UTF8)),
  'control characters': (text, random) => put(text, at(text, random), random.pick(CONTROL)),
  'impossible numbers': (text, random) => oneOf(text, /\d+/g, random, () => random.pick(NUMBERS)),
  'other values': (text, random) => oneOf(text, JSON_VALUE, random, () => random.pick(VALUES)),
  'deep nesting': (text, random) => {
    const depth = random.pick(DEPTHS);
    const [open, close] = random.pick([
      ['[', ']'],
      ['{"a":', '}'],
      ['[{"a":', '}]'],
    ]) as [string, string];
    const nest = `${open.repeat(depth)}1${close.repeat(random.pick([depth, depth - 1]))}`;
    return text.startsWith('{')
      ? oneOf(text, JSON_VALUE, random, () => nest)
      : put(text, at(text, random), nest);
  },
  'duplicate keys': (text, random) =>
    oneOf(text, /"[\w.:-]+"(?=\s?:)/g, random, ([key]) => `${key}:${random.pick(VALUES)},${key}`),
  'unsafe keys': (text, random) =>
    oneOf(text, /[{,](?=")/g, random, ([start]) => `${start}"${random.pick(KEYS)}":${random.pick(VALUES)},`),
  'very long': (text, random) => {
    const from = at(text, random);
    const piece = text.slice(from, from + random.int(1, 40)) || 'x';
    // Past the limit of 1 MiB now and then: mostly lines that are still read.
    const bytes = random.next() < 0.02 ? 1_100_000 : random.int(1_000, 20_000);
    return put(text, from, piece.repeat(Math.ceil(bytes / piece.length)));
  },
};

/** Mutations of the line as a whole. */
export type LineMutation = (line: Line, o: { random: Random; other: Line }) => Line;

export const LINE_MUTATIONS: Readonly<Record<string, LineMutation>> = {
  'cut short': (line, { random }) => split(line, random).before,
  'two lines joined': (line, { random, other }) => [
    ...split(line, random).before,
    ...split(other, random).after,
  ],
  'nothing left': () => [],
  untouched: (line) => line,
};

/** Divides a line outside its kept stretches. */
function split(line: Line, random: Random): { before: Line; after: Line } {
  const free = line.flatMap(({ kept }, i) => (kept ? [] : [i]));
  const i = free.length === 0 ? line.length : random.pick(free);
  const text = line[i]?.text ?? '';
  const where = at(text, random);
  return {
    before: [...line.slice(0, i), { text: text.slice(0, where), kept: false }],
    after: [{ text: text.slice(where), kept: false }, ...line.slice(i + 1)],
  };
}

/** Applies a mutation to one of the stretches that may be changed, chosen by length. */
export function spoil(line: Line, mutation: Mutation, random: Random): Line {
  const free = line.filter(({ kept }) => !kept);
  let rest = random.next() * free.reduce((sum, { text }) => sum + text.length + 1, 0);
  const chosen = free.find(({ text }) => {
    rest -= text.length + 1;
    return rest < 0;
  });
  return line.map((stretch) =>
    stretch === chosen
      ? { kept: false, text: mutation(stretch.text, random).replaceAll('\n', ' ') }
      : stretch,
  );
}

/** A line as stretches: what is forbidden in an output, with its surroundings, is kept. */
export function lineOf(source: string, forbidden: readonly string[]): Line {
  const text = Buffer.from(source).toString('latin1');
  const spans = forbidden.flatMap((secret) => {
    const first = text.indexOf(secret);
    // One that stands in several places may be known as a secret in one of them only: all or nothing.
    return first === -1 ? [] : [[first - BEFORE, text.lastIndexOf(secret) + secret.length + AFTER] as const];
  });
  spans.sort(([a], [b]) => a - b);
  const line: Stretch[] = [];
  let done = 0;
  for (const [from, to] of spans) {
    if (from > done) line.push({ text: text.slice(done, from), kept: false });
    if (to > done) line.push({ text: text.slice(Math.max(done, from), to), kept: true });
    done = Math.max(done, to);
  }
  line.push({ text: text.slice(done), kept: false });
  return line;
}

export const bytesOf = (line: Line): Buffer => Buffer.from(line.map(({ text }) => text).join(''), 'latin1');
