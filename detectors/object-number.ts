// Reads an object id as a number on a line, so that neighbouring ids have neighbouring numbers.
// Always holds: the number is a safe integer; ids of different form, prefix or suffix lie on different lines. Random ids (UUIDs)
// and words have no number. Does not promise the true alphabet: a mixed id is read as base 36, a long one as hex.

import { hash32 } from './hash.ts';

export interface ObjectNumber {
  value: number;
  /** Hash of what surrounds the number; only numbers of one line are comparable. */
  line: number;
}

const PREFIXED = /^(.*?[^0-9])?(\d{1,15})(@.{1,100}|\.[a-z]{2,5})?$/;
const HEX = /^[0-9a-f]{8,64}$/i;
const BASE36 = /^(?=.*\d)(?=.*[A-Za-z])(?:[0-9A-Z]{4,10}|[0-9a-z]{4,10})$/;
const LETTERS_THEN_DIGITS = /^[A-Za-z]{1,8}\d{2,15}$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const DATE = /^\d{4}-\d{2}(?:-\d{2})?$/;
/** Hex digits that still fit a safe integer. */
const HEX_TAIL = 12;

const scratch: ObjectNumber = { value: 0, line: 0 };

/** Null when the id has no number. The result is reused by the next call. */
export function objectNumber(id: string): ObjectNumber | null {
  const first = id.charCodeAt(0);
  if (first >= 48 && first <= 57 && id.length <= 15) {
    const value = decimal(id);
    if (value >= 0) return on(value, 1);
  }
  if (id.length > 128 || UUID.test(id) || DATE.test(id)) return null;
  if (HEX.test(id) && /[a-f]/i.test(id) && !LETTERS_THEN_DIGITS.test(id))
    return on(Number.parseInt(id.slice(-HEX_TAIL), 16), hash32(id.slice(0, -HEX_TAIL), 2));
  if (BASE36.test(id) && !LETTERS_THEN_DIGITS.test(id)) return on(Number.parseInt(id, 36), 3);
  const match = PREFIXED.exec(id);
  if (match === null) return null;
  return on(Number(match[2]), hash32(match[1] ?? '', hash32(match[3] ?? '', 4)));
}

function on(value: number, line: number): ObjectNumber {
  scratch.value = value;
  scratch.line = line;
  return scratch;
}

/** The number, or -1 when there is anything but digits. */
function decimal(id: string): number {
  let value = 0;
  for (let i = 0; i < id.length; i++) {
    const digit = id.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
