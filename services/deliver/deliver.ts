// Sends incidents to webhooks from the outbox: at least once, in order per incident and destination, with retries.
// Always holds: a delivery is pending until it was answered with 2xx (delivered), or with 410, or failed for the last
// time (dead); its id never changes. A slow or dead destination holds up no other. Secrets are never logged.
// Does not promise exactly once: receivers drop repeats by `webhook-id`.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { compareSeverity } from '../../detectors/scoring/severity.ts';
import type { WebhookConfig } from '../../schemas/config.ts';
import type { Delivery } from '../../schemas/delivery.ts';
import type { Incident } from '../../schemas/incident.ts';
import { UsageError } from '../exit.ts';
import type { Logger } from '../logger.ts';
import { version } from '../paths.ts';
import type { Outbox } from '../store/outbox.ts';
import { bodyOf, createSigner, deliveryId, type Signer } from './message.ts';
import { createPace, type Pace } from './pace.ts';
import { post } from './post.ts';
import { retryAfterMs, waitAfter } from './schedule.ts';

export interface DelivererOptions {
  outbox: Outbox;
  webhooks: readonly WebhookConfig[];
  logger: Logger;
  /** Ms since the epoch; default the clock. */
  now?: () => number;
  /** Uniform in [0, 1); default Math.random. */
  random?: () => number;
}

export interface DeliveryStatistics {
  delivered: number;
  /** Failed attempts. */
  failed: number;
  dead: number;
}

export interface Deliverer {
  /** Puts incidents into the outbox, for every webhook whose minSeverity they reach. Repeating it changes nothing. */
  enqueue(incidents: readonly Incident[]): Promise<void>;
  /** Delivers until the signal is raised, then finishes what it is sending. Survives outages of the outbox. */
  run(signal: AbortSignal): Promise<void>;
  /** Delivers what is due now and returns; deliveries that wait for their next attempt stay in the outbox. */
  drain(): Promise<void>;
  /** Makes a delivered or dead delivery pending again under the same id. Throws when there is none with this id. */
  redeliver(id: string): Promise<void>;
  statistics(): DeliveryStatistics;
}

/** Pause between looks into the outbox when nothing was due; enqueue() ends it early. */
const POLL_MS = 500;
/** Pause after the outbox failed; doubles up to the second value. */
const OUTAGE_MS = [1000, 30_000] as const;
/** A claim outlives the longest attempt by this much. */
const LEASE_MARGIN_MS = 30_000;
const MAX_ERROR = 300;

interface Destination {
  readonly webhook: WebhookConfig;
  readonly signer: Signer;
  readonly pace: Pace;
}

