// What a webhook receives: body by format, signed headers by the Standard Webhooks scheme, and the id that stays.
// Always holds: the same incident state gives the same id and body for a destination, however often it is enqueued or
// sent. No secret is part of any error message.

import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { WebhookConfig } from '../../schemas/config.ts';
import type { Incident } from '../../schemas/incident.ts';
import { toNative } from '../../schemas/siem/native.ts';
import { toOcsf } from '../../schemas/siem/ocsf.ts';

const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;

export interface Signer {
  /** Headers for one attempt at `now` (ms). */
  sign(o: { id: string; now: number; body: string }): Record<string, string>;
}

/** Throws when a secret is not `whsec_` + base64 of 24–64 bytes. Two secrets give two signatures during rotation. */
export function createSigner(webhook: WebhookConfig): Signer {
  const secrets = [webhook.secret, webhook.previousSecret].filter((secret) => secret !== undefined);
  const keys = secrets.map((secret, i) =>
    keyOf(secret, `${webhook.name}.${i === 0 ? 'secret' : 'previousSecret'}`),
  );
  return {
    sign({ id, now, body }) {
      const timestamp = new Date(now);
      return {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now / 1000)),
        'webhook-signature': keys.map((key) => key.sign(id, timestamp, body)).join(' '),
      };
    },
  };
}

function keyOf(secret: string, where: string): Webhook {
  const base64 = secret.replace(/^whsec_/, '');
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64').length : 0;
  if (bytes < MIN_SECRET_BYTES || bytes > MAX_SECRET_BYTES)
    throw new Error(
      `webhook ${where}: must be "whsec_" and the base64 of ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} random bytes`,
    );
  return new Webhook(secret);
}

/** The JSON text to send. */
export function bodyOf(incident: Incident, o: { format: WebhookConfig['format']; version: string }): string {
  return JSON.stringify(
    o.format === 'ocsf' ? toOcsf(incident, { productVersion: o.version }) : toNative(incident),
  );
}

/**
 * 32 hex digits from destination, incident and what changed. An incident opens once per id; later states differ by
 * time, severity, detectors and records.
 */
export function deliveryId(incident: Incident, destination: string): string {
  const change =
    incident.status === 'open'
      ? []
      : [incident.last_event_at, incident.severity, incident.detectors, incident.exposed.records];
  const text = JSON.stringify([destination, incident.id, incident.status, ...change]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
