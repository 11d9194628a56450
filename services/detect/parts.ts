// The parts of the input that `detect` judges: partitions of the events topic, by the names their positions are stored under.
// Always holds: a name stands for one sequence of events. A topic that was made anew counts from zero again and gets new names.

import type { Bus } from '../bus/bus.ts';
import { credentialKey } from '../ingest/bus-sink.ts';
import type { Position } from './detect.ts';

export interface Parts {
  /** The part that a credential's events come in; '' before any is named. */
  of(tenant: string, lineage: string): string;
  name(partition: number): string;
  /**
   * Finds the names of partitions and where they go on; undefined where no position is known.
   * `adopt` answers the stored positions of parts.
   */
  find(
    partitions: readonly number[],
    adopt: (parts: readonly string[]) => Promise<readonly Position[]>,
  ): Promise<Map<number, number | undefined>>;
}

export async function createParts(bus: Pick<Bus, 'partitioner' | 'ends'>, topic: string): Promise<Parts> {
  const partitionOf = await bus.partitioner(topic);
  const names = new Map<number, string>();
  const name = (partition: number): string => names.get(partition) ?? `${topic}/${partition}`;
  return {
    of: (tenant, lineage) => name(partitionOf(credentialKey(tenant, lineage))),
    name,
    async find(partitions, adopt) {
      const ends = await bus.ends(topic);
      const found = new Map<number, number | undefined>();
      let open = [...partitions];
      for (let made = 0; open.length > 0; made++) {
        for (const partition of open)
          names.set(partition, made === 0 ? `${topic}/${partition}` : `${topic}/${partition}#${made}`);
        const stored = new Map((await adopt(open.map(name))).map(({ part, position }) => [part, position]));
        const isPast = (partition: number): boolean =>
          (stored.get(name(partition)) ?? 0) > (ends.get(partition) ?? 0);
        for (const partition of open)
          if (!isPast(partition)) found.set(partition, stored.get(name(partition)));
        open = open.filter(isPast);
      }
      return found;
    },
  };
}
