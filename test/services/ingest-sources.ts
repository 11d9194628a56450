// For the tests of ingest: a normaliser factory with fixed key, log lines, and a sink that remembers what it was given.

import { createRouteLearner } from '../../detectors/routes/learner.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import type { Rejection } from '../../schemas/rejection.ts';
import { createNormaliser } from '../../services/ingest/normalise.ts';
import type { NormaliserFactory } from '../../services/ingest/normaliser-factory.ts';
import type { Sink } from '../../services/ingest/sink.ts';
import { openSourceFacts } from '../../services/ingest/source/lookup.ts';

export function normalisers(): NormaliserFactory {
  const routes = createRouteLearner();
  const sources = openSourceFacts({});
  return (format = 'auto') =>
    createNormaliser({
      format,
      formatOptions: {},
      extractors: ['user', 'client'],
      hmacKey: new Uint8Array(32).fill(7),
      tenant: 'default',
      environment: 'test',
      trustedProxies: [],
      routes,
      sources,
    });
}

/** A line of the combined log format; `n` is in its path. */
export function logLine(n: number): string {
  const second = String(n % 60).padStart(2, '0');
  return `203.0.113.9 - alice [10/Mar/2026:12:00:${second} +0000] "GET /v1/items/${n} HTTP/1.1" 200 123 "-" "curl/8.5.0"`;
}

/** The `n` of an event made from logLine(n). */
export function numberOf(event: ApiEvent): number {
  return Number(event.path.split('/').at(-1));
}

export interface MemorySink extends Sink {
  readonly events: ApiEvent[];
  readonly rejections: Rejection[];
  /** While set, everything handed over fails with it. */
  outage: Error | null;
  /** Resolves as soon as the condition holds after something was handed over or refused. */
  until(condition: () => boolean): Promise<void>;
  /** Resolves when something is refused for the outage. */
  refused(): Promise<void>;
}

export class Outage extends Error {
  readonly retriable = true;
}

export function memorySink(): MemorySink {
  const events: ApiEvent[] = [];
  const rejections: Rejection[] = [];
  let onRefusal = (): void => {};
  let waiting: { condition: () => boolean; resolve: () => void }[] = [];
  const settle = () => {
    for (const { resolve } of waiting.filter(({ condition }) => condition())) resolve();
    waiting = waiting.filter(({ condition }) => !condition());
  };
  const sink: MemorySink = {
    events,
    rejections,
    outage: null,
    async publish(more) {
      queueMicrotask(settle);
      if (sink.outage !== null) {
        onRefusal();
        throw sink.outage;
      }
      events.push(...more);
    },
    async reject(more) {
      if (sink.outage !== null) throw sink.outage;
      rejections.push(...more);
      queueMicrotask(settle);
    },
    until: (condition) =>
      condition() ? Promise.resolve() : new Promise((resolve) => waiting.push({ condition, resolve })),
    refused: () =>
      new Promise((resolve) => {
        onRefusal = resolve;
      }),
  };
  return sink;
}
