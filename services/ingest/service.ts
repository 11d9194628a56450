// Ingest put together: HTTP receiver, followed files and a Kafka topic, all into one sink.
// Always holds: parts that are not configured are not started; close() stops taking in before it returns.

import type { Config } from '../../schemas/config.ts';
import type { Bus } from '../bus/bus.ts';
import type { Logger } from '../logger.ts';
import { startFollower } from './follow/follower.ts';
import type { FactTaker } from './http/fact-routes.ts';
import { type Receiver, startReceiver } from './http/receiver.ts';
import { createIntake, type IngestCounts } from './intake.ts';
import { startKafkaLines } from './kafka-lines.ts';
import type { Normaliser } from './normalise.ts';
import type { Sink } from './sink.ts';

export interface IngestOptions {
  config: Config['ingest'];
  /** For the positions of followed files. */
  dataDirectory: string;
  /** A fresh normaliser for one source; `format` overrides the configured one. */
  normaliserFor: (format?: string) => Normaliser;
  sink: Sink;
  /** Where `config.topic` is, with the consumer group to use. */
  kafka?: { bus: Bus; group: string };
  /** Takes facts sent to the receiver. */
  facts?: FactTaker;
  logger: Logger;
}

export interface Ingest {
  /** Address of the HTTP receiver, null when it is off. */
  readonly url: string | null;
  readonly totals: Readonly<IngestCounts>;
  /** Rejects when a part cannot go on; resolves after close(). */
  readonly done: Promise<void>;
  close(): Promise<void>;
}

interface Part {
  done?: Promise<void>;
  close(): Promise<void>;
}

export async function createIngest(o: IngestOptions): Promise<Ingest> {
  const intake = createIntake({ sink: o.sink });
  const parts: Part[] = [];
  let receiver: Receiver | null = null;
  let closed = (): void => {};
  const closing = new Promise<void>((resolve) => {
    closed = resolve;
  });
  async function close(): Promise<void> {
    await Promise.all(parts.splice(0).map((part) => part.close()));
    closed();
  }
  try {
    if (o.config.http.enabled) {
      receiver = await startReceiver({
        ...o.config.http,
        intake,
        normaliserFor: o.normaliserFor,
        ...(o.facts ? { facts: o.facts } : {}),
        logger: o.logger,
      });
      parts.push(receiver);
    }
    if (o.config.files.length > 0)
      parts.push(
        await startFollower({
          files: o.config.files,
          directory: o.dataDirectory,
          intake,
          normaliserFor: () => o.normaliserFor(),
          logger: o.logger,
        }),
      );
    if (o.config.topic !== undefined && o.kafka !== undefined)
      parts.push(
        await startKafkaLines({ ...o.kafka, topic: o.config.topic, intake, normaliser: o.normaliserFor() }),
      );
  } catch (error) {
    await close();
    throw error;
  }
  const running = parts.flatMap((part) => (part.done === undefined ? [] : [part.done]));
  const done = Promise.race([closing, ...running.map((part) => part.then(() => closing))]);
  done.catch(() => undefined);
  return { url: receiver?.url ?? null, totals: intake.totals, done, close };
}
