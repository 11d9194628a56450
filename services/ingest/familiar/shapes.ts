// Knows the shapes of JSON lines: what stands between their values. A line of a known shape needs no parser, for where its keys are
// the same bytes as those of a line that was parsed, it holds the same keys with other values.
// Always holds: a match compares every byte between values and checks every value: a text has no escape and only visible
// ASCII, a number neither exponent nor needless zero. So JSON.parse and strict-json.ts accept it too (property-tested).
// Bound: 16,384 steps over all shapes, 64 that may follow one another; what comes later is not learned.

import type { CallPart } from '../../../schemas/gateways/gateway-format.ts';
import { type Cursor, type Expected, expected } from '../read/cursor.ts';
import { type Leaf, MAX_LEAVES } from './leaves.ts';

/** What a value is for: a part of the call, or (null) a sign of the caller. */
type Use = CallPart | null;

interface Value {
  quoted: boolean;
  use: Use;
  usual: Usual | null;
}

/** The value that lines mostly have here, so that it is compared instead of read. Never replaced, only given up. */
export interface Usual {
  text: string;
  /** The value and its closing quote. */
  bytes: Expected;
  hash: number;
  /** Lines that had it, and others. */
  met: number;
  missed: number;
}

interface Step {
  /** What stands before the value. */
  before: Expected;
  value: Value | null;
  next: Step[];
  /** What ends here, where `value` is null. */
  ends: Ending;
  text: string;
}

interface Ending {
  layout: number;
  hasQuery: boolean;
}

/** What a call's values say; those a line does not have are undefined. */
export type Parts = { [Part in Exclude<CallPart, 'nothing' | 'query'>]: string | number | undefined };

/** A matched line; the next one overwrites it. */
export interface Match {
  parts: Parts;
  /** Number of the layout. Lines of one layout have the same members and words, those aside that are for the query or nothing. */
  layout: number;
  /** The line has members of the query. */
  hasQuery: boolean;
  /** Of the caller's values. */
  hash: number;
  /** Where the caller's values are in the cursor's memory. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** The usual value of the place, where the line has it. */
  readonly usual: (Usual | null)[];
  /** How many values the caller has. */
  count: number;
}

export interface LearnOptions {
  useOf(leaf: Leaf): Use;
  /** Whether the value may be kept. */
  mayKeep(value: string): boolean;
}

export interface Shapes {
  /** No more shapes are learned. */
  readonly full: boolean;
  /** Null when the line has no known shape. */
  match(cursor: Cursor): Match | null;
  /** `leaves` are those of the text, which JSON.parse and strict-json.ts have accepted. */
  learn(text: string, leaves: readonly Leaf[], o: LearnOptions): void;
}

const MAX_STEPS = 16_384;
/** They are compared one after the other. */
const MAX_NEXT = 64;
/** Times a usual value may be missed more often than met. */
const PATIENCE = 16;
const QUOTE = 34;
const MINUS = 45;
const POINT = 46;
/** Bytes that may stand in a text as they are. */
const VISIBLE = Uint8Array.from({ length: 256 }, (_, c) =>
  c >= 0x20 && c < 0x7f && c !== QUOTE && c !== 92 ? 1 : 0,
);

export function createShapes(): Shapes {
  const roots: Step[] = [];
  let steps = 0;
  const layouts = new Map<string, number>();
  const match: Match = {
    parts: noParts(),
    layout: 0,
    hasQuery: false,
    hash: 0,
    from: new Int32Array(MAX_LEAVES),
    to: new Int32Array(MAX_LEAVES),
    usual: new Array(MAX_LEAVES).fill(null),
    count: 0,
  };

  return {
    get full() {
      return steps >= MAX_STEPS;
    },
    match(cursor) {
      match.parts = noParts();
      match.hash = 0;
      match.count = 0;
      let step = following(roots, cursor);
      while (step !== undefined && step.value !== null) {
        if (!readValue(cursor, step.value, match)) return null;
        step = following(step.next, cursor);
      }
      if (step === undefined || cursor.at !== cursor.end) return null;
      match.layout = step.ends.layout;
      match.hasQuery = step.ends.hasQuery;
      return match;
    },
    learn(text, leaves, { useOf, mayKeep }) {
      const used = leaves.map((leaf) => ({ ...leaf, use: useOf(leaf) }));
      const own = used.filter(({ use }) => use !== 'query' && use !== 'nothing');
      const layout = own.map(({ path, kind, use, from, to }) => [
        path,
        kind,
        use,
        kind === 'word' ? text.slice(from, to) : '',
      ]);
      let siblings = roots;
      let from = 0;
      for (const leaf of used) {
        const { kind, use } = leaf;
        if (kind === 'word') continue;
        const value = text.slice(leaf.from, leaf.to);
        const usual = kind === 'text' && use === null && mayKeep(value) ? usualOf(value) : null;
        siblings =
          add(siblings, text.slice(from, leaf.from), { quoted: kind === 'text', use, usual })?.next ?? [];
        from = leaf.to;
      }
      const end = add(siblings, text.slice(from), null);
      if (end !== undefined)
        end.ends = {
          layout: numberOf(JSON.stringify(layout)),
          hasQuery: used.some(({ use }) => use === 'query'),
        };
    },
  };

  function numberOf(layout: string): number {
    const known = layouts.get(layout) ?? layouts.size + 1;
    layouts.set(layout, known);
    return known;
  }

  /** Undefined when there is no room. What is added after that hangs nowhere. */
  function add(siblings: Step[], text: string, value: Step['value']): Step | undefined {
    const known = siblings.find(
      (step) => step.text === text && step.value?.quoted === value?.quoted && step.value?.use === value?.use,
    );
    if (known !== undefined || steps >= MAX_STEPS || siblings.length >= MAX_NEXT) return known;
    steps++;
    const step: Step = {
      before: expected(text),
      value,
      next: [],
      ends: { layout: 0, hasQuery: false },
      text,
    };
    siblings.push(step);
    // The longer first: `,"a":"` also begins with `,"a":`, before a number.
    siblings.sort((a, b) => b.text.length - a.text.length);
    return step;
  }
}

