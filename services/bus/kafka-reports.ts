// What kafkajs says, made fit for our users: errors that say what to check, log lines without message content.

import type { LogEntry } from 'kafkajs';
import type { Logger } from '../logger.ts';
import { BusUnavailable } from './bus.ts';

const ERROR = 1;
const WARN = 2;

/** Fields of kafkajs log entries that are passed on; others may quote messages or stacks. */
const FIELDS = [
  'error',
  'broker',
  'groupId',
  'memberId',
  'topic',
  'partition',
  'retryCount',
  'retryTime',
] as const;

/** Sends kafkajs log entries to our log. Its errors are mostly retried, so they are warnings here. */
export function kafkaLogger(logger: Logger): (entry: LogEntry) => void {
  return ({ level, log }) => {
    const fields: Record<string, unknown> = {};
    for (const name of FIELDS) {
      const value: unknown = log[name];
      if (typeof value === 'string' || typeof value === 'number') fields[name] = value;
    }
    if (level === ERROR || level === WARN) logger.warn(fields, log.message);
    else logger.debug(fields, log.message);
  };
}

/** A kafkajs error as BusUnavailable when trying again may help; else the error itself with a clear message. */
export function unavailable(error: unknown, brokers: readonly string[]): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error instanceof BusUnavailable) return error;
  const root = rootCause(error);
  const where = brokers.join(', ');
  if (root.name === 'KafkaJSSASLAuthenticationError')
    return new BusUnavailable(
      `Kafka at ${where} refused the login; check kafka.sasl (mechanism, username, password) and kafka.ssl`,
      { cause: error },
    );
  if (/Connection|BrokerNotFound|NoBrokerAvailable|Timeout/.test(root.name))
    return new BusUnavailable(
      `no Kafka broker answers at ${where} (${root.message}); check that it runs, that KAFKA_BROKERS or kafka.brokers ` +
        'names it, kafka.ssl, and that its advertised.listeners can be reached from here',
      { cause: error },
    );
  if (error.name.startsWith('KafkaJS'))
    return new BusUnavailable(`Kafka at ${where} failed: ${root.message}`, { cause: error });
  return error;
}

/** True when the broker answered with an error of the protocol that passes by itself, such as a coordinator that loads. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const root: Error & { retriable?: unknown } = rootCause(error);
  return root.name === 'KafkaJSProtocolError' && root.retriable === true;
}

function rootCause(error: Error): Error {
  let root = error;
  // kafkajs wraps errors at most a few times; the bound keeps a cycle from hanging us.
  for (let depth = 0; depth < 8 && root.cause instanceof Error; depth++) root = root.cause;
  return root;
}
