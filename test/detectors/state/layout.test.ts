// Views over rows must behave like plain objects: checked against a model under random operations.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Field, NumberArray, NumberType, StateFields } from '../../../detectors/state/fields.ts';
import { compileLayout } from '../../../detectors/state/layout.ts';
import { createSlab } from '../../../detectors/state/slab.ts';

const SIZE: Record<NumberType, number> = { f64: 8, f32: 4, u32: 4, u16: 2, u8: 1 };
const types = fc.constantFrom<NumberType>('f64', 'f32', 'u32', 'u16', 'u8');
const field: fc.Arbitrary<Field> = fc.oneof(
  types.map((type): Field => ({ type, length: 1, doc: '' })),
  fc
    .record({ type: types, length: fc.integer({ min: 1, max: 9 }) })
    .map((f): Field => ({ ...f, doc: '', array: true })),
);
const fields: fc.Arbitrary<StateFields> = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('a', 'b', 'c', 'd') }),
  field,
  { minKeys: 1, maxKeys: 8 },
);
const numbers = fc.oneof(
  fc.double(),
  fc.integer({ min: -10, max: 300 }),
  fc.constantFrom(
    255,
    256,
    65535,
    65536,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 40,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ),
);

/** What a field of the type keeps of a number. */
function stored(type: NumberType, value: number): number {
  if (type === 'f64') return value;
  if (type === 'f32') return Math.fround(value);
  if (Number.isNaN(value)) return 0;
  return Math.min(2 ** (8 * SIZE[type]) - 1, Math.max(0, Math.trunc(value)));
}

test('views equal a plain-object model under random operations, over several rows', () => {
  const operations = fc.array(
    fc.record({
      row: fc.nat(),
      owner: fc.nat(),
      field: fc.nat(),
      index: fc.nat(),
      value: numbers,
      fill: fc.boolean(),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(fields, fields, operations, (first, second, steps) => {
      const owners = [
        { owner: 'one', fields: first },
        { owner: 'two', fields: second },
      ];
      const layout = compileLayout(owners);
      const slab = createSlab({ rowBytes: layout.bytes, capacity: 6, chunkRows: 2 });
      const rows = [0, 1, 2, 3, 4].map(() => slab.alloc());
      const views = owners.map((o) => layout.view(o.owner, o.fields, slab.cursor)) as Record<
        string,
        number | NumberArray
      >[];
      const model = new Map<string, number[]>();
      const cell = (row: number, owner: number, name: string, f: Field): number[] => {
        const key = `${row}.${owner}.${name}`;
        if (!model.has(key)) model.set(key, new Array(f.length).fill(0));
        return model.get(key)!;
      };
      for (const step of steps) {
        const row = rows[step.row % rows.length]!;
        const owner = step.owner % 2;
        const declared = Object.entries(owners[owner]!.fields);
        const [name, f] = declared[step.field % declared.length]!;
        const expected = cell(row, owner, name, f);
        const index = step.index % f.length;
        slab.seek(row);
        if (!('array' in f)) views[owner]![name] = step.value;
        else if (step.fill) (views[owner]![name] as NumberArray).fill(step.value);
        else (views[owner]![name] as NumberArray).set(index, step.value);
        if ('array' in f && step.fill) expected.fill(stored(f.type, step.value));
        else expected[index] = stored(f.type, step.value);
      }
      for (const row of rows) {
        slab.seek(row);
        for (const [owner, { fields: declared }] of owners.entries())
          for (const [name, f] of Object.entries(declared)) {
            const value = views[owner]![name]!;
            const actual =
              typeof value === 'number'
                ? [value]
                : Array.from({ length: value.length }, (_, i) => value.get(i));
            assert.deepEqual(actual, cell(row, owner, name, f));
          }
      }
    }),
    { numRuns: 200 },
  );
});

test('fields are aligned, never overlap and fit the row; the digest depends on every declaration', () => {
  fc.assert(
    fc.property(fields, fields, (first, second) => {
      const layout = compileLayout([
        { owner: 'one', fields: first },
        { owner: 'two', fields: second },
      ]);
      const taken = new Set<number>();
      for (const [owner, declared] of [
        ['one', first],
        ['two', second],
      ] as const)
        for (const [name, f] of Object.entries(declared)) {
          const start = layout.offset(owner, name);
          assert.equal(start % SIZE[f.type], 0);
          for (let byte = start; byte < start + SIZE[f.type] * f.length; byte++) {
            assert.ok(byte < layout.bytes && !taken.has(byte));
            taken.add(byte);
          }
        }
      assert.ok(layout.bytes - taken.size < 8, 'no padding but at the end');
      const [name, f] = Object.entries(first)[0]!;
      const changed = { ...first, [name]: { ...f, type: f.type === 'u8' ? 'u16' : 'u8' } } as StateFields;
      const other = compileLayout([
        { owner: 'one', fields: changed },
        { owner: 'two', fields: second },
      ]);
      assert.notEqual(other.digest, layout.digest);
    }),
  );
});

test('an index outside an array is an error, not a neighbour', () => {
  const fieldsOf = {
    list: { type: 'u8', length: 3, doc: '', array: true },
    next: { type: 'u8', length: 1, doc: '' },
  } as const;
  const layout = compileLayout([{ owner: 'x', fields: fieldsOf }]);
  const slab = createSlab({ rowBytes: layout.bytes, capacity: 1, chunkRows: 1 });
  slab.seek(slab.alloc());
  const view = layout.view('x', fieldsOf, slab.cursor);
  for (const index of [-1, 3, 1.5, Number.NaN]) {
    assert.throws(() => view.list.set(index, 1), RangeError);
    assert.throws(() => view.list.get(index), RangeError);
  }
  assert.equal(view.next, 0);
});

test('the same owner twice is refused', () => {
  const one = { owner: 'D01', fields: { a: { type: 'u8', length: 1, doc: '' } } } as const;
  assert.throws(() => compileLayout([one, one]), /D01\.a is declared twice/);
});
