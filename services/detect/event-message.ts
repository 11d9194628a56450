// A bus message back to the event it carries, or to the rejection that says why it is none.
// Always holds: whatever the message holds, exactly one of the two comes back; the excerpt is masked. The fast way
// (read/scan-event.ts) gives the event that the slow way gives, or leaves the message to it.

import { type ApiEvent, apiEvent } from '../../schemas/event.ts';
import type { Rejection } from '../../schemas/rejection.ts';
import type { BusBatch } from '../bus/bus.ts';
import { maskExcerpt } from '../ingest/mask/mask.ts';
import { createEventScanner } from './read/scan-event.ts';

const EXCERPT = 512;
/** Bytes masked to get it: a secret may be longer than the excerpt. */
const EXCERPT_SOURCE = 4096;

const scanner = createEventScanner();

/** Events and rejections of a batch, each in order. */
export function readEvents(batch: BusBatch): { events: ApiEvent[]; rejections: Rejection[] } {
  const events: ApiEvent[] = [];
  const rejections: Rejection[] = [];
  for (const { value, offset } of batch.messages) {
    const event = value === null ? null : scanner.scan(value);
    if (event !== null) {
      events.push(event);
      continue;
    }
    const outcome = readSlowly(value);
    if ('event' in outcome) events.push(outcome.event);
    else
      rejections.push({
        ...outcome,
        format: 'api-event',
        position: `${batch.topic}/${batch.partition}@${offset}`,
        excerpt: excerptOf(value),
      });
  }
  scanner.close();
  return { events, rejections };
}

function excerptOf(value: Buffer | null): string {
  return maskExcerpt((value ?? Buffer.alloc(0)).toString('utf8', 0, EXCERPT_SOURCE)).slice(0, EXCERPT);
}

/** Reads any JSON and holds it against the schema, which also says what is wrong. */
export function readSlowly(value: Buffer | null): { event: ApiEvent } | Pick<Rejection, 'reason' | 'detail'> {
  if (value === null || value.length === 0) return { reason: 'empty', detail: 'the message has no content' };
  let json: unknown;
  try {
    json = JSON.parse(value.toString());
  } catch {
    return { reason: 'invalid-json', detail: 'the message is not valid JSON' };
  }
  const parsed = apiEvent.safeParse(json);
  if (parsed.success) return { event: parsed.data };
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'the message';
  return { reason: 'wrong-shape', detail: `${field.slice(0, 100)} is not as schemas/event.ts says` };
}
