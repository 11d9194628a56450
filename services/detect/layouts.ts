// How rows of `learned` are laid out, stored beside them, so that another version can read what this one has learned.
// Always holds: a layout is described before a row is stored in it. Descriptions are small and stay for ever.

import type { Engine } from '../../detectors/engine-contract.ts';
import type { Store } from '../store/store.ts';

const SHARD = 'layouts';

/** Tells the engine the layouts that stored rows may have, and stores its own. */
export async function exchangeLayouts(
  store: Pick<Store, 'learned'>,
  engine: Pick<Engine, 'layouts' | 'knowLayouts'>,
): Promise<void> {
  const known = new Set<string>();
  for await (const { lineage, bytes } of store.learned.shard(SHARD)) {
    known.add(lineage);
    engine.knowLayouts([{ layout: lineage, forms: JSON.parse(new TextDecoder().decode(bytes)) }]);
  }
  const row = {
    shard: SHARD,
    tenant: '',
    layout: '',
    version: 1,
    part: '',
    position: 0,
    writer: '',
    updatedAt: 0,
  };
  for (const { layout, forms } of engine.layouts()) {
    if (known.has(layout)) continue;
    const bytes = new TextEncoder().encode(JSON.stringify(forms));
    await store.learned.save([{ ...row, lineage: layout, bytes }], `layout ${layout}`);
  }
}
