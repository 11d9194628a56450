// Where `up` hands over what it understood and refused: straight to detection and the store of this process.
// Always holds: one batch at a time, since the engine is one sequence; what resolved is durable.

import { createHash } from 'node:crypto';
import type { Detect } from '../detect/detect.ts';
import type { Sink } from '../ingest/sink.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Store } from '../store/store.ts';

/** What came in since the start. */
export interface Counts {
  lines: number;
  events: number;
  rejected: Record<string, number>;
  /** Time of the newest event, ms. */
  newest: number;
}

interface SinkParts {
  detect: Detect;
  store: Store;
  counts: Counts;
  lifecycle: Lifecycle;
}

/** Once the store has refused a batch for good, it stops the program. */
export function inProcessSink({ detect, store, counts, lifecycle }: SinkParts): Sink {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work).catch((error: Error) => {
      // What the store refuses once it refuses again, and everything after it waits: better to end, and loudly.
      if (error.name === 'StoreError') lifecycle.fail(`ingest failed: ${error.message}`);
      throw error;
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    publish: (events) =>
      inTurn(async () => {
        if (events.length === 0) return;
        await detect.handle(events, tokenOf(events.map((event) => event.id)));
        counts.events += events.length;
        counts.lines += events.length;
        for (const event of events) counts.newest = Math.max(counts.newest, event.at);
      }),
    reject: (rejections) =>
      inTurn(async () => {
        if (rejections.length === 0) return;
        await store.insertRejections(
          rejections,
          tokenOf(rejections.map((one) => `${one.position} ${one.reason}`)),
        );
        counts.lines += rejections.length;
        for (const { reason } of rejections) counts.rejected[reason] = (counts.rejected[reason] ?? 0) + 1;
      }),
  };
}

/** Names a batch by its content, so that the same batch sent again is stored once. */
function tokenOf(ids: readonly string[]): string {
  return createHash('sha256').update(ids.join('\n')).digest('hex').slice(0, 32);
}
