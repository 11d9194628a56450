// Tables, pools and rows: bounded, evicted whole, the same bytes after saving and loading.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { f64, u8s, u32 } from '../../../detectors/state/fields.ts';
import { compileLayout } from '../../../detectors/state/layout.ts';
import { createRows } from '../../../detectors/state/rows.ts';
import { createSlab } from '../../../detectors/state/slab.ts';
import { createTable } from '../../../detectors/state/table.ts';

const FIELDS = { handle: u32('block'), count: f64('count'), note: u8s(5, 'bytes') };

function open(o: { capacity: number; bound: number; onEvict?: (name: string, bytes: Uint8Array) => void }) {
  const layout = compileLayout([{ owner: 'row', fields: FIELDS }]);
  const rows = createRows({
    layout,
    capacity: o.capacity,
    chunkRows: 4,
    blocks: [{ handleAt: layout.offset('row', 'handle'), bytes: 12, bound: o.bound, chunkBlocks: 2 }],
    onEvict: (slot) => o.onEvict?.(rows.table.nameOf(slot), rows.save(slot)),
  });
  const view = layout.view('row', FIELDS, rows.slab.cursor);
  const touch = (name: string, block = false): number => {
    const found = rows.table.find('t', name);
    const slot = found >= 0 ? found : rows.table.insert('t', name);
    rows.pin(slot);
    rows.slab.seek(slot);
    view.count += 1;
    if (block && view.handle === 0) view.handle = rows.pools[0]!.alloc(slot);
    if (view.handle !== 0) rows.pools[0]!.block(view.handle)[0]! += 1;
    return slot;
  };
  return { rows, view, touch };
}

test('never more rows than the capacity, and every evicted row was seen whole', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ name: fc.nat(30), block: fc.boolean() }), { maxLength: 300 }),
      (steps) => {
        const stored = new Map<string, Uint8Array>();
        const { rows, view, touch } = open({
          capacity: 7,
          bound: 3,
          onEvict: (name, bytes) => stored.set(name, bytes),
        });
        const touched = new Map<string, number>();
        for (const { name, block } of steps) {
          const key = `n${name}`;
          const back = stored.get(key);
          if (back !== undefined && rows.table.find('t', key) < 0) {
            stored.delete(key);
            rows.load('t', key, back);
          }
          touch(key, block);
          touched.set(key, (touched.get(key) ?? 0) + 1);
          assert.ok(rows.table.size <= 7 && rows.pools[0]!.size <= 3);
        }
        // Nothing was lost on the way out and back in.
        for (const [name, count] of touched) {
          const bytes = stored.get(name);
          if (rows.table.find('t', name) < 0) rows.load('t', name, bytes!);
          rows.slab.seek(rows.table.find('t', name));
          assert.equal(view.count, count);
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('save, load, save gives equal bytes, with and without a block and a text', () => {
  for (const block of [false, true])
    for (const text of ['', 'partner «ü»']) {
      const a = open({ capacity: 4, bound: 4 });
      const slot = a.touch('x', block);
      a.view.note.set(4, 9);
      a.rows.setText(slot, text);
      const bytes = a.rows.save(slot);
      const b = open({ capacity: 4, bound: 4 });
      b.touch('other', true);
      const loaded = b.rows.load('t', 'x', bytes);
      assert.deepEqual(b.rows.save(loaded), bytes);
      assert.equal(b.rows.text(loaded), text);
    }
});

test('bytes of a wrong length are refused and change nothing', () => {
  const { rows, touch } = open({ capacity: 4, bound: 4 });
  const bytes = rows.save(touch('x', true));
  const damaged = [
    bytes.subarray(0, 3),
    bytes.subarray(0, bytes.length - 1),
    new Uint8Array(0),
    new Uint8Array([...bytes, 0]),
  ];
  for (const wrong of damaged) assert.equal(rows.load('t', 'y', wrong), -1);
  assert.equal(rows.table.find('t', 'y'), -1);
  assert.equal(rows.table.size, 1);
});

test('CLOCK spares rows in use and never the pinned one', () => {
  const evicted: string[] = [];
  const slab = createSlab({ rowBytes: 8, capacity: 3, chunkRows: 1 });
  let pinned = -1;
  const table = createTable({
    slab,
    onEvict: (slot) => evicted.push(table.nameOf(slot)),
    pinned: () => pinned,
  });
  pinned = table.insert('t', 'pinned');
  table.insert('t', 'a');
  table.insert('t', 'b');
  table.insert('t', 'c'); // clears all marks, then evicts a
  assert.deepEqual(evicted, ['a']);
  table.find('t', 'c');
  table.insert('t', 'd');
  assert.deepEqual(evicted, ['a', 'b']);
  assert.ok(table.find('t', 'pinned') >= 0);
  assert.equal(table.evictions, 2);
});

test('the same name in two scopes is two rows', () => {
  const slab = createSlab({ rowBytes: 8, capacity: 3, chunkRows: 1 });
  const table = createTable({ slab, onEvict: () => {} });
  const one = table.insert('t1', 'x');
  const two = table.insert('t2', 'x');
  assert.notEqual(one, two);
  assert.equal(table.find('t1', 'x'), one);
  table.remove(one);
  assert.equal(table.find('t1', 'x'), -1);
  assert.equal(table.find('t2', 'x'), two);
});

test('rows marked as changed are named once, those that went are not, however many came and went', () => {
  const { rows, touch } = open({ capacity: 5, bound: 2 });
  for (let n = 0; n < 10_000; n++) rows.mark(touch(`n${n}`));
  const names = rows
    .takeChanged()
    .map((slot) => rows.table.nameOf(slot))
    .sort();
  assert.deepEqual(names, [...rows.table.slots()].map((slot) => rows.table.nameOf(slot)).sort());
  assert.deepEqual(rows.takeChanged(), []);
  rows.mark(touch('n9999'));
  assert.equal(rows.takeChanged().length, 1);
});
