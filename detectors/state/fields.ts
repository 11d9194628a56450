// How a detector declares the numbers it keeps: name, type, size and meaning. The engine lays them out in fixed-size
// rows over typed arrays (layout.ts), so a new detector adds fields and reshapes nothing. Reading and writing them
// looks like an object: `state.evidence += 1`, `state.heads.set(i, id)`.

export type NumberType = 'f64' | 'f32' | 'u32' | 'u16' | 'u8';

/** Bytes of one number. */
export const SIZE: Readonly<Record<NumberType, number>> = { f64: 8, f32: 4, u32: 4, u16: 2, u8: 1 };
/** Largest integer of the types that saturate. */
export const LIMIT = { u32: 0xffffffff, u16: 0xffff, u8: 0xff } as const;

/** Integers saturate: negatives become 0, too much the maximum; storing cuts fractions and makes NaN 0. */
export function saturate(value: number, limit: number): number {
  return value >= limit ? limit : Math.max(value, 0);
}

export interface ScalarField {
  readonly type: NumberType;
  readonly length: 1;
  readonly doc: string;
}

export interface ArrayField {
  readonly type: NumberType;
  readonly length: number;
  readonly doc: string;
  readonly array: true;
}

export type Field = ScalarField | ArrayField;
export type StateFields = Readonly<Record<string, Field>>;

/** Fixed-length array of numbers inside a row. Out-of-range integers saturate at the type's limits. */
export interface NumberArray {
  readonly length: number;
  get(index: number): number;
  set(index: number, value: number): void;
  fill(value: number): void;
}

/** A row seen through its declaration. Scalars are number properties, arrays are NumberArray. */
export type StateView<S extends StateFields> = {
  -readonly [K in keyof S as S[K] extends ArrayField ? never : K]: number;
} & { readonly [K in keyof S as S[K] extends ArrayField ? K : never]: NumberArray };

const scalar =
  (type: NumberType) =>
  (doc: string): ScalarField => ({ type, length: 1, doc });
const array =
  (type: NumberType) =>
  (length: number, doc: string): ArrayField => ({ type, length, doc, array: true });

/** Scalars; integers saturate instead of wrapping. Times fit f64 (ms) or u32 (hours since the epoch). */
export const f64 = scalar('f64');
export const f32 = scalar('f32');
export const u32 = scalar('u32');
export const u16 = scalar('u16');
export const u8 = scalar('u8');
export const f64s = array('f64');
export const f32s = array('f32');
export const u32s = array('u32');
export const u16s = array('u16');
export const u8s = array('u8');
