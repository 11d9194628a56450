// Small detectors for engine tests: one that looks, one that counts with its own state, one that accuses on command.

import { z } from 'zod';
import type { Baseline, Peers } from '../../../detectors/baseline/view.ts';
import {
  type Context,
  type Detector,
  type DetectorMeta,
  type Draft,
  defineDetector,
} from '../../../detectors/detector.ts';
import { f64, u16, u32, u32s } from '../../../detectors/state/fields.ts';
import type { ApiEvent } from '../../../schemas/event.ts';

export function meta(id: string, name = 'made-up'): DetectorMeta {
  return {
    id,
    name,
    title: 'Made up for a test',
    family: 'volume',
    tactic: 'collection',
    behaviour: 'anything',
    attack: ['T1119'],
    owasp: ['API4:2023'],
    blindSpots: [],
    falsePositives: [],
    runbook: [],
    response: [],
  };
}

function draft(event: ApiEvent, o: Partial<Draft> = {}): Draft {
  return {
    logE: 12,
    pages: true,
    since: event.at,
    claim: 'did something',
    exposed: { records: 0, bytes: 0, events: 1 },
    evidence: [],
    rejected: [],
    scope: 'credential',
    ...o,
  };
}

const NONE = { light: {}, heavy: {}, group: {}, route: {} };

/** Calls `look` with the context of each event. */
export function looking(
  look: (event: ApiEvent, baseline: Baseline, peers: Peers, context: Context) => void,
): Detector {
  return defineDetector({
    meta: meta('D90'),
    params: z.object({}),
    ...NONE,
    detect(context) {
      look(context.event, context.baseline, context.peers, context as unknown as Context);
      return null;
    },
  }) as unknown as Detector;
}

/** Accuses when `when` says so. */
export function accusing(
  when: (event: ApiEvent, baseline: Baseline) => Partial<Draft> | null,
  id = 'D91',
): Detector {
  return defineDetector({
    meta: meta(id),
    params: z.object({}),
    ...NONE,
    detect({ event, baseline }) {
      const claim = when(event, baseline);
      return claim === null ? null : draft(event, claim);
    },
  }) as unknown as Detector;
}

/** Keeps state of every kind and accuses every `every`-th event of a credential from what it kept. */
export const counting = defineDetector({
  meta: meta('D92'),
  params: z.object({
    every: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(50)
      .meta({ unit: 'events', effect: 'higher: fewer findings' }),
    weight: z.number().min(0).max(1).default(0.5).meta({ unit: 'share', effect: 'none' }),
  }),
  light: { count: u16('events'), lastAt: f64('ms') },
  heavy: { recent: u32s(4, 'ring of route hashes'), next: u16('ring position') },
  group: { events: u32('events of the group') },
  route: { events: u32('events of the route') },
  detect({ event, baseline, params, light, heavy, group, route }) {
    light.count += 1;
    light.lastAt = event.at;
    if (heavy) {
      heavy.recent.set(heavy.next, baseline.source.cluster);
      heavy.next = (heavy.next + 1) % 4;
    }
    if (light.count % params.every !== 0) return null;
    const seen = `${heavy?.recent.get(0)} ${group.events} ${route.events} ${baseline.events} ${baseline.distinct.value}`;
    const learned = `${baseline.bytes.logMean} ${baseline.novelShare} ${baseline.source.probability}`;
    return draft(event, {
      logE: 4 + light.count / params.every,
      pages: light.count > 150,
      claim: `${seen} ${learned}`,
      exposed: { records: 2 ** (light.count / params.every), bytes: 0, events: 1 },
    });
  },
  learn({ group, route }) {
    group.events += 1;
    route.events += 1;
  },
}) as unknown as Detector;
