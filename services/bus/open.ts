// The bus that the configuration describes.

import type { Settings } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Bus } from './bus.ts';
import { createKafkaBus } from './kafka.ts';

/** Throws BusUnavailable with what to check when no broker is configured or none answers. */
export async function openBus(
  settings: Settings,
  logger: Logger,
  o: { retries?: number } = {},
): Promise<Bus> {
  const { brokers, clientId, compression, partitions, replication, sessionTimeoutMs, ssl, sasl } =
    settings.kafka;
  const bus = await createKafkaBus({
    brokers,
    clientId,
    compression,
    partitions,
    replication,
    sessionTimeoutMs,
    ssl,
    sasl,
    logger,
    ...o,
  });
  try {
    await bus.ping();
  } catch (error) {
    await bus.close();
    throw error;
  }
  return bus;
}
