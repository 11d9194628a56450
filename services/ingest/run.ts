// `keytrail ingest` as a process: everything configured under `ingest`, into Kafka.

import { createKnowledge } from '../../detectors/knowledge.ts';
import { openBus } from '../bus/open.ts';
import { ConfigError, type Settings } from '../config.ts';
import { factTaker } from '../facts/fact-taker.ts';
import { createFactKeeper } from '../facts/take-facts.ts';
import { aborted } from '../lifecycle.ts';
import type { Logger } from '../logger.ts';
import { createStore } from '../store/store.ts';
import { createBusSink } from './bus-sink.ts';
import { createNormaliserFactory } from './normaliser-factory.ts';
import { createIngest } from './service.ts';

/** Runs until the signal is raised. Throws ConfigError, BusUnavailable, or the error that a part ended with. */
export async function runIngest(
  settings: Settings,
  o: { signal: AbortSignal; logger: Logger },
): Promise<void> {
  const { ingest, kafka } = settings;
  if (!ingest.http.enabled && ingest.files.length === 0 && ingest.topic === undefined)
    throw new ConfigError('ingest', ['no source: enable ingest.http, or name ingest.files or ingest.topic']);
  const normaliserFor = createNormaliserFactory(settings);
  const store =
    settings.clickhouse.url === undefined
      ? null
      : createStore({ ...settings.clickhouse, url: settings.clickhouse.url });
  const bus = await openBus(settings, o.logger);
  try {
    await store?.migrate();
    await bus.ensureTopics([kafka.topics.events, kafka.topics.deadLetters]);
    const service = await createIngest({
      config: ingest,
      dataDirectory: settings.dataDirectory,
      normaliserFor,
      sink: createBusSink({ bus, topics: kafka.topics }),
      kafka: { bus, group: `${kafka.group}-ingest` },
      ...(store
        ? { facts: factTaker(settings, createFactKeeper({ store, knowledge: createKnowledge() })) }
        : {}),
      logger: o.logger,
    });
    o.logger.info({ http: service.url, files: ingest.files.length, topic: ingest.topic }, 'ingest runs');
    try {
      await Promise.race([service.done, aborted(o.signal)]);
    } finally {
      await service.close();
      o.logger.info(service.totals, 'ingest stopped');
    }
  } finally {
    await bus.close();
    await store?.close();
  }
}
