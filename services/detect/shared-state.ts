// What a process has learned that belongs to no single credential: peer groups, routes, the stream's clock, detectors' memories.
// Kept under a name per process; a process that is new under its name begins with what another one learned.
// Always holds: versions under a name only grow, also over a restart, so that a process that was thought dead changes nothing.

import type { Engine } from '../../detectors/engine-contract.ts';
import type { Logger } from '../logger.ts';
import type { LearnedRow, Store } from '../store/store.ts';
import { isOpenRow, restoreOpenShared } from './investigations.ts';

const ROWS_AT_ONCE = 1_000;
/** More checkpoints than a process that lost its name can still write. */
const FENCE = 1_000_000;

/**
 * Restores what is stored under `name`, else what `like` chooses of the other names, else nothing; nothing when there is no
 * `like`. Answers the version to count on from, and whether all of it must be stored under the name anew.
 */
export async function restoreShared(
  store: Pick<Store, 'learned'>,
  engine: Pick<Engine, 'restore' | 'restoreInvestigations'>,
  o: { name: string; like: ((names: readonly string[]) => string | null) | null; logger: Logger },
): Promise<{ version: number; whole: boolean }> {
  const known = await store.learned.shards('shared');
  const version = known.find(({ shard }) => shard === o.name)?.version;
  let source: string | null = null;
  if (o.like !== null) {
    source = version === undefined ? o.like(known.map(({ shard }) => shard)) : o.name;
    if (source !== null) {
      const { restored, ignored, open } = await restore(store, engine, source);
      o.logger.info({ from: source, restored, ignored }, 'what credentials share is restored');
      // What another process has open it still has.
      if (source === o.name) restoreOpenShared(engine, open, o.logger);
    }
  }
  return { version: (version ?? 0) + FENCE, whole: source !== o.name };
}

async function restore(store: Pick<Store, 'learned'>, engine: Pick<Engine, 'restore'>, shard: string) {
  const total = { restored: 0, ignored: 0, open: [] as LearnedRow[] };
  let part: LearnedRow[] = [];
  const take = (): void => {
    const { restored, ignored } = engine.restore(part);
    total.restored += restored;
    total.ignored += ignored;
    part = [];
  };
  for await (const row of store.learned.shard(shard)) {
    if (isOpenRow(row)) total.open.push(row);
    else part.push(row);
    if (part.length >= ROWS_AT_ONCE) take();
  }
  take();
  return total;
}
