// D04: the key a token is bound to is not the one presented. Deterministic: nothing is learned, but that a gateway shows
// certificates at all.
// Always holds: a gateway that never shows a certificate makes nobody suspect; only accepted requests page.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { forgetReport, REPORTED, worthReporting } from '../../reporting.ts';
import { f64, u16, u32 } from '../../state/fields.ts';
import { thumbprint } from './binding.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import { createProofs, type Proofs } from './proofs.ts';

const HEAVY = {
  ...REPORTED,
  shown: u16('requests with the certificate the token is bound to, at most 65,535'),
  wrong: u32('accepted requests with a broken binding since they began'),
  records: u32('objects new to the credential among them'),
  bytes: f64('bytes of those answers'),
  since: f64('first of them, ms'),
} as const;
type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, None, None, Proofs>;
type Broken = 'another' | 'none' | 'again';
type Found = Broken | 'right' | 'unknown';

const CERTAIN = Math.log(1e6);
const IDLE = 7 * 86_400_000;

export const senderConstraint = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: {},
  memory: createProofs,
  detect(context) {
    const { event, heavy: state, baseline } = context;
    const { cnf, proof } = event.credential;
    if ((cnf === null && proof === undefined) || state === null) return null;
    const broken = compare(context);
    if (broken === 'right') state.shown = Math.min(65_535, state.shown + 1);
    if (broken === 'right' || broken === 'unknown') return null;
    if (event.status < 200 || event.status > 399) return null;
    if (state.wrong > 0 && event.at - state.since > IDLE) {
      state.wrong = state.records = state.bytes = 0;
      forgetReport(state);
    }
    if (state.wrong === 0) state.since = event.at;
    state.wrong++;
    state.records += baseline.objects.novel;
    state.bytes += event.bytes_out;
    context.suspect(CERTAIN);
    if (state.wrong < context.params.requestFloor || CERTAIN < context.params.threshold) return null;
    return worthReporting(state, event.at, state.wrong) ? draftOf(context, broken) : null;
  },
});

function compare({ event, heavy, params: p, memory }: Ctx): Found {
  const { cnf, certificate, proof, lineage } = event.credential;
  if (proof !== undefined) {
    if (memory.used({ key: `${event.tenant} ${lineage} ${proof.jti}`, at: event.at, event: event.id }))
      return 'again';
    return cnf === null || same(cnf, proof.thumbprint) ? 'right' : 'another';
  }
  if (certificate !== null) return same(cnf!, certificate) ? 'right' : 'another';
  return heavy!.shown >= p.usualFloor ? 'none' : 'unknown';
}

/** What cannot be read as a thumbprint is compared as it stands. */
function same(a: string, b: string): boolean {
  const left = thumbprint(a);
  const right = thumbprint(b);
  return left === null || right === null ? a === b : left === right;
}

const CLAIMS: Readonly<Record<Broken, string>> = {
  another: 'presented a token with another key than the one it is bound to',
  none: 'presented a bound token without the certificate it is bound to',
  again: 'presented a proof of possession that had been used before',
};

function draftOf({ event, heavy }: Ctx, broken: Broken): Draft {
  const state = heavy!;
  const { cnf, certificate, proof } = event.credential;
  return {
    logE: CERTAIN,
    pages: true,
    since: state.since,
    claim: `${CLAIMS[broken]}, in ${state.wrong} accepted ${state.wrong === 1 ? 'request' : 'requests'}; ${state.shown} requests before showed the right one`,
    exposed: { records: state.records, bytes: state.bytes, events: state.wrong },
    evidence: [
      {
        feature: broken === 'again' ? 'proof of possession' : 'key presented',
        observed:
          broken === 'again'
            ? `${proof?.jti ?? ''} again`
            : (proof?.thumbprint ?? certificate ?? 'none').slice(0, 16),
        expected: broken === 'again' ? 'one never used' : (cnf ?? '').slice(0, 16),
        unit: 'thumbprint',
        window: 'this request',
      },
    ],
    rejected: ['a gateway that shows no certificates: it showed the right one before, or shows another now'],
    scope: 'source',
  };
}
