// Knows the shapes of JSON lines: what stands between their values. A line of a known shape needs no parser, for where its keys are
// the same bytes as those of a line that was parsed, it holds the same keys with other values.
// Always holds: a match compares every byte between values and checks every value: a text has no escape and only visible
// ASCII, a number neither exponent nor needless zero. So JSON.parse and strict-json.ts accept it too (property-tested).
// Bound: 16,384 steps over all shapes, 64 that may follow one another; what comes later is not learned.

import type { CallPart } from '../../../schemas/gateways/gateway-format.ts';
import { type Cursor, type Expected, expected } from '../../detect/read/cursor.ts';
import { type Leaf, MAX_LEAVES } from './leaves.ts';

/** What a value is for: a part of the call, or (null) a sign of the caller. */
type Use = CallPart | null;

interface Step {
  /** What stands before the value. */
  before: Expected;
  value: { quoted: boolean; use: Use } | null;
  next: Step[];
  /** Number of the shape that ends here, where `value` is null. */
  shape: number;
  text: string;
}

/** What a call's values say; those a line does not have are undefined. */
export type Parts = { [Part in Exclude<CallPart, 'nothing'>]: string | number | undefined };

/** A matched line; the next one overwrites it. */
export interface Match {
  parts: Parts;
  shape: number;
  /** Of the caller's values. */
  hash: number;
  /** Where the caller's values are in the cursor's memory: from and to in turn. */
  readonly places: Int32Array;
  /** How many numbers of `places` count. */
  count: number;
}

export interface Shapes {
  /** No more shapes are learned. */
  readonly full: boolean;
  /** Null when the line has no known shape. */
  match(cursor: Cursor): Match | null;
  /** `leaves` are those of the text, which JSON.parse and strict-json.ts have accepted. */
  learn(text: string, leaves: readonly Leaf[], useOf: (leaf: Leaf) => Use): void;
}

const MAX_STEPS = 16_384;
/** They are compared one after the other. */
const MAX_NEXT = 64;
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
  let shapes = 0;
  const match: Match = {
    parts: noParts(),
    shape: 0,
    hash: 0,
    places: new Int32Array(2 * MAX_LEAVES),
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
      match.shape = step.shape;
      return match;
    },
    learn(text, leaves, useOf) {
      let siblings = roots;
      let from = 0;
      for (const leaf of leaves) {
        const { quoted } = leaf;
        siblings = add(siblings, text.slice(from, leaf.from), { quoted, use: useOf(leaf) })?.next ?? [];
        from = leaf.to;
      }
      add(siblings, text.slice(from), null);
    },
  };

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
      shape: value === null ? ++shapes : 0,
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
    query: undefined,
    status: undefined,
    bytesIn: undefined,
    bytesOut: undefined,
    latency: undefined,
    requestId: undefined,
  };
}

/** Passes what stands before the next value. */
function following(steps: readonly Step[], cursor: Cursor): Step | undefined {
  for (const step of steps) if (cursor.passes(step.before)) return step;
  return undefined;
}

/** Passes the value and notes it; false when it is not of the plain kind. */
function readValue(cursor: Cursor, { quoted, use }: NonNullable<Step['value']>, match: Match): boolean {
  const { memory, at, end } = cursor;
  let to = at;
  if (use === null) {
    let { hash } = match;
    if (quoted) for (; VISIBLE[memory[to]!] === 1; to++) hash = (Math.imul(hash, 31) + memory[to]!) | 0;
    else to = numberEnd(memory, at);
    match.hash = Math.imul(hash ^ (to - at), 0x5bd1e995) ^ (hash >>> 13);
    match.places[match.count++] = at;
    match.places[match.count++] = to;
  } else {
    if (quoted) while (VISIBLE[memory[to]!] === 1) to++;
    else to = numberEnd(memory, at);
    if (use !== 'nothing') {
      const text = memory.latin1Slice(at, to);
      match.parts[use] = quoted ? text : Number(text);
    }
  }
  if (to > end || (quoted ? memory[to] !== QUOTE : to === at)) return false;
  cursor.at = to;
  return true;
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
