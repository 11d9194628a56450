// Merges the events of several files into one sequence by event time, so that a credential seen in two logs is judged
// as one. Holds one batch per file in memory. Files that are not in time order themselves stay as disordered as they
// are: the engine has a stated treatment for late events.

import type { ApiEvent } from '../../schemas/event.ts';

interface Cursor {
  iterator: AsyncIterator<ApiEvent[]>;
  batch: ApiEvent[];
  index: number;
}

/** Yields runs of events; their concatenation is ordered whenever every stream is. */
export async function* mergeByTime(
  streams: readonly AsyncIterable<ApiEvent[]>[],
): AsyncGenerator<ApiEvent[]> {
  const cursors: Cursor[] = [];
  for (const stream of streams) {
    const cursor = { iterator: stream[Symbol.asyncIterator](), batch: [], index: 0 };
    if (await refill(cursor)) cursors.push(cursor);
  }
  while (cursors.length > 1) {
    cursors.sort((a, b) => headTime(a) - headTime(b));
    const first = cursors[0]!;
    const limit = headTime(cursors[1]!);
    const start = first.index;
    do first.index += 1;
    while (first.index < first.batch.length && headTime(first) <= limit);
    yield first.batch.slice(start, first.index);
    if (first.index === first.batch.length && !(await refill(first))) cursors.shift();
  }
  const last = cursors[0];
  if (!last) return;
  do yield last.index === 0 ? last.batch : last.batch.slice(last.index);
  while (await refill(last));
}

const headTime = (cursor: Cursor) => cursor.batch[cursor.index]!.at;

async function refill(cursor: Cursor): Promise<boolean> {
  for (;;) {
    const next = await cursor.iterator.next();
    if (next.done) return false;
    if (next.value.length === 0) continue;
    cursor.batch = next.value;
    cursor.index = 0;
    return true;
  }
}
