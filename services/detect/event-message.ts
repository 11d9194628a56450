// A bus message back to the event it carries, or to the rejection that says why it is none.
// Always holds: whatever the message holds, exactly one of the two comes back; the excerpt is masked.

import { type ApiEvent, apiEvent } from '../../schemas/event.ts';
import type { Rejection } from '../../schemas/rejection.ts';
import type { BusBatch, BusMessage } from '../bus/bus.ts';
import { maskText } from '../ingest/mask/mask.ts';

const EXCERPT = 512;

/** Events and rejections of a batch, each in order. */
export function readEvents(batch: BusBatch): { events: ApiEvent[]; rejections: Rejection[] } {
  const events: ApiEvent[] = [];
  const rejections: Rejection[] = [];
  for (const message of batch.messages) {
    const outcome = readEvent(message);
    if ('event' in outcome) events.push(outcome.event);
    else
      rejections.push({
        ...outcome,
        format: 'api-event',
        position: `${batch.topic}/${batch.partition}@${message.offset}`,
        excerpt: maskText((message.value ?? Buffer.alloc(0)).toString('utf8', 0, EXCERPT)).slice(0, EXCERPT),
      });
  }
  return { events, rejections };
}

function readEvent({ value }: BusMessage): { event: ApiEvent } | Pick<Rejection, 'reason' | 'detail'> {
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
