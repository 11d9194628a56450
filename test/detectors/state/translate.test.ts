// An upgrade keeps what was learned: fields keep their values by name, whatever else the new layout has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CATALOGUE } from '../../../detectors/catalogue.ts';
import { createEngine } from '../../../detectors/engine.ts';
import type { Engine } from '../../../detectors/engine-contract.ts';
import type { Field, NumberType } from '../../../detectors/state/fields.ts';
import { compileLayout } from '../../../detectors/state/layout.ts';
import { type BlockKind, createRows } from '../../../detectors/state/rows.ts';
import { type RowForm, sectionOf, translator } from '../../../detectors/state/translate.ts';
import { mixedDay } from '../mixed-day.ts';

const TYPES: readonly NumberType[] = ['f64', 'f32', 'u32', 'u16', 'u8'];
const LIMIT = {
  f64: Number.POSITIVE_INFINITY,
  f32: Number.POSITIVE_INFINITY,
  u32: 2 ** 32 - 1,
  u16: 65_535,
  u8: 255,
};

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.constantFrom(...TYPES).map((type) => ({ type, length: 1, doc: '' }) as const),
  fc
    .tuple(fc.constantFrom(...TYPES), fc.integer({ min: 2, max: 4 }))
    .map(([type, length]) => ({ type, length, doc: '', array: true }) as const),
);
const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), field, { minKeys: 1 });

/** Rows with a handle to each kind of block, as those of credentials. */
function rowsOf(own: Record<string, Field>, inBlock: Record<string, Field>) {
  const handle = { type: 'u32', length: 1, doc: '' } as const;
  const light = compileLayout([
    { owner: 'core', fields: { handle } },
    { owner: 'own', fields: own },
  ]);
  const heavy = compileLayout([{ owner: 'own', fields: inBlock }]);
  const blocks: BlockKind[] = [
    { handleAt: light.offset('core', 'handle'), bytes: heavy.bytes, bound: 8, chunkBlocks: 8 },
  ];
  const rows = createRows({ layout: light, blocks, capacity: 8, chunkRows: 8, onEvict: () => {} });
  const form: RowForm = { row: sectionOf('light', light), blocks: [sectionOf('heavy', heavy)] };
  const core = light.view('core', { handle }, rows.slab.cursor);
  const view = light.view('own', own, rows.slab.cursor);
  const block = heavy.view('own', inBlock, rows.pools[0]!.cursor);
  return {
    rows,
    form,
    view,
    block,
    seek(slot: number, make: boolean): boolean {
      rows.slab.seek(slot);
      if (make) core.handle = rows.pools[0]!.alloc(slot);
      if (core.handle !== 0) rows.pools[0]!.seek(core.handle);
      return core.handle !== 0;
    },
  };
}

type View = Record<string, number | { get(i: number): number; set(i: number, v: number): void }>;

function valuesOf(view: View, declared: Record<string, Field>): Map<string, number[]> {
  return new Map(
    Object.entries(declared).map(([name, { length }]) => {
      const one = view[name]!;
      return [name, typeof one === 'number' ? [one] : Array.from({ length }, (_, i) => one.get(i))];
    }),
  );
}

function fillIn(view: View, declared: Record<string, Field>, seed: number): void {
  let next = seed;
  for (const [name, { length }] of Object.entries(declared))
    for (let i = 0; i < length; i++) {
      next = (next * 16_807 + 11) % 2_147_483_647;
      const one = view[name]!;
      if (typeof one === 'number') view[name] = next;
      else one.set(i, next);
    }
}

/** What a value becomes in a field of another type. */
const as = (value: number, type: NumberType): number =>
  type === 'f32' ? Math.fround(value) : type === 'f64' ? value : Math.min(Math.floor(value), LIMIT[type]);

function compare(
  before: Map<string, number[]>,
  olds: Record<string, Field>,
  after: Map<string, number[]>,
  news: Record<string, Field>,
): void {
  for (const [name, { type, length }] of Object.entries(news)) {
    const same = olds[name]?.length === length;
    const expected = same ? before.get(name)!.map((one) => as(one, type)) : Array.from({ length }, () => 0);
    assert.deepEqual(after.get(name), expected, name);
  }
}

test('any two layouts: what both have keeps its value, what is new is zero', () => {
  fc.assert(
    fc.property(
      fields,
      fields,
      fields,
      fields,
      fc.boolean(),
      fc.integer({ min: 1, max: 1e6 }),
      fc.string({ maxLength: 20 }),
      (oldRow, newRow, oldBlock, newBlock, busy, seed, text) => {
        const old = rowsOf(oldRow, oldBlock);
        const next = rowsOf(newRow, newBlock);
        const slot = old.rows.table.insert('t', 'x');
        old.seek(slot, busy);
        fillIn(old.view as View, oldRow, seed);
        if (busy) fillIn(old.block as View, oldBlock, seed + 1);
        old.rows.setText(slot, text);
        const translated = translator(old.form, next.form)!(old.rows.save(slot));
        const loaded = next.rows.load('t', 'x', translated!);
        assert.ok(loaded >= 0);
        assert.equal(next.rows.text(loaded), text);
        assert.equal(next.seek(loaded, false), busy);
        compare(valuesOf(old.view as View, oldRow), oldRow, valuesOf(next.view as View, newRow), newRow);
        if (busy)
          compare(
            valuesOf(old.block as View, oldBlock),
            oldBlock,
            valuesOf(next.block as View, newBlock),
            newBlock,
          );
        assert.equal(translator(old.form, next.form)!(old.rows.save(slot).subarray(1)), null);
      },
    ),
    { numRuns: 200 },
  );
});

test('a version with another detector goes on with what the version before it had learned', () => {
  const events = mixedDay(1);
  const fewer = CATALOGUE.filter(({ meta }) => !['D09', 'D24'].includes(meta.id));
  const cut = events.length >> 1;
  const rest = (engine: Engine) => events.slice(cut).flatMap((event) => [...engine.process(event).findings]);
  const before = createEngine({ detectors: [...fewer].reverse() });
  for (const event of events.slice(0, cut)) before.process(event);
  const stored = [...before.snapshot()];

  const unaware = createEngine({ detectors: CATALOGUE });
  assert.ok(unaware.restore(stored).restored < 20, 'of an unknown layout only what has none is taken');
  const after = createEngine({ detectors: CATALOGUE });
  after.knowLayouts(structuredClone(before.layouts()));
  assert.equal(after.restore(stored).ignored, 0);
  assert.equal(after.statistics().credentials, before.statistics().credentials);
  const summaries = (engine: Engine) =>
    [...engine.credentials()]
      .map(({ readiness, ...one }) => one)
      .sort((a, b) => (a.lineage < b.lineage ? -1 : 1));
  assert.deepEqual(summaries(after), summaries(before));
  // And back: what only the newer version had is left out.
  const again = createEngine({ detectors: [...fewer].reverse() });
  again.knowLayouts(structuredClone(after.layouts()));
  assert.equal(again.restore(after.snapshot()).ignored, 0);
  assert.deepEqual(rest(again), rest(before));
});
