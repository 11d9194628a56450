// Cases of D31.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Call,
  caller,
  DATA_CENTRE,
  DAY,
  type DetectorCase,
  MINUTE,
  range,
  SECOND,
  START,
  scattered,
  stream,
  together,
  work,
} from '../../cases.ts';

const family = 'destruction';
const collection = '/files/archive';
const who = caller('backup', DATA_CENTRE);
const book = scattered(80, 9000, 3).map(String);
const attack = START + 3 * DAY;

const reads = (): ApiEvent[] =>
  range(0, 2).flatMap((day) =>
    stream(
      who,
      { from: START + day * DAY, every: MINUTE, seed: day },
      work({ collection, count: 200, pool: book, seed: day }),
    ),
  );
/** Each object read, then written or deleted. */
function* pairs(ids: Iterable<number>, method = 'PUT'): Generator<Call> {
  for (const id of ids) {
    yield { collection, id: String(id), bytes: 60_000 };
    yield { collection, id: String(id), method, bytes: 100 };
  }
}
const writes = (ids: Iterable<number>, method = 'PUT', from = attack): ApiEvent[] =>
  stream(who, { from, every: SECOND }, pairs(ids, method));

export const cases: DetectorCase[] = [
  {
    name: 'objects are read and written back, one after the other',
    kind: 'fires',
    events: () => together(reads(), writes(range(1, 200))),
    expect: { pages: true, family, within: { from: attack, requests: 44 } },
  },
  {
    name: 'life cycle first, then read and delete',
    kind: 'fires',
    events: () =>
      together(
        reads(),
        stream(who, { from: attack - MINUTE, every: SECOND }, [
          { collection: '/files/settings/lifecycle', method: 'PUT' },
        ]),
        writes(range(1, 100), 'DELETE'),
      ),
    expect: { pages: true, family, within: { from: attack - MINUTE, requests: 36 } },
  },
  {
    name: 'a key of today that rewrites everything it reads',
    kind: 'cold start',
    events: () => writes(range(1, 200), 'PUT', START),
    expect: { pages: true, family, within: { from: START, requests: 80 } },
  },
  {
    name: 'an editor that has always read before writing',
    kind: 'quiet',
    events: () =>
      range(0, 4).flatMap((day) =>
        stream(who, { from: START + day * DAY, every: 20 * SECOND, seed: day }, [
          ...work({ collection, count: 30, pool: book, seed: day }),
          ...pairs(scattered(day === 4 ? 150 : 12, 9000, 30 + day)),
        ]),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'new objects are uploaded in numbers',
    kind: 'quiet',
    events: () =>
      together(
        reads(),
        stream(
          who,
          { from: attack, every: SECOND },
          range(1, 300).map((id) => ({ collection, id: String(20_000 + id), method: 'PUT' })),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'one pair fewer than the floor',
    kind: 'boundary',
    events: () => together(reads(), writes(range(1, 19))),
    expect: { pages: false, family },
  },
];
