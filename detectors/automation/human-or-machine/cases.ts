// Cases of D28.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Caller,
  caller,
  DATA_CENTRE,
  DAY,
  type DetectorCase,
  HOSTING_ABROAD,
  HOUR,
  MINUTE,
  OFFICE,
  type Place,
  range,
  SECOND,
  START,
  seeded,
  stream,
  together,
} from '../../cases.ts';

const family = 'automation';
const USED = ['/v1/orders', '/v1/customers', '/v1/me', '/v1/search'];
const service = caller('service', DATA_CENTRE);
const person = caller('person', OFFICE, { kind: 'session' });
/** A browser in the network the service is in. */
const AT_HOME: Place = { ...DATA_CENTRE, ua_family: 'chrome' };

const used = (i: number) => ({ collection: USED[i % 4]! });
const program = (who: Caller, at: number, calls = 14): ApiEvent[] =>
  stream(who, { from: at, every: 150, jitter: 0.2, seed: 3 }, range(1, calls).map(used));
/** Reads a screen, then asks for the next thing; `each` calls make a page. */
const byHand = (who: Caller, at: number, steps = 14, each = 1): ApiEvent[] => {
  const random = seeded(at % 1000);
  let now = at;
  return range(1, steps).flatMap(() => {
    now += random.next() < 0.5 ? 900 + 1500 * random.next() : 4 * SECOND + 40 * SECOND * random.next();
    return stream(who, { from: now, every: 30, seed: each }, range(1, each).map(used));
  });
};
const often = (count: number, run: (at: number) => ApiEvent[], first = 0): ApiEvent[] =>
  range(0, count - 1).flatMap((n) =>
    run(START + Math.floor((first + n) / 4) * DAY + 9 * HOUR + (n % 4) * HOUR),
  );
const from = START + 15 * DAY;
const at = (place: Place, who: Caller): Caller => ({ ...who, place });
/** Hour by hour. */
const now = (count: number, run: (at: number) => ApiEvent[], begin = from): ApiEvent[] =>
  range(0, count - 1).flatMap((n) => run(begin + n * HOUR + MINUTE));
const past = (count = 56): ApiEvent[] => often(count, (t) => program(service, t));

export const cases: DetectorCase[] = [
  {
    name: 'the key of a service, at a browser',
    kind: 'fires',
    events: () =>
      together(
        past(),
        now(6, (t) => byHand(at(OFFICE, service), t)),
      ),
    expect: { pages: true, family, within: { from, requests: 64 } },
  },
  {
    name: 'by hand, beside a service that never rests',
    kind: 'fires',
    events: () =>
      together(
        stream(service, { from: START, every: 45 * SECOND, jitter: 0.4 }, range(1, 32_000).map(used)),
        now(6, (t) => byHand(at(OFFICE, service), t)),
      ),
    expect: { pages: true, family, within: { from, requests: 450 } },
  },
  {
    name: "a second day by hand, in the company's network",
    kind: 'fires',
    events: () =>
      together(
        past(),
        now(7, (t) => byHand(at(AT_HOME, service), t)),
        now(3, (t) => byHand(at(AT_HOME, service), t), from + DAY),
      ),
    expect: { pages: true, family, within: { from: from + DAY, requests: 14 } },
  },
  {
    name: 'the session of a person, in a script',
    kind: 'fires',
    events: () =>
      together(
        often(56, (t) => byHand(person, t)),
        now(6, (t) => program(at(HOSTING_ABROAD, person), t)),
      ),
    expect: { pages: true, family, within: { from, requests: 64 } },
  },
  {
    name: 'twelve hours of a service, then a browser',
    kind: 'cold start',
    events: () =>
      together(
        often(12, (t) => program(service, t), 40),
        now(6, (t) => byHand(at(OFFICE, service), t)),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a developer looks once, and once more a week later',
    kind: 'quiet',
    events: () =>
      together(
        past(),
        byHand(at(OFFICE, service), from),
        often(24, (t) => program(service, t), 64),
        byHand(at(OFFICE, service), from + 8 * DAY),
      ),
    expect: { pages: false, family },
  },
  {
    name: "an afternoon by hand, in the company's network",
    kind: 'quiet',
    events: () =>
      together(
        past(),
        now(7, (t) => byHand(at(AT_HOME, service), t)),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a key that people and programs always shared',
    kind: 'quiet',
    events: () =>
      together(
        often(56, (t) =>
          Math.floor(t / HOUR) % 3 === 0 ? byHand(at(OFFICE, service), t) : program(service, t),
        ),
        now(8, (t) => byHand(at(OFFICE, service), t)),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a browser that refreshes by itself',
    kind: 'quiet',
    events: () =>
      together(
        often(56, (t) => byHand(person, t)),
        now(6, (t) => stream(person, { from: t, every: 10 * SECOND, jitter: 0 }, range(1, 20).map(used))),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a page that makes ten calls at once, then one that makes one',
    kind: 'quiet',
    events: () =>
      together(
        often(56, (t) => byHand(person, t, 10, 10)),
        now(6, (t) => byHand(person, t)),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'an assistant acts for its person, as declared',
    kind: 'quiet',
    facts: [{ type: 'credential', match: { lineage: 'person' }, agent: true }],
    events: () =>
      together(
        often(56, (t) => byHand(person, t)),
        now(6, (t) => program(at(HOSTING_ABROAD, person), t)),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'four hours, one fewer than the floor',
    kind: 'boundary',
    events: () =>
      together(
        past(),
        now(4, (t) => byHand(at(OFFICE, service), t)),
      ),
    expect: { pages: false, family },
  },
];
