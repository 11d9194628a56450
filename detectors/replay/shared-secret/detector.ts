// D27: one secret, two environments. Deterministic once the credential has settled in one of them, or the inventory says where it
// belongs.
// Always holds: environments are compared by the label the gateway's configuration gives; a credential that was in both from its
// first requests on is told once, without paging.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { hash32 } from '../../hash.ts';
import { REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { f64, u32 } from '../../state/fields.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

const HEAVY = {
  ...REPORTED,
  home: u32('hash of the environment of its first requests'),
  homeRequests: u32('requests there before the first elsewhere'),
  requests: u32('requests elsewhere since they began'),
  records: u32('objects new to the credential among them'),
  bytes: f64('bytes of those answers'),
  since: f64('first request elsewhere, ms; 0 when there was none'),
  lastAt: f64('latest request elsewhere, ms'),
} as const;
type Ctx = Context<z.infer<typeof PARAMS>, Record<never, never>, typeof HEAVY>;

const CERTAIN = Math.log(1e6);
const IDLE = 7 * 86_400_000;

export const sharedSecret = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: {},
  detect(context) {
    const { event, heavy: state, baseline, knowledge } = context;
    if (state === null || event.credential.weak || event.credential.kind === 'client') return null;
    const here = hash32(event.environment) || 1;
    const declared = knowledge.empty ? null : (knowledge.inventory(event)?.environment ?? null);
    if (state.home === 0) state.home = here;
    const away = declared === null ? here !== state.home : event.environment !== declared;
    if (!away) {
      if (state.since === 0) state.homeRequests++;
      return null;
    }
    if (event.status < 200 || event.status > 399) return null;
    if (state.since === 0 || event.at - state.lastAt > IDLE) begin(state, event.at);
    state.lastAt = event.at;
    state.requests++;
    state.records += baseline.objects.novel;
    state.bytes += event.bytes_out;
    if (CERTAIN < context.params.threshold || state.requests < context.params.requestFloor) return null;
    return worthReporting(state, event.at, state.requests) ? draftOf(context, declared) : null;
  },
});

function begin(state: NonNullable<Ctx['heavy']>, at: number): void {
  state.since = at;
  state.requests = state.records = state.bytes = 0;
  state.reportedAt = state.reportedAmount = 0;
}

function draftOf({ event, heavy, params: p }: Ctx, declared: string | null): Draft {
  const state = heavy!;
  const settled = declared !== null || state.homeRequests >= p.settledFloor;
  const window = spanInWords(event.at - state.since);
  return {
    logE: settled ? CERTAIN : 5,
    pages: settled,
    since: state.since,
    claim: `belongs to ${declared ?? 'another environment'}${declared === null ? `, where it made ${state.homeRequests} requests,` : ''} and is accepted in ${event.environment}: ${state.requests} requests in ${window}`,
    exposed: { records: state.records, bytes: state.bytes, events: state.requests },
    evidence: [
      {
        feature: 'environment',
        observed: event.environment,
        expected: declared ?? 'the one of its first requests',
        unit: 'environment',
        window: `${state.homeRequests} requests`,
      },
    ],
    rejected: ['a credential that was always used in both: it settled in one first'],
    scope: 'source',
  };
}
