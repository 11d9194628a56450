// The figures of an `up` process, put together from its parts.

import type { Engine } from '../../detectors/engine-contract.ts';
import type { Tuning } from '../../schemas/tuning.ts';
import type { Settings } from '../config.ts';
import type { Deliverer } from '../deliver/deliver.ts';
import { type Arrivals, silentMs } from '../health/arrivals.ts';
import type { Figures } from '../health/figures.ts';
import { detectorFigures, judgingFigures } from '../health/judging.ts';
import { storeLook } from '../health/neighbours.ts';
import type { Watched } from '../health/watch-detect.ts';
import type { Store } from '../store/store.ts';

export interface UpParts {
  settings: Settings;
  store: Store;
  /** Of the ClickHouse server, without credentials. */
  place: string;
  engine: Engine;
  watched: Watched;
  deliverer: Deliverer;
  arrivals: Arrivals;
  counts: { readonly lines: number; readonly rejected: Readonly<Record<string, number>> };
  tuning: () => Tuning;
  configProblem: () => string | null;
}

export function upFigures(o: UpParts): () => Promise<Figures> {
  const { settings, store, place, engine, watched, counts } = o;
  const startedAt = Date.now();
  const judging = judgingFigures({ engine, watched, rejected: () => counts.rejected });
  const askStore = storeLook({ store, place, webhooks: settings.webhooks });
  return async () => {
    const [asked, gateways] = await Promise.all([askStore(), o.arrivals.figures(silentMs(settings))]);
    const now = Date.now();
    return {
      service: 'up',
      now,
      startedAt,
      judging: judging(now),
      lines: counts.lines,
      rejected: { ...counts.rejected },
      ...asked,
      deliveries: o.deliverer.statistics(),
      gateways,
      detectors: detectorFigures(engine, o.tuning()),
      configProblem: o.configProblem(),
    };
  };
}
