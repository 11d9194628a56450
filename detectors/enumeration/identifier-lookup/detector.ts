// D12: identifiers are tried against a lookup. Judged for the endpoint, since lists come through proxies; hits and misses count
// alike, since both tell the caller what he wanted to know.
// Always holds: evidence that the share of never-asked identifiers rose above what is usual at this hour, and an excess of them.

import type { z } from 'zod';
import { type Context, defineDetector, type SharedDraft } from '../../detector.ts';
import { explain } from '../../endpoint/attribution.ts';
import { createEndpoints, type Endpoint, type Endpoints } from '../../endpoint/endpoints.ts';
import { isIdentifier } from '../../endpoint/identifiers.ts';
import { worthTelling } from '../../endpoint/telling.ts';
import { mix32 } from '../../hash.ts';
import { percent, spanInWords } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, None, None, None, Endpoints>;

const LEAST_HOURS = 24;
/** Share of new identifiers where nothing is learned: people look up many others only once. */
const COLD_SHARE = 0.4;
/** What one caller may add to the evidence. */
const CAP = 2000;
/** The same where nothing is learned: address books come by the hundred. */
const COLD_CAP = 100;
const APART = 0.5;

export const identifierLookup = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: {},
  group: {},
  route: {},
  memory: createEndpoints,
  watch(context) {
    const { event, baseline, memory } = context;
    const { hash, collectionHash } = baseline.objects;
    if (hash === 0) return null;
    const answered = event.status === 404 || (event.status >= 200 && event.status < 300);
    if (!answered || !isLookup(context)) return null;
    const endpoint = memory.of(event.tenant, collectionHash, event.at);
    endpoint.usual.advance(event.at);
    const identifier = mix32(hash ^ collectionHash);
    const fresh = !endpoint.touched.has(identifier);
    if (fresh) endpoint.touched.add(identifier, event.at);
    endpoint.usual.count(fresh);
    const cold = endpoint.usual.hours < LEAST_HOURS;
    const usual = cold ? COLD_SHARE : endpoint.usual.upper(event.at);
    const { lineage, display } = event.credential;
    endpoint.test.step({
      outcome: fresh,
      usual,
      at: event.at,
      mean: cold ? COLD_SHARE : endpoint.usual.mean(event.at),
      cap: cold ? COLD_CAP : CAP,
      lineage,
      display,
      records: event.status < 300 ? 1 : 0,
      bytes: event.bytes_out,
    });
    return fresh ? judge(context, endpoint, { usual, cold }) : null;
  },
});

function isLookup({ event, knowledge }: Ctx): boolean {
  if (isIdentifier(event.objects.at(-1)!.collection)) return true;
  return !knowledge.empty && knowledge.tags(event.tenant, event.route).has('lookup');
}

function judge(
  context: Ctx,
  endpoint: Endpoint,
  { usual, cold }: { usual: number; cold: boolean },
): SharedDraft[] | null {
  const { event, params: p, knowledge } = context;
  const { test } = endpoint;
  const { evidence } = test;
  if (evidence < 3) return null;
  if (!cold) endpoint.usual.tainted = true;
  const floor = cold
    ? Math.max(p.coldFloor, p.recordFloor)
    : Math.max(p.recordFloor, p.dailyFactor * endpoint.usual.perDay);
  const own = test.callers.get(event.credential.lineage)?.outcomes ?? 0;
  const alone = cold && own >= Math.max(p.callerFloor, p.recordFloor);
  if (evidence < p.threshold || (test.excess < floor * (1 - usual) && !alone)) return null;
  if (test.callers.size > 100 && (mix32(event.at) & 15) !== 0) return null;
  if (!knowledge.empty && knowledge.job(event) !== null) return null;
  const found = explain(test.callers.values(), { usual: Math.min(usual, APART), apart: APART });
  if (found.requests < (alone ? own : floor) || !worthTelling(test, event.at, found.requests)) return null;
  const window = spanInWords(event.at - found.since);
  const callers = found.attributed.length;
  const name = event.objects.at(-1)!.collection.replace(/^\?/, '');
  return [
    {
      logE: evidence,
      pages: true,
      since: found.since,
      claim: `was asked for ${thousands(found.requests)} values of ${name} in ${window}, most of which nobody had asked for before, by ${thousands(callers)} ${callers === 1 ? 'caller' : 'callers'}; ${thousands(found.records)} were found (${percent(found.records / found.requests)})`,
      exposed: { records: found.records, bytes: found.bytes, events: found.requests },
      evidence: [
        {
          feature: 'identifiers nobody asked for before',
          observed: found.requests,
          expected: Math.round(usual * found.requests),
          unit: 'identifiers',
          window,
        },
        {
          feature: 'identifiers found',
          observed: found.records,
          expected: 'whom people know',
          unit: 'identifiers',
          window,
        },
        { feature: 'callers', observed: callers, expected: 0, unit: 'callers', window },
        {
          feature: 'new identifiers on a usual day',
          observed: found.requests,
          expected: Math.round(endpoint.usual.perDay),
          unit: 'identifiers',
          window: 'learned',
        },
      ],
      rejected: [
        'people looking up whom they know: these identifiers were never asked for',
        `address books: ${alone ? 'no book is that large' : 'together far more than the usual number was tried'}`,
      ],
      scope: 'credential',
      subject: {
        kind: 'route',
        key: `route:${event.method} ${event.route}`,
        display: `${event.method} ${event.route}`,
      },
      attributed: found.attributed,
    },
  ];
}
