// D14: the endpoint's first-touch test. It does not matter over how many keys and addresses a walk is spread: the endpoint sees
// more objects that nobody asked for in a month than it ever does at this hour.
// Always holds: evidence against what is usual at this hour, and an excess of records, and many callers that each contribute.

import type { z } from 'zod';
import { type Context, defineDetector, type SharedDraft } from '../../detector.ts';
import { type Explained, explain } from '../../endpoint/attribution.ts';
import { createEndpoints, type Endpoint, type Endpoints } from '../../endpoint/endpoints.ts';
import { isIdentifier } from '../../endpoint/identifiers.ts';
import { worthTelling } from '../../endpoint/telling.ts';
import { hash32, mix32 } from '../../hash.ts';
import { percent, spanInWords } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, None, None, None, Endpoints>;

const DAY = 86_400_000;
/** Below this age an endpoint's objects are new because it is. */
const LEAST_AGE = 3 * DAY;
const LEAST_HOURS = 24;
/** Tells listings from objects of the same route. */
const LISTINGS = 0x6c697374;

export const firstTouch = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: {},
  group: {},
  route: {},
  memory: createEndpoints,
  watch(context) {
    const { event, baseline, memory } = context;
    if (event.status < 200 || event.status > 299 || isBot(context)) return null;
    const listing = event.page !== null && (event.items ?? 0) > 0;
    const last = event.objects.at(-1);
    if (last === undefined ? !listing : isIdentifier(last.collection)) return null;
    // A page of a listing is an object of its own: the same query at the same position.
    const hash = last === undefined ? hash32(event.query) : baseline.objects.hash;
    const collectionHash =
      last === undefined ? hash32(event.route, LISTINGS) : baseline.objects.collectionHash;
    const collection = last?.collection ?? event.route;
    const endpoint = memory.of(event.tenant, collectionHash, event.at);
    endpoint.usual.advance(event.at);
    const object = mix32(hash ^ collectionHash);
    const fresh = !endpoint.touched.has(object);
    if (fresh) endpoint.touched.add(object, event.at);
    if (isEntitled(context, collection)) return null;
    endpoint.usual.count(fresh);
    if (endpoint.usual.hours < LEAST_HOURS || event.at - endpoint.firstAt < LEAST_AGE) return null;
    const usual = endpoint.usual.upper(event.at);
    const { lineage, display } = event.credential;
    endpoint.test.step({
      outcome: fresh,
      usual,
      mean: endpoint.usual.mean(event.at),
      at: event.at,
      cap: context.params.callerCap,
      lineage,
      display,
      records: last === undefined ? event.items! : 1,
      bytes: event.bytes_out,
    });
    return fresh ? judge(context, endpoint, usual) : null;
  },
});

const isBot = ({ event }: Ctx): boolean => event.credential.weak && event.client.ua_family.startsWith('bot:');

/** What may read in bulk, or does so as declared, is no part of what is usual nor of an attack. */
function isEntitled({ event, knowledge }: Ctx, collection: string): boolean {
  if (knowledge.empty) return false;
  return knowledge.entitlement(event, collection) !== null || knowledge.job(event) !== null;
}

function judge(context: Ctx, endpoint: Endpoint, usual: number): SharedDraft[] | null {
  const { event, params: p, knowledge } = context;
  const { test } = endpoint;
  const { evidence } = test;
  if (evidence < 3) return null;
  context.suspect(0);
  endpoint.usual.tainted = true;
  const floor = Math.max(p.recordFloor, p.dailyFactor * endpoint.usual.perDay);
  if (evidence < p.threshold || test.excess < floor || test.callers.size < p.leastCallers) return null;
  // Looking at everybody costs something; once the floor is passed, at most one request in sixteen does.
  if (test.callers.size > 100 && (mix32(event.at) & 15) !== 0) return null;
  if (!knowledge.empty && knowledge.deploy(event) !== null) return null;
  const found = explain(test.callers.values(), { usual, apart: p.callerShare });
  if (found.records < floor || found.attributed.length < p.leastCallers) return null;
  if (!worthTelling(test, event.at, found.records)) return null;
  return [draftOf(context, endpoint, { usual, found, evidence })];
}

function draftOf(
  { event }: Ctx,
  endpoint: Endpoint,
  { usual, found, evidence }: { usual: number; found: Explained; evidence: number },
): SharedDraft {
  const { test } = endpoint;
  const window = spanInWords(event.at - found.since);
  const callers = thousands(found.attributed.length);
  const outcomes = found.attributed.reduce((sum, one) => sum + one.records, 0);
  const share = outcomes / Math.max(1, found.requests);
  return {
    logE: evidence,
    pages: true,
    since: found.since,
    claim: `gave ${thousands(found.records)} objects nobody had touched in 30 days to ${callers} callers in ${window}; ${percent(Math.min(1, share))} of their reads were of such objects, at most ${percent(usual)} is usual at this hour`,
    exposed: {
      records: found.records,
      bytes: found.bytes,
      events: found.requests,
      certain: Math.floor(found.excess),
    },
    evidence: [
      {
        feature: 'reads of objects nobody touched in 30 days',
        observed: Math.round(test.excess + usual * found.requests),
        expected: Math.round(usual * found.requests),
        unit: 'objects',
        window,
      },
      {
        feature: 'callers that explain it',
        observed: found.attributed.length,
        expected: 0,
        unit: 'callers',
        window,
      },
      {
        feature: 'untouched objects on a usual day',
        observed: found.records,
        expected: Math.round(endpoint.usual.perDay),
        unit: 'objects',
        window: 'learned',
      },
    ],
    rejected: [
      'more of the usual traffic: returns to known objects would have grown as well',
      'one busy caller: what each contributes is counted up to a limit, and many take part',
      'a bulk job: those that are entitled to read in bulk were left out',
    ],
    scope: 'credential',
    subject: {
      kind: 'route',
      key: `route:${event.method} ${event.route}`,
      display: `${event.method} ${event.route}`,
    },
    attributed: found.attributed,
  };
}
