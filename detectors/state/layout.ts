// Lays declared fields out in one fixed-size row and binds views to them.
// Always holds: fields are aligned and never overlap; the same declarations give the same layout and digest; a view
// reads and writes only its own fields. Does not promise compatibility between layouts: the digest tells them apart.

import { hash128 } from '../hash.ts';
import {
  type Field,
  LIMIT,
  type NumberArray,
  type NumberType,
  SIZE,
  type StateFields,
  type StateView,
  saturate,
} from './fields.ts';
import type { Cursor } from './slab.ts';
import type { FieldPlace } from './translate.ts';

/** The fields one part of the engine (the baseline, or a detector by id) keeps in a row. */
export interface Declaration {
  readonly owner: string;
  readonly fields: StateFields;
}

export interface Layout {
  /** Row size, a multiple of 8. */
  readonly bytes: number;
  /** 32 hex digits over owners, names, types and lengths. */
  readonly digest: string;
  /** Where each field is. */
  readonly fields: readonly FieldPlace[];
  /** First byte of `owner.field` within the row. */
  offset(owner: string, field: string): number;
  /** A view of one owner's fields in the row under the cursor. */
  view<S extends StateFields>(owner: string, fields: S, cursor: Cursor): StateView<S>;
}

/** Sorts all fields by element size so that alignment costs no padding. Throws on an owner declared twice. */
export function compileLayout(declarations: readonly Declaration[]): Layout {
  const placed = declarations.flatMap(({ owner, fields }) =>
    Object.entries(fields).map(([name, field]) => ({ key: `${owner}.${name}`, field })),
  );
  // By element size against padding; scalars together, since they are read on every event and arrays are not.
  const isArray = ({ field }: { field: Field }): number => ('array' in field ? 1 : 0);
  placed.sort(
    (a, b) => SIZE[b.field.type] - SIZE[a.field.type] || isArray(a) - isArray(b) || (a.key < b.key ? -1 : 1),
  );
  const offsets = new Map<string, number>();
  let bytes = 0;
  for (const { key, field } of placed) {
    if (offsets.has(key)) throw new Error(`state field ${key} is declared twice`);
    offsets.set(key, bytes);
    bytes += SIZE[field.type] * field.length;
  }
  bytes = Math.max(8, (bytes + 7) & ~7);
  const offset = (owner: string, name: string): number => {
    const at = offsets.get(`${owner}.${name}`);
    if (at === undefined) throw new Error(`state field ${owner}.${name} is not declared`);
    return at;
  };
  return {
    bytes,
    digest: hash128(placed.map(({ key, field }) => `${key}:${field.type}*${field.length}`).join(',')),
    fields: placed.map(({ key, field: { type, length } }) => ({ key, type, length, at: offsets.get(key)! })),
    offset,
    view<S extends StateFields>(owner: string, fields: S, cursor: Cursor): StateView<S> {
      // On a prototype of its own: V8 looks accessors up by hash when two objects have some of the same name but other functions.
      const accessors = {};
      for (const [name, field] of Object.entries(fields))
        Object.defineProperty(accessors, name, property(field, cursor, offset(owner, name)));
      return Object.create(accessors) as StateView<S>;
    },
  };
}

function property(field: Field, cursor: Cursor, offset: number): PropertyDescriptor {
  if ('array' in field)
    return { value: createArray(field.type, field.length, cursor, offset), enumerable: true };
  return { ...scalar(field.type, cursor, offset), enumerable: true };
}

function scalar(type: NumberType, c: Cursor, o: number): { get(): number; set(value: number): void } {
  switch (type) {
    case 'f64':
      return {
        get: () => c.f64[(c.base + o) >>> 3]!,
        set: (v) => {
          c.f64[(c.base + o) >>> 3] = v;
        },
      };
    case 'f32':
      return {
        get: () => c.f32[(c.base + o) >>> 2]!,
        set: (v) => {
          c.f32[(c.base + o) >>> 2] = v;
        },
      };
    case 'u32':
      return {
        get: () => c.u32[(c.base + o) >>> 2]!,
        set: (v) => {
          c.u32[(c.base + o) >>> 2] = saturate(v, LIMIT.u32);
        },
      };
    case 'u16':
      return {
        get: () => c.u16[(c.base + o) >>> 1]!,
        set: (v) => {
          c.u16[(c.base + o) >>> 1] = saturate(v, LIMIT.u16);
        },
      };
    case 'u8':
      return {
        get: () => c.u8[c.base + o]!,
        set: (v) => {
          c.u8[c.base + o] = saturate(v, LIMIT.u8);
        },
      };
  }
}

/** Throws RangeError for an index outside the array, so that a detector cannot reach its neighbour's fields. */
function createArray(type: NumberType, length: number, cursor: Cursor, offset: number): NumberArray {
  const { get, set } = element(type, length, cursor, offset);
  return {
    length,
    get,
    set,
    fill(value) {
      for (let i = 0; i < length; i++) set(i, value);
    },
  };
}

function outside(index: number, length: number): never {
  throw new RangeError(`index ${index} is outside a state array of ${length}`);
}

/** One pair of functions per type, each with the check in it: a call less, and no look-up by type name on each access. */
function element(type: NumberType, n: number, c: Cursor, o: number): Pick<NumberArray, 'get' | 'set'> {
  switch (type) {
    case 'f64':
      return {
        get: (i) => (i >>> 0 === i && i < n ? c.f64[((c.base + o) >>> 3) + i]! : outside(i, n)),
        set: (i, v) => {
          if (i >>> 0 !== i || i >= n) outside(i, n);
          c.f64[((c.base + o) >>> 3) + i] = v;
        },
      };
    case 'f32':
      return {
        get: (i) => (i >>> 0 === i && i < n ? c.f32[((c.base + o) >>> 2) + i]! : outside(i, n)),
        set: (i, v) => {
          if (i >>> 0 !== i || i >= n) outside(i, n);
          c.f32[((c.base + o) >>> 2) + i] = v;
        },
      };
    case 'u32':
      return {
        get: (i) => (i >>> 0 === i && i < n ? c.u32[((c.base + o) >>> 2) + i]! : outside(i, n)),
        set: (i, v) => {
          if (i >>> 0 !== i || i >= n) outside(i, n);
          c.u32[((c.base + o) >>> 2) + i] = saturate(v, LIMIT.u32);
        },
      };
    case 'u16':
      return {
        get: (i) => (i >>> 0 === i && i < n ? c.u16[((c.base + o) >>> 1) + i]! : outside(i, n)),
        set: (i, v) => {
          if (i >>> 0 !== i || i >= n) outside(i, n);
          c.u16[((c.base + o) >>> 1) + i] = saturate(v, LIMIT.u16);
        },
      };
    case 'u8':
      return {
        get: (i) => (i >>> 0 === i && i < n ? c.u8[c.base + o + i]! : outside(i, n)),
        set: (i, v) => {
          if (i >>> 0 !== i || i >= n) outside(i, n);
          c.u8[c.base + o + i] = saturate(v, LIMIT.u8);
        },
      };
  }
}
