// D26: a route that identified callers use, or that nobody used, answers callers nobody identified.
// Always holds: judged per route, since it is the route that is open; only answers with a record or a body of the usual size
// count. Public routes are learned as such from the share of anonymous successes.

import type { z } from 'zod';
import { type Context, defineDetector, type SharedDraft } from '../../detector.ts';
import { worthTelling } from '../../endpoint/telling.ts';
import { hash32 } from '../../hash.ts';
import { percent, spanInWords } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import { createRoutes, forget, give, type RouteFacts, type Routes } from './routes.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, None, None, None, Routes>;
type Protection = 'declared' | 'learned' | 'unknown';

const DAY = 86_400_000;
const CERTAIN = Math.log(1e6);
const FADE_AT = 100_000;
/** Half of the usual answer is an answer. */
const HALF = Math.LN2;
/** Successes below which a route is one that nobody uses. */
const HARDLY_USED = 20;
/** A tenant must have been watched for so long before a sleeping route is told from a new one. */
const LEAST_WATCH = 7 * DAY;
/** Days with anonymous answers after which a route is public. */
const PUBLIC_DAYS = 10;

export const anonymousAccess = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: {},
  group: {},
  route: {},
  memory: createRoutes,
  watch(context) {
    const { event, memory, anonymous } = context;
    if (event.status < 200 || event.status > 299 || event.method === 'OPTIONS') return null;
    const facts = memory.of(event.tenant, event.method, event.route, event.at);
    if (facts.since !== 0 && event.at - facts.lastAt > DAY) forget(facts);
    if (!(anonymous || event.credential.kind === 'client')) {
      learn(facts, event.bytes_out);
      return null;
    }
    noteDay(facts, event.at);
    const protection = protectionOf(context, facts);
    if (protection === null || !gives(event.bytes_out, event.objects.length, facts)) {
      facts.anonymous++;
      return null;
    }
    facts.lastAt = event.at;
    const { lineage, display } = event.credential;
    const objects = event.objects.map(({ collection, id }) => hash32(id, hash32(collection)));
    give(facts, { lineage, display, objects, bytes: event.bytes_out, at: event.at });
    return judge(context, facts, protection);
  },
});

/** A route that answers nobody in particular day after day is public, whatever its first days looked like. */
function noteDay(facts: RouteFacts, at: number): void {
  const day = Math.floor(at / DAY);
  if (day === facts.anonymousDay) return;
  facts.anonymousDay = day;
  facts.anonymousDays++;
}

function learn(facts: RouteFacts, bytes: number): void {
  facts.authenticated++;
  facts.logBytes += (Math.log1p(bytes) - facts.logBytes) / Math.min(facts.authenticated, 1000);
  if (facts.authenticated + facts.anonymous < FADE_AT) return;
  facts.authenticated /= 2;
  facts.anonymous /= 2;
}

/** Null for routes that answer everybody. */
function protectionOf({ event, knowledge, params: p, peers }: Ctx, facts: RouteFacts): Protection | null {
  const tags = knowledge.empty ? null : knowledge.tags(event.tenant, event.route);
  if (tags?.has('public')) return null;
  if (tags?.has('protected')) return 'declared';
  if (facts.anonymousDays >= PUBLIC_DAYS) return null;
  const total = facts.authenticated + facts.anonymous;
  if (facts.authenticated >= p.leastSuccesses && event.at - facts.firstAt >= LEAST_WATCH) {
    // Lower end of the share: one standard error and a half below.
    const share = facts.authenticated / total;
    return share - 1.5 * Math.sqrt((share * (1 - share)) / total) >= p.authenticated ? 'learned' : null;
  }
  const watched = peers.events >= 10_000;
  const asleep = total < HARDLY_USED && event.objects.length > 0 && watched;
  return asleep && (event.at - facts.firstAt < LEAST_WATCH || facts.since !== 0) ? 'unknown' : null;
}

function gives(bytes: number, objects: number, facts: RouteFacts): boolean {
  if (facts.authenticated < HARDLY_USED) return objects > 0;
  return Math.log1p(bytes) >= facts.logBytes - HALF;
}

function judge({ event, params: p }: Ctx, facts: RouteFacts, protection: Protection): SharedDraft[] | null {
  const amount = Math.max(facts.records, facts.requests >= 3 && facts.records === 0 ? facts.requests : 0);
  const floor = protection === 'unknown' ? Math.max(p.unknownFloor, p.recordFloor) : p.recordFloor;
  // Where protection is learned, each answer speaks for a change with the odds of the learned share.
  const logE =
    protection === 'learned' ? Math.min(CERTAIN, amount * Math.log(1 / (1 - p.authenticated))) : CERTAIN;
  if (amount < floor || logE < Math.min(p.threshold, CERTAIN)) return null;
  if (!worthTelling(facts, event.at, amount)) return null;
  const total = facts.authenticated + facts.anonymous;
  const window = spanInWords(event.at - facts.since);
  const callers = [...facts.callers.values()].sort((a, b) => b.records - a.records);
  return [
    {
      logE,
      pages: true,
      since: facts.since,
      claim: `gave ${thousands(facts.records)} records to ${thousands(callers.length)} callers without a credential in ${window}; ${WHY[protection](facts)}`,
      exposed: { records: facts.records, bytes: facts.bytes, events: facts.requests },
      evidence: [
        {
          feature: 'answers without a credential',
          observed: facts.requests,
          expected: Math.round(facts.anonymous),
          unit: 'answers',
          window,
        },
        {
          feature: 'share of answers to identified callers',
          observed: 0,
          expected: total === 0 ? 'never used' : percent(facts.authenticated / total),
          unit: 'share',
          window: `${thousands(total)} answers`,
        },
      ],
      rejected: [
        'a public route: it did not answer everybody before',
        'an error page or a health check: the answers name records or have the usual size',
      ],
      scope: 'credential',
      subject: {
        kind: 'route',
        key: `route:${event.method} ${event.route}`,
        display: `${event.method} ${event.route}`,
      },
      attributed: callers.map(({ lineage, display, records, requests }) => ({
        lineage,
        display,
        records,
        requests,
      })),
    },
  ];
}

const WHY: Readonly<Record<Protection, (facts: RouteFacts) => string>> = {
  declared: () => 'the route is declared to need one',
  learned: ({ authenticated }) => `all ${thousands(authenticated)} answers before went to identified callers`,
  unknown: () => 'hardly anybody had ever used the route',
};
