// Raw gateway lines from a Kafka topic (a gateway's Kafka log plugin, Fluent Bit, Vector).
// Always holds: a message's offset is committed only after the sink has its events and rejections; the position
// `topic/3@42` makes ids, so a message that comes again gives the same event.

import type { Bus, BusMessage, Subscription } from '../bus/bus.ts';
import type { Intake } from './intake.ts';
import type { Normaliser } from './normalise.ts';
import type { Entry } from './read/entry.ts';
import { splitBytes } from './read/split.ts';

export interface KafkaLinesOptions {
  bus: Bus;
  topic: string;
  group: string;
  intake: Intake;
  normaliser: Normaliser;
}

export async function startKafkaLines(o: KafkaLinesOptions): Promise<Subscription> {
  await o.bus.ensureTopics([o.topic]);
  return await o.bus.subscribe({
    group: o.group,
    topics: [o.topic],
    handler: async ({ topic, partition, messages }) => {
      const entries = messages.flatMap((message) => entriesOf(message, `${topic}/${partition}`));
      await o.intake.take(entries, o.normaliser);
    },
  });
}

/** Usually one line; a JSON array or several lines give one entry each. */
function entriesOf(message: BusMessage, partition: string): Entry[] {
  const place = `${partition}@${message.offset}`;
  const bytes = message.value ?? Buffer.alloc(0);
  const entries = splitBytes(bytes, (kind, n) => (kind === 'line' && n === 1 ? place : `${place}#${n}`));
  // A message without content counts too: as one blank line.
  return entries.length > 0 ? entries : [{ bytes, position: place }];
}
