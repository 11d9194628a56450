// D05: a credential after its end. Accepted, it pages; refused, it pages when it comes from where the credential never came from,
// since then somebody else has it; a forgotten job that is refused does not page.
// Always holds: deterministic, by what was told (revocations, inventory) and what the token says (exp, nbf).

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { f64, u32 } from '../../state/fields.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

const HEAVY = {
  ...REPORTED,
  accepted: u32('accepted requests after the end'),
  refused: u32('refused requests after the end'),
  records: u32('objects new to the credential among those accepted'),
  bytes: f64('bytes of those answers'),
  since: f64('first request after the end, ms; 0 when there was none'),
} as const;
type Ctx = Context<z.infer<typeof PARAMS>, Record<never, never>, typeof HEAVY>;

interface End {
  how: 'was revoked' | 'expired' | 'is not yet valid' | 'should have ended by the inventory';
  at: number;
  by: string;
}

const CERTAIN = Math.log(1e6);
const SKEW = 120_000;

export const endedCredential = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: {},
  detect(context) {
    const { event, heavy: state, knowledge } = context;
    const { expires_at, not_before } = event.credential;
    if (state === null || (knowledge.empty && expires_at === null && not_before === undefined)) return null;
    const end = endOf(context);
    if (end === null) {
      if (state.since !== 0) state.since = state.accepted = state.refused = state.records = state.bytes = 0;
      return null;
    }
    if (state.since === 0) state.since = event.at;
    const accepted = event.status >= 200 && event.status < 400;
    if (accepted) {
      state.accepted++;
      state.records += context.baseline.objects.novel;
      state.bytes += event.bytes_out;
    } else state.refused++;
    const elsewhere = !context.baseline.source.asnKnown && !context.baseline.source.prefixKnown;
    if (!accepted && !elsewhere) return null;
    context.suspect(CERTAIN);
    if (accepted && state.accepted < context.params.requestFloor) return null;
    if (
      CERTAIN < context.params.threshold ||
      !worthReporting(state, event.at, state.accepted + state.refused)
    )
      return null;
    return draftOf(context, end, { accepted, elsewhere });
  },
});

function endOf({ event, knowledge, params: p }: Ctx): End | null {
  const { expires_at, not_before } = event.credential;
  const { at } = event;
  if (expires_at !== null && at > expires_at + p.expiredGrace * 1000)
    return { how: 'expired', at: expires_at, by: 'its issuer' };
  if (not_before !== undefined && at < not_before - SKEW)
    return { how: 'is not yet valid', at: not_before, by: 'its issuer' };
  if (knowledge.empty) return null;
  const revoked = knowledge.revocation(event);
  if (revoked !== null && at > revoked.at + p.revokedGrace * 1000)
    return { how: 'was revoked', at: revoked.at, by: revoked.by };
  const inventory = knowledge.inventory(event);
  if (inventory?.expires_at && at > inventory.expires_at)
    return {
      how: 'should have ended by the inventory',
      at: inventory.expires_at,
      by: inventory.owner ?? 'the inventory',
    };
  return null;
}

function draftOf({ event, heavy }: Ctx, end: End, o: { accepted: boolean; elsewhere: boolean }): Draft {
  const state = heavy!;
  const when = new Date(end.at).toISOString();
  const requests = state.accepted + state.refused;
  const apart = end.at < event.at ? `${spanInWords(event.at - end.at)} after it` : 'before it';
  return {
    logE: CERTAIN,
    pages: true,
    since: state.since,
    claim: `${end.how} at ${when} by ${end.by} and is used ${apart}${o.elsewhere ? ' from a place it never came from' : ''}: ${state.accepted} of ${requests} requests were accepted`,
    exposed: { records: state.records, bytes: state.bytes, events: requests },
    evidence: [
      {
        feature: 'requests accepted after the end',
        observed: state.accepted,
        expected: 0,
        unit: 'requests',
        window: `since ${when}`,
      },
      {
        feature: 'source',
        observed: o.elsewhere ? 'never seen before' : 'known',
        expected: 'known',
        unit: 'network',
        window: 'this request',
      },
    ],
    rejected: [
      'a revocation on its way: the grace period is over',
      ...(o.accepted ? [] : ['a forgotten job: it would come from a known place']),
    ],
    scope: 'credential',
  };
}
