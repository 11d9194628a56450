// Cases of D20.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Caller,
  call,
  caller,
  DAY,
  type DetectorCase,
  HOUR,
  MINUTE,
  place,
  range,
  SECOND,
  START,
  seeded,
  together,
} from '../../cases.ts';

const family = 'authentication';
const attack = START + 4 * DAY + 10 * HOUR;

const account = (name: string, n: number, client = 'chrome'): Caller =>
  caller(`basic:${name}`, place({ ip: `198.51.${100 + (n >> 8)}.${n & 255}`, client }), {
    kind: 'basic',
    secret: `${name} ${n}`,
  });
const signIn = (at: number, who: Caller, ok: boolean): ApiEvent => {
  const subject = who.lineage.slice('basic:'.length);
  return call(at, who, {
    method: 'POST',
    collection: '/v1/login',
    status: ok ? 200 : 401,
    bytes: ok ? 900 : 90,
    credential: { subject },
  });
};

/** Two hundred users who sign in every day and mistype now and then. */
function users(o: { from: number; days: number; fail?: (at: number) => boolean }): ApiEvent[] {
  const random = seeded(7);
  const out: ApiEvent[] = [];
  for (let day = 0; day < o.days; day++)
    for (let n = 0; n < 200; n++) {
      const at = o.from + day * DAY + 7 * HOUR + random.next() * 10 * HOUR;
      if (random.next() < 0.04) out.push(signIn(at - 20 * SECOND, account(`user${n}`, n), false));
      out.push(signIn(at, account(`user${n}`, n), !(o.fail?.(at) ?? false)));
    }
  return out.sort((a, b) => a.at - b.at);
}
const usual = (): ApiEvent[] => users({ from: START, days: 5 });
/** Accounts of a list, two tries each, one in a hundred right. */
const stuffing = (count: number, every: number, from = attack): ApiEvent[] =>
  range(0, 2 * count - 1).map((i) =>
    signIn(from + i * every, account(`list${i >> 1}`, 500 + (i % 3000), 'python-requests'), i % 200 === 3),
  );

export const cases: DetectorCase[] = [
  {
    name: 'a list of accounts through thousands of addresses',
    kind: 'fires',
    events: () => together(usual(), stuffing(600, 500)),
    expect: { pages: true, family, within: { from: attack, requests: 500 } },
  },
  {
    name: 'the same, one attempt a minute',
    kind: 'fires',
    events: () => together(usual(), stuffing(400, MINUTE)),
    expect: { pages: true, family, within: { from: attack, requests: 1000 } },
  },
  {
    name: 'a sign-in without a past',
    kind: 'cold start',
    events: () => stuffing(600, SECOND, START),
    expect: { pages: true, family, within: { from: START, requests: 600 } },
  },
  {
    name: 'the identity provider refuses everybody for an hour',
    kind: 'quiet',
    events: () =>
      users({
        from: START,
        days: 6,
        fail: (at) => at >= START + 5 * DAY + 9 * HOUR && at < START + 5 * DAY + 11 * HOUR,
      }),
    expect: { pages: false, family },
  },
  {
    name: 'one user tries forty times',
    kind: 'quiet',
    events: () =>
      together(
        usual(),
        range(0, 39).map((i) => signIn(attack + i * SECOND, account('lost', 77), false)),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a list shorter than the floor',
    kind: 'boundary',
    events: () => together(usual(), stuffing(40, SECOND)),
    expect: { pages: false, family },
  },
];
