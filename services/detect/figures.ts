// The figures of a `detect` process, put together from its parts.

import type { Engine } from '../../detectors/engine-contract.ts';
import type { Tuning } from '../../schemas/tuning.ts';
import type { Bus } from '../bus/bus.ts';
import type { Settings } from '../config.ts';
import { type Arrivals, silentMs } from '../health/arrivals.ts';
import type { Figures } from '../health/figures.ts';
import { detectorFigures, judgingFigures } from '../health/judging.ts';
import { kafkaLook, storeLook } from '../health/neighbours.ts';
import type { Watched } from '../health/watch-detect.ts';
import type { Store } from '../store/store.ts';
import type { DetectConsumer } from './consumer.ts';

export interface DetectParts {
  settings: Settings;
  store: Store;
  bus: Bus;
  engine: Engine;
  watched: Watched;
  consumer: DetectConsumer;
  arrivals: Arrivals;
  tuning: () => Tuning;
  configProblem: () => string | null;
}

export function detectFigures(o: DetectParts): () => Promise<Figures> {
  const { settings, store, bus, engine, watched, consumer } = o;
  const { kafka, clickhouse, webhooks } = settings;
  const startedAt = Date.now();
  const judging = judgingFigures({ engine, watched, rejected: () => consumer.rejected });
  const askStore = storeLook({ store, place: new URL(clickhouse.url!).host, webhooks });
  const askKafka = kafkaLook({
    bus,
    place: kafka.brokers.join(', '),
    group: kafka.group,
    topic: kafka.topics.events,
    partitions: () => consumer.partitions(),
  });
  return async () => {
    const [asked, broker, gateways] = await Promise.all([
      askStore(),
      askKafka(),
      o.arrivals.figures(silentMs(settings)),
    ]);
    const now = Date.now();
    return {
      service: 'detect',
      now,
      startedAt,
      judging: judging(now),
      rejected: { ...consumer.rejected },
      ...asked,
      kafka: broker,
      gateways,
      detectors: detectorFigures(engine, o.tuning()),
      configProblem: o.configProblem(),
    };
  };
}
