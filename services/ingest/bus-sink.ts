// The sink for separate processes: events to their topic, keyed by credential; rejections to the dead-letter topic.
// Always holds: an event too large for a Kafka message becomes a rejection, so that it cannot block its partition.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Rejection } from '../../schemas/rejection.ts';
import type { Bus, OutgoingMessage } from '../bus/bus.ts';
import type { Sink } from './sink.ts';

/** Below the broker's default limit of 1 MiB, with room for key and headers. */
const MAX_MESSAGE_BYTES = 900 * 1024;

export interface BusTopics {
  events: string;
  deadLetters: string;
}

/** Key of a credential's messages: all its events go to one partition, in order. */
export function credentialKey(tenant: string, lineage: string): string {
  return `${tenant}/${lineage}`;
}

export function createBusSink(o: { bus: Bus; topics: BusTopics }): Sink {
  async function reject(rejections: readonly Rejection[]): Promise<void> {
    if (rejections.length === 0) return;
    const messages = rejections.map((rejection) => ({ key: null, value: JSON.stringify(rejection) }));
    await o.bus.send(o.topics.deadLetters, messages);
  }
  return {
    reject,
    async publish(events) {
      const messages: OutgoingMessage[] = [];
      const tooLarge: Rejection[] = [];
      for (const event of events) {
        const value = JSON.stringify(event);
        // A UTF-16 unit is at most three bytes, so most events need no exact count.
        if (value.length * 3 > MAX_MESSAGE_BYTES && Buffer.byteLength(value) > MAX_MESSAGE_BYTES)
          tooLarge.push(oversize(event));
        else messages.push({ key: credentialKey(event.tenant, event.credential.lineage), value });
      }
      if (messages.length > 0) await o.bus.send(o.topics.events, messages);
      await reject(tooLarge);
    },
  };
}

function oversize(event: ApiEvent): Rejection {
  return {
    reason: 'too-long',
    detail: `the event is larger than ${MAX_MESSAGE_BYTES} bytes, the most a message may have`,
    format: event.gateway,
    position: `event:${event.id}`,
    excerpt: `${event.method} ${event.path}`.slice(0, 512),
  };
}
