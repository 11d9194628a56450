// D20: sign-ins of strangers fail in numbers. A site-wide test (Javed and Paxson 2013): how many of the attempts are refused and
// name an account never seen on this route?
// Always holds: an outage refuses accounts that are known, so it does not count; who retries one account counts once.

import type { z } from 'zod';
import { type Context, defineDetector, type SharedDraft } from '../../detector.ts';
import { createEndpoints, type Endpoint, type Endpoints } from '../../endpoint/endpoints.ts';
import { worthTelling } from '../../endpoint/telling.ts';
import { hash32, mix32 } from '../../hash.ts';
import { percent, spanInWords } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, None, None, None, Endpoints>;

const LEAST_HOURS = 24;
/** Refused strangers where nothing is learned: people mistype. */
const COLD_SHARE = 0.3;

export const credentialStuffing = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: {},
  group: {},
  route: {},
  memory: createEndpoints,
  watch(context) {
    const { event, memory } = context;
    const { kind, subject } = event.credential;
    // Only where accounts are named: basic sign-ins, and tokens with a subject.
    if (subject === null || (kind !== 'basic' && event.status !== 401)) return null;
    const endpoint = memory.of(event.tenant, hash32(event.route, hash32(event.method)), event.at);
    endpoint.usual.advance(event.at);
    const account = mix32(hash32(subject));
    const known = endpoint.touched.has(account);
    if (!known) endpoint.touched.add(account, event.at);
    const refused = event.status === 401 || event.status === 403;
    const stranger = refused && !known && context.baseline.seen === 0;
    endpoint.usual.count(stranger);
    const usual = endpoint.usual.hours < LEAST_HOURS ? COLD_SHARE : endpoint.usual.upper(event.at);
    endpoint.test.step({
      // Each account once: a second try neither adds to it nor takes away.
      outcome: stranger,
      usual: known && refused ? 0.005 : usual,
      mean: known && refused ? 0 : usual,
      at: event.at,
      cap: 1000,
      lineage: event.credential.lineage,
      display: event.credential.display,
      records: 0,
      bytes: event.bytes_out,
    });
    if (!refused) noteEntry(endpoint, event.credential.lineage, event.bytes_out);
    return stranger ? judge(context, endpoint, usual) : null;
  },
});

/** Somebody who was refused is let in: this is what the list was tried for. */
function noteEntry(endpoint: Endpoint, lineage: string, bytes: number): void {
  const caller = endpoint.test.callers.get(lineage);
  if (caller === undefined || caller.outcomes === 0) return;
  caller.records = 1;
  caller.bytes += bytes;
}

function judge({ event, params: p }: Ctx, endpoint: Endpoint, usual: number): SharedDraft[] | null {
  const { test } = endpoint;
  const { evidence } = test;
  if (evidence < 3) return null;
  endpoint.usual.tainted = true;
  const floor = Math.max(p.accountFloor, p.dailyFactor * endpoint.usual.perDay);
  if (evidence < p.threshold || test.excess < floor * (1 - usual)) return null;
  if (test.callers.size > 200 && (mix32(event.at) & 15) !== 0) return null;
  const tried = [...test.callers.values()].filter(({ outcomes }) => outcomes > 0);
  if (tried.length < floor || !worthTelling(test, event.at, tried.length)) return null;
  tried.sort((a, b) => b.records - a.records || b.requests - a.requests || (a.lineage < b.lineage ? -1 : 1));
  const inside = tried.filter(({ records }) => records > 0);
  const requests = tried.reduce((sum, one) => sum + one.requests, 0);
  const since = Math.min(...tried.slice(0, 5000).map(({ firstAt }) => firstAt));
  const window = spanInWords(event.at - since);
  return [
    {
      logE: evidence,
      pages: true,
      since,
      claim: `refused ${thousands(tried.length)} accounts it had never seen in ${window}, ${percent(tried.length / requests)} of the attempts on a new one; ${thousands(inside.length)} were let in afterwards`,
      exposed: {
        records: inside.length,
        bytes: inside.reduce((sum, one) => sum + one.bytes, 0),
        events: requests,
      },
      evidence: [
        {
          feature: 'accounts let in after being refused',
          observed:
            inside.length === 0
              ? 'none'
              : inside
                  .slice(0, 20)
                  .map(({ display }) => display)
                  .join(', '),
          expected: 'none',
          unit: 'accounts',
          window,
        },
        {
          feature: 'refused accounts never seen before',
          observed: tried.length,
          expected: Math.round(usual * requests),
          unit: 'accounts',
          window,
        },
        {
          feature: 'attempts per account',
          observed: Math.round((requests / tried.length) * 10) / 10,
          expected: 'several',
          unit: 'attempts',
          window,
        },
        {
          feature: 'refused strangers on a usual day',
          observed: tried.length,
          expected: Math.round(endpoint.usual.perDay),
          unit: 'accounts',
          window: 'learned',
        },
      ],
      rejected: [
        'an outage of the identity provider: it would refuse accounts that are known',
        'one user trying again: each account counts once',
      ],
      scope: 'credential',
      subject: {
        kind: 'route',
        key: `route:${event.method} ${event.route}`,
        display: `${event.method} ${event.route}`,
      },
      attributed: tried.slice(0, 1000).map(({ lineage, display, records, requests: calls }) => ({
        lineage,
        display,
        records,
        requests: calls,
      })),
    },
  ];
}