/** Throws when a webhook's secret is malformed or two webhooks share a name. */
export function createDeliverer(o: DelivererOptions): Deliverer {
  const { outbox, logger, now = Date.now, random = Math.random } = o;
  const destinations = new Map<string, Destination>();
  for (const webhook of o.webhooks) {
    if (destinations.has(webhook.name)) throw new Error(`two webhooks are named ${webhook.name}`);
    destinations.set(webhook.name, { webhook, signer: createSigner(webhook), pace: createPace() });
  }
  const owner = randomUUID();
  const statistics = { delivered: 0, failed: 0, dead: 0 };
  let wake = new AbortController();
  let lastCreated = 0;

  const attempt = async ({ webhook, signer }: Destination, delivery: Delivery): Promise<Outcome> => {
    try {
      const incident = JSON.parse(delivery.payload) as Incident;
      const body = bodyOf(incident, { format: webhook.format, version });
      const headers = {
        'content-type': 'application/json',
        'user-agent': `keytrail/${version}`,
        ...signer.sign({ id: delivery.id, now: now(), body }),
      };
      return outcomeOf(await post({ ...webhook, body, headers }));
    } catch (error) {
      return { kind: 'failed', error: errorInWords(error, webhook.timeoutMs), retryAfter: null };
    }
  };

  /** A probe that fails does not count: the delivery keeps its turn and its attempts. */
  const send = async (destination: Destination, delivery: Delivery, isProbe: boolean): Promise<void> => {
    const outcome = await attempt(destination, delivery);
    const at = now();
    const next = nextState(delivery, { outcome, now: at, random: random(), isProbe });
    if (outcome.kind === 'delivered')
      destination.pace.delivered({ now: at, failedBefore: delivery.attempts });
    else if (outcome.kind === 'failed')
      destination.pace.failed({ now: at, retryAfterMs: retryAfterMs(outcome.retryAfter, at) });
    await outbox.record(next);
    if (outcome.kind === 'delivered') statistics.delivered++;
    else statistics.failed++;
    if (next.status === 'dead') statistics.dead++;
    const about = { delivery: next.id, destination: next.destination, incident: next.incident_id };
    if (outcome.kind === 'delivered') logger.debug(about, 'webhook delivered');
    else if (next.status === 'dead')
      logger.error({ ...about, reason: next.last_error, attempts: next.attempts }, 'webhook given up');
    else
      logger.warn(
        { ...about, reason: next.last_error, attempts: next.attempts },
        'webhook failed, will be retried',
      );
  };

  /** Sends one batch; returns how many deliveries there were. */
  const batch = async (destination: Destination): Promise<number> => {
    const { name, timeoutMs } = destination.webhook;
    const leaseMs = timeoutMs + LEASE_MARGIN_MS;
    const claim = (o: { limit: number; triedBefore: number }) =>
      outbox.due({ ...o, now: now(), owner, leaseMs, destination: name });
    const asked = destination.pace.ask(now());
    if (asked === null) return 0;
    let due = await claim(asked);
    const isProbe = due.length === 0 && destination.pace.probe(now());
    if (isProbe) due = await claim({ limit: 1, triedBefore: now() });
    await Promise.all(due.map((delivery) => send(destination, delivery, isProbe)));
    return due.length;
  };

  /** Serves one destination until the signal is raised. */
  const serve = async (destination: Destination, signal: AbortSignal): Promise<void> => {
    let outage: number = OUTAGE_MS[0];
    while (!signal.aborted) {
      const { signal: woken } = wake;
      try {
        const count = await batch(destination);
        outage = OUTAGE_MS[0];
        if (count === 0) await pause(POLL_MS, AbortSignal.any([signal, woken]));
      } catch (error) {
        logger.warn({ err: error, destination: destination.webhook.name }, 'outbox not available, waiting');
        await pause(outage, signal);
        outage = Math.min(outage * 2, OUTAGE_MS[1]);
      }
    }
  };

  return {
    async enqueue(incidents) {
      const rows: Delivery[] = [];
      for (const incident of incidents)
        for (const { webhook } of destinations.values()) {
          if (compareSeverity(incident.severity, webhook.minSeverity) < 0) continue;
          // States of one incident are sent in the order of created_at, so no two may share it.
          lastCreated = Math.max(now(), lastCreated + 1);
          rows.push(newDelivery(incident, { destination: webhook.name, at: lastCreated, due: now() }));
        }
      if (rows.length === 0) return;
      await outbox.enqueue(rows);
      const sleeping = wake;
      wake = new AbortController();
      sleeping.abort();
    },
    async run(signal) {
      await Promise.all([...destinations.values()].map((destination) => serve(destination, signal)));
    },
    async drain() {
      for (const destination of destinations.values()) while ((await batch(destination)) > 0);
    },
    async redeliver(id) {
      const delivery = await outbox.get(id);
      if (!delivery)
        throw new UsageError(
          `there is no delivery ${id}; list them: SELECT id, status FROM deliveries FINAL`,
        );
      const at = Math.max(now(), delivery.updated_at + 1);
      await outbox.record({
        ...delivery,
        status: 'pending',
        attempts: 0,
        next_attempt_at: now(),
        updated_at: at,
        last_error: '',
      });
    },
    statistics: () => ({ ...statistics }),
  };
}

type Outcome =
  | { kind: 'delivered' }
  | { kind: 'failed'; error: string; retryAfter: string | null }
  | { kind: 'gone'; error: string };

function outcomeOf(answer: { status: number; retryAfter: string | null }): Outcome {
  if (answer.status >= 200 && answer.status <= 299) return { kind: 'delivered' };
  if (answer.status === 410) return { kind: 'gone', error: 'HTTP 410: the receiver wants no more' };
  const redirect = answer.status >= 300 && answer.status <= 399 ? ': redirects are not followed' : '';
  return { kind: 'failed', error: `HTTP ${answer.status}${redirect}`, retryAfter: answer.retryAfter };
}

interface Attempted {
  outcome: Outcome;
  now: number;
  random: number;
  isProbe: boolean;
}

function nextState(delivery: Delivery, o: Attempted): Delivery {
  const { outcome } = o;
  const attempts = delivery.attempts + 1;
  const next = { ...delivery, attempts, updated_at: Math.max(o.now, delivery.updated_at + 1) };
  if (outcome.kind === 'delivered') return { ...next, status: 'delivered', last_error: '' };
  if (outcome.kind === 'gone') return { ...next, status: 'dead', last_error: outcome.error };
  if (o.isProbe)
    return { ...next, attempts: delivery.attempts, last_error: outcome.error.slice(0, MAX_ERROR) };
  const wait = waitAfter({ attempts, retryAfter: outcome.retryAfter, now: o.now, random: o.random });
  const last_error = outcome.error.slice(0, MAX_ERROR);
  if (wait === null) return { ...next, status: 'dead', last_error };
  return { ...next, next_attempt_at: o.now + wait, last_error };
}

function newDelivery(incident: Incident, o: { destination: string; at: number; due: number }): Delivery {
  return {
    id: deliveryId(incident, o.destination),
    destination: o.destination,
    incident_id: incident.id,
    status: 'pending',
    attempts: 0,
    next_attempt_at: o.due,
    created_at: o.at,
    updated_at: o.at,
    last_error: '',
    payload: JSON.stringify(incident),
  };
}

/** What went wrong, without the URL (its path or query may be secret). */
function errorInWords(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  if (error.name === 'RefusedTargetError') return error.message;
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.name;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
