// `keytrail ingest`, `detect` and `deliver`: the parts as processes of their own over Kafka and ClickHouse, as many of
// each as wanted. They run until SIGTERM or SIGINT, then finish what they hold.

import type { Command } from 'commander';
import { loadSettings, type Settings } from './config.ts';
import { redeliver, runDeliver } from './deliver/run.ts';
import { runDetect } from './detect/run.ts';
import { UsageError } from './exit.ts';
import { runIngest } from './ingest/run.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { createLogger, type Logger } from './logger.ts';
import { watchTuning } from './reload.ts';

interface ServiceFlags {
  config?: string;
}

export interface ServiceContext {
  settings: Settings;
  logger: Logger;
  lifecycle: Lifecycle;
}

export function addServiceCommands(program: Command): void {
  program
    .command('ingest')
    .description('HTTP receiver, file follower and Kafka topic of raw lines → api.events (Kafka)')
    .option('-c, --config <file>', 'default: keytrail.yaml in this folder')
    .addHelpText('after', '\nExample:\n  KAFKA_BROKERS=localhost:9092 keytrail ingest -c keytrail.yaml')
    .action((flags: ServiceFlags) =>
      service(flags, {
        kafka: true,
        run: ({ settings, logger, lifecycle }) => runIngest(settings, { logger, signal: lifecycle.signal }),
      }),
    );
  program
    .command('detect')
    .description('api.events → baselines, findings and incidents (ClickHouse); a member of a consumer group')
    .option('-c, --config <file>', 'default: keytrail.yaml in this folder')
    .addHelpText(
      'after',
      '\nExample:\n  KAFKA_BROKERS=localhost:9092 CLICKHOUSE_URL=http://localhost:8123 keytrail detect',
    )
    .action((flags: ServiceFlags) => service(flags, { kafka: true, clickhouse: true, run: detect }));
  program
    .command('deliver')
    .description('outbox (ClickHouse) → signed webhooks, with retries')
    .option('-c, --config <file>', 'default: keytrail.yaml in this folder')
    .option('--redeliver <id>', 'make one delivered or dead delivery pending again, then end')
    .addHelpText(
      'after',
      '\nExamples:\n  CLICKHOUSE_URL=http://localhost:8123 keytrail deliver\n  keytrail deliver --redeliver 5f2b…',
    )
    .action((flags: ServiceFlags & { redeliver?: string }) =>
      service(flags, {
        clickhouse: true,
        run: (context) =>
          flags.redeliver === undefined ? runDeliver(context) : redeliver(context, flags.redeliver),
      }),
    );
}

async function detect({ settings, logger, lifecycle }: ServiceContext): Promise<void> {
  await runDetect(settings, {
    logger,
    signal: lifecycle.signal,
    watchTuning: (apply) => watchTuning({ file: settings.file, apply, logger }),
  });
}

interface Service {
  kafka?: boolean;
  clickhouse?: boolean;
  run: (context: ServiceContext) => Promise<void>;
}

async function service(flags: ServiceFlags, { kafka, clickhouse, run }: Service): Promise<void> {
  const settings = loadSettings(flags.config === undefined ? {} : { file: flags.config });
  if (kafka && settings.kafka.brokers.length === 0) {
    throw new UsageError(
      'no Kafka broker is configured: set KAFKA_BROKERS=host:port or kafka.brokers; without Kafka use keytrail up',
    );
  }
  if (clickhouse && settings.clickhouse.url === undefined) {
    throw new UsageError(
      'no ClickHouse server is configured: set CLICKHOUSE_URL=http://host:8123 or clickhouse.url; without one use keytrail up',
    );
  }
  const logger = createLogger(settings.log.level);
  const lifecycle = createLifecycle(logger);
  try {
    await run({ settings, logger, lifecycle });
  } finally {
    await lifecycle.close();
  }
}
