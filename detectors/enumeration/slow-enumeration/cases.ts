// Cases of D15.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Caller,
  caller,
  DATA_CENTRE,
  DAY,
  type DetectorCase,
  HOUR,
  OFFICE,
  range,
  read,
  START,
  seeded,
  stream,
  together,
} from '../../cases.ts';

const family = 'enumeration';
const collection = '/v1/customers';
const agent = (n: number): Caller => caller(`agent-${n}`, OFFICE, { kind: 'session', client: 'desk' });
const partner = caller('partner', DATA_CENTRE, { client: 'partner' });

const isWeekend = (day: number): boolean => day % 7 >= 5;

/** On each working day about `perDay` different customers, each opened three times. */
const desk = (who: Caller, days: readonly number[], perDay: (day: number) => number): ApiEvent[] =>
  days
    .filter((day) => !isWeekend(day))
    .flatMap((day) => {
      const random = seeded(day * 31 + who.lineage.length + who.lineage.charCodeAt(6));
      const count = Math.round(perDay(day) * (0.85 + 0.3 * random.next()));
      const ids = Array.from({ length: count }, () => random.int(1, 900_000));
      return stream(
        who,
        { from: START + day * DAY + 8 * HOUR, every: (9 * HOUR) / (3 * count), seed: day },
        ids.flatMap((id) => [...read(collection, [id, id, id])]),
      );
    });

/** Reads beside the work, one call each. */
const copies = (who: Caller, days: readonly number[], perDay: (day: number) => number): ApiEvent[] =>
  days.flatMap((day) => {
    const random = seeded(day + 5000);
    const count = Math.round(perDay(day));
    return stream(
      who,
      { from: START + day * DAY + 8 * HOUR, every: (9 * HOUR) / count, seed: day },
      read(
        collection,
        Array.from({ length: count }, () => random.int(1_000_000, 9_000_000)),
      ),
    );
  });

const weeks = range(0, 20);
const after = range(21, 25);
const from = START + 21 * DAY;
const colleagues = (perDay: (day: number) => number): ApiEvent[] =>
  range(1, 5).flatMap((n) => desk(agent(n), range(0, 25), perDay));

export const cases: DetectorCase[] = [
  {
    name: 'an agent copies sixty customers a day beside the queue',
    kind: 'fires',
    events: () =>
      together(
        colleagues(() => 27),
        desk(agent(0), [...weeks, ...after], () => 27),
        copies(agent(0), after, () => 60),
      ),
    expect: { pages: true, family, within: { from, requests: 450, records: 260 } },
  },
  {
    name: 'a partner reads 30 per cent more every day',
    kind: 'fires',
    events: () =>
      together(
        desk(partner, weeks, () => 50),
        copies(partner, range(21, 30), (day) => 60 * 1.3 ** (day - 21)),
      ),
    expect: { pages: true, family, within: { from, requests: 800, records: 800 } },
  },
  {
    name: 'five days behind it, then sixty more a day',
    kind: 'cold start',
    events: () =>
      together(
        colleagues(() => 27),
        desk(agent(0), range(14, 25), () => 27),
        copies(agent(0), after, () => 60),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a portfolio of four hundred is handed over on one day',
    kind: 'quiet',
    events: () =>
      together(
        desk(partner, [...weeks, ...after], () => 20),
        copies(partner, [21], () => 400),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'the whole desk is busy for a week',
    kind: 'quiet',
    events: () =>
      together(
        colleagues((day) => (day < 21 ? 27 : 90)),
        desk(agent(0), [...weeks, ...after], (day) => (day < 21 ? 27 : 95)),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'ten per cent more every week for half a year',
    kind: 'quiet',
    events: () => desk(partner, range(0, 181), (day) => 20 * 1.1 ** (day / 7)),
    expect: { pages: false, family },
  },
  {
    name: 'an agent who may read all customers, as told',
    kind: 'quiet',
    facts: [
      {
        type: 'credential',
        tenant: 'default',
        match: { lineage: 'agent-0' },
        entitlements: [{ collection, records: null }],
      },
    ],
    events: () =>
      together(
        colleagues(() => 27),
        desk(agent(0), [...weeks, ...after], () => 27),
        copies(agent(0), after, () => 60),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'twenty more a day, which stays below the floor',
    kind: 'boundary',
    events: () =>
      together(
        desk(agent(0), [...weeks, ...after], () => 27),
        copies(agent(0), after, () => 20),
      ),
    expect: { pages: false, family },
  },
];
