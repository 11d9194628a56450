// Cases of D28.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Caller,
  caller,
  DATA_CENTRE,
  DAY,
  type DetectorCase,
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
const script: Place = { ...OFFICE, ua_family: 'python-requests' };

const program = (who: Caller, at: number, calls = 14): ApiEvent[] =>
  stream(
    who,
    { from: at, every: 150, jitter: 0.2, seed: 3 },
    range(1, calls).map((i) => ({ collection: USED[i % 4]! })),
  );
/** Reads a screen, then asks for the next thing. */
const byHand = (who: Caller, at: number, calls = 14): ApiEvent[] => {
  const random = seeded(at % 1000);
  let now = at;
  return range(1, calls).flatMap((i) => {
    now += random.next() < 0.5 ? 900 + 1500 * random.next() : 4 * SECOND + 40 * SECOND * random.next();
    return stream(who, { from: now, every: SECOND }, [{ collection: USED[i % 4]! }]);
  });
};
const often = (count: number, session: (at: number) => ApiEvent[], first = 0): ApiEvent[] =>
  range(0, count - 1).flatMap((n) =>
    session(START + Math.floor((first + n) / 4) * DAY + 9 * HOUR + (n % 4) * HOUR),
  );
const from = START + 15 * DAY;
const at = (place: Place, who: Caller): Caller => ({ ...who, place });
const now = (count: number, session: (at: number) => ApiEvent[]): ApiEvent[] =>
  range(0, count - 1).flatMap((n) => session(from + n * 40 * MINUTE));

export const cases: DetectorCase[] = [
  {
    name: 'the key of a service, at a browser',
    kind: 'fires',
    events: () =>
      together(
        often(56, (t) => program(service, t)),
        now(6, (t) => byHand(at(OFFICE, service), t)),
      ),
    expect: { pages: true, family, within: { from, requests: 60 } },
  },
  {
    name: 'the session of a person, in a script',
    kind: 'fires',
    events: () =>
      together(
        often(56, (t) => byHand(person, t)),
        now(6, (t) => program(at(script, person), t)),
      ),
    expect: { pages: true, family, within: { from, requests: 60 } },
  },
  {
    name: 'twelve sessions of a service, then a browser',
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
        often(56, (t) => program(service, t)),
        byHand(at(OFFICE, service), from),
        often(24, (t) => program(service, t), 64),
        byHand(at(OFFICE, service), from + 8 * DAY),
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
        now(6, (t) =>
          stream(
            person,
            { from: t, every: 10 * SECOND, jitter: 0 },
            range(1, 20).map(() => ({ collection: '/v1/me' })),
          ),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'three sessions, one fewer than the floor',
    kind: 'boundary',
    events: () =>
      together(
        often(56, (t) => program(service, t)),
        now(3, (t) => byHand(at(OFFICE, service), t)),
      ),
    expect: { pages: false, family },
  },
];