function noParts(): Parts {
  return {
    time: undefined,
    method: undefined,
    target: undefined,
    status: undefined,
    bytesIn: undefined,
    bytesOut: undefined,
    latency: undefined,
    requestId: undefined,
    route: undefined,
  };
}

/** Passes what stands before the next value. */
function following(steps: readonly Step[], cursor: Cursor): Step | undefined {
  for (const step of steps) if (cursor.passes(step.before)) return step;
  return undefined;
}

function usualOf(text: string): Usual {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return { text, bytes: expected(`${text}"`), hash, met: 0, missed: 0 };
}

/** Passes the value and notes it; false when it is not of the plain kind. */
function readValue(cursor: Cursor, value: Value, match: Match): boolean {
  if (!value.quoted) return readNumber(cursor, value.use, match);
  const { usual } = value;
  if (usual !== null && cursor.comes(usual.bytes)) {
    usual.met++;
    note(match, value.use, usual.text, usual.hash, cursor, cursor.at + usual.text.length, usual);
    return true;
  }
  if (usual !== null && ++usual.missed > usual.met + PATIENCE) value.usual = null;
  return readText(cursor, value.use, match);
}

function readText(cursor: Cursor, use: Use, match: Match): boolean {
  const { memory, at } = cursor;
  let to = at;
  let hash = 0;
  for (let c = memory[to]!; VISIBLE[c] === 1; c = memory[++to]!) hash = (Math.imul(hash, 31) + c) | 0;
  if (memory[to] !== QUOTE || to >= cursor.end) return false;
  const text = use === null || use === 'nothing' || use === 'query' ? '' : memory.latin1Slice(at, to);
  note(match, use, text, hash, cursor, to, null);
  return true;
}

function readNumber(cursor: Cursor, use: Use, match: Match): boolean {
  const { memory, at } = cursor;
  const to = numberEnd(memory, at);
  if (to === at || to > cursor.end) return false;
  // Fifteen digits are a whole number that a double holds; longer ones, signs and fractions are rare.
  let number = 0;
  let c = memory[at]!;
  let k = at;
  for (; k < to && isDigit(c); c = memory[++k]!) number = number * 10 + c - 48;
  if (k < to || to - at > 15) number = Number(memory.latin1Slice(at, to));
  note(match, use, number, number | 0, cursor, to, null);
  return true;
}

/** Takes down a value that ends at `to`, and passes it. */
function note(
  match: Match,
  use: Use,
  value: string | number,
  hash: number,
  cursor: Cursor,
  to: number,
  usual: Usual | null,
): void {
  if (use === null) {
    const { count } = match;
    match.hash = Math.imul(match.hash ^ hash, 0x5bd1e995) + count;
    match.hash ^= match.hash >>> 13;
    match.from[count] = cursor.at;
    match.to[count] = to;
    match.usual[count] = usual;
    match.count = count + 1;
  } else if (use === 'route') match.parts.route = `${match.parts.route ?? ''}${value}\n`;
  else if (use !== 'nothing' && use !== 'query') match.parts[use] = value;
  cursor.at = to;
}

/** After a number without exponent; `at` when there is none. */
function numberEnd(memory: Uint8Array, at: number): number {
  const first = memory[at] === MINUS ? at + 1 : at;
  let to = first;
  while (isDigit(memory[to]!)) to++;
  if (to === first || (memory[first] === 48 && to > first + 1)) return at;
  if (memory[to] !== POINT) return to;
  const point = to++;
  while (isDigit(memory[to]!)) to++;
  return to === point + 1 ? at : to;
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}
