// `keytrail detect` as a process: events from Kafka, through the engine, into ClickHouse and the outbox.

import { createEngine } from '../../detectors/engine.ts';
import { createKnowledge } from '../../detectors/knowledge.ts';
import type { Tuning } from '../../schemas/tuning.ts';
import { openBus } from '../bus/open.ts';
import { ConfigError, type Settings, tuningOf } from '../config.ts';
import { createDeliverer } from '../deliver/deliver.ts';
import { readFactsFiles } from '../facts/read-facts.ts';
import { createFactKeeper } from '../facts/take-facts.ts';
import { createArrivals } from '../health/arrivals.ts';
import { serveHealth } from '../health/listener.ts';
import { storedArrivals } from '../health/neighbours.ts';
import { watchDetect } from '../health/watch-detect.ts';
import { startSchedule } from '../hunt/schedule.ts';
import { aborted } from '../lifecycle.ts';
import type { Logger } from '../logger.ts';
import type { Reload } from '../reload.ts';
import { createStore } from '../store/store.ts';
import { startDetectConsumer } from './consumer.ts';
import { createDetect } from './detect.ts';
import { reportHealth } from './detector-health.ts';
import { detectFigures } from './figures.ts';
import { createParts } from './parts.ts';
import { createResidency } from './residency.ts';

/** Facts that other processes were told are known within this time. */
const CATCH_UP = '*/10 * * * * *';
const DAILY = '0 5 0 * * *';

export interface RunDetectOptions {
  signal: AbortSignal;
  logger: Logger;
  /** Calls `apply` with each new tuning until it is closed; `apply` throws TuningError. */
  watchTuning?: (apply: (tuning: Tuning) => void) => Reload;
}

/** Runs until the signal is raised. Throws ConfigError, BusUnavailable, StoreUnavailable, or what a part ended with. */
export async function runDetect(settings: Settings, o: RunDetectOptions): Promise<void> {
  const { clickhouse, kafka, webhooks } = settings;
  if (clickhouse.url === undefined)
    throw new ConfigError('clickhouse', [
      'url is missing: detect writes to a ClickHouse server; set CLICKHOUSE_URL, or use `keytrail up`',
    ]);
  const store = createStore({ ...clickhouse, url: clickhouse.url });
  try {
    await store.migrate();
    const bus = await openBus(settings, o.logger);
    try {
      let tuning = tuningOf(settings);
      const knowledge = createKnowledge(readFactsFiles(settings.facts));
      const residency = createResidency(store);
      const engine = createEngine({
        tuning,
        knowledge,
        pagesPerDay: settings.pagesPerDay,
        onEvict: residency.onEvict,
        recall: residency.recall,
      });
      const keeper = createFactKeeper({ store, knowledge });
      await keeper.catchUp();
      const schedule = startSchedule({
        jobs: [
          { name: 'facts told elsewhere', every: CATCH_UP, run: async () => void (await keeper.catchUp()) },
          {
            name: 'health of detectors',
            every: DAILY,
            run: async () => reportHealth(engine.health(), o.logger),
          },
        ],
        logger: o.logger,
      });
      const deliverer = createDeliverer({ outbox: store.outbox, webhooks, logger: o.logger });
      const { group, topics } = kafka;
      await bus.ensureTopics([topics.events, topics.deadLetters]);
      const parts = await createParts(bus, topics.events);
      const { logger } = o;
      const arrivals = createArrivals({ elsewhere: () => storedArrivals(store) });
      const watched = watchDetect(
        createDetect({ engine, residency, tuning, store, deliverer, partOf: parts.of, logger }),
        { arrivals },
      );
      const { detect } = watched;
      const consumer = await startDetectConsumer({ bus, topics, group, detect, parts, store, logger });
      const reload = o.watchTuning?.((next) => {
        detect.setTuning(next);
        tuning = next;
      });
      const configProblem = () => reload?.problem ?? null;
      const read = detectFigures({
        ...{ settings, store, bus, engine, watched, consumer, arrivals, configProblem },
        tuning: () => tuning,
      });
      const health = await serveHealth({ service: 'detect', settings, read, logger });
      o.logger.info({ group, topic: topics.events }, 'detection runs');
      try {
        await Promise.race([consumer.done, aborted(o.signal)]);
      } finally {
        await health.close();
        reload?.close();
        await schedule.close();
        await consumer.close();
        const { evictions, late, quarantined } = engine.statistics();
        o.logger.info(
          { ...detect.counters, ...consumer.counters, evictions, late, quarantined },
          'detection stopped',
        );
      }
    } finally {
      await bus.close();
    }
  } finally {
    await store.close();
  }
}
