// D24: bytes in the present hour against the credential's own hours, or its peers' while it is young.
// Always holds: the day's bytes must also exceed a floor and five times its largest day. Does not see slow collection.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { REPORTED, worthReporting } from '../../reporting.ts';
import { sizeInWords, thousands } from '../../scoring/wording.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import { upperTail } from './tail.ts';

type Ctx = Context<z.infer<typeof PARAMS>, Record<never, never>, typeof HEAVY>;

const HEAVY = { ...REPORTED } as const;
const HOUR = 3_600_000;
const LEAST_HOURS = 24;

export const dataVolume = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: {},
  detect(context) {
    const { event, baseline, peers, heavy: state, params: p } = context;
    if (state === null || event.bytes_out === 0) return null;
    const { bytes } = baseline;
    const today = bytes.today + event.bytes_out;
    if (today < p.byteFloor || today < p.dayFactor * bytes.maxDay) return null;
    const own = baseline.mature && bytes.hours >= LEAST_HOURS;
    if (!own && (event.credential.weak || peers.size < p.minPeers || today < p.youngByteFloor)) return null;
    const usual = own
      ? { mean: bytes.logMean, sd: bytes.logSd }
      : { mean: peers.bytesLogMean, sd: peers.bytesLogSd };
    const hour = bytes.thisHour + event.bytes_out;
    const z = (Math.log1p(hour) - usual.mean) / Math.max(own ? p.leastSpread : 2 * p.leastSpread, usual.sd);
    // e = 0.5 / sqrt(p) turns a tail probability into an e-value (Vovk and Wang 2021).
    const logE = Math.log(0.5) - 0.5 * Math.log(upperTail(z));
    if (logE < p.threshold || !worthReporting(state, event.at, today)) return null;
    return report(context, { logE, hour, today, own, usualHour: Math.expm1(usual.mean) });
  },
});

function report(
  { event, baseline, peers }: Ctx,
  o: { logE: number; hour: number; today: number; own: boolean; usualHour: number },
): Draft {
  const { bytes } = baseline;
  const sample = o.own ? `${thousands(bytes.hours)} active hours` : `${thousands(peers.size)} peers`;
  return {
    logE: o.logE,
    pages: true,
    since: Math.floor(event.at / HOUR) * HOUR,
    claim: `received ${sizeInWords(o.hour)} within an hour and ${sizeInWords(o.today)} today; ${o.own ? 'its usual hour is' : 'a usual hour of its peers is'} ${sizeInWords(o.usualHour)}`,
    exposed: {
      records: baseline.novelObjects.thisHour + baseline.objects.novel,
      bytes: o.hour,
      events: baseline.requests.thisHour + 1,
    },
    evidence: [
      {
        feature: 'bytes in this hour',
        observed: Math.round(o.hour),
        expected: Math.round(o.usualHour),
        unit: 'bytes',
        window: sample,
      },
      {
        feature: 'bytes today',
        observed: Math.round(o.today),
        expected: Math.round(bytes.maxDay),
        unit: 'bytes',
        window: 'largest day of about a month',
      },
      {
        feature: 'requests in this hour',
        observed: baseline.requests.thisHour + 1,
        expected: Math.round(Math.expm1(o.own ? baseline.requests.logMean : peers.requestsLogMean)),
        unit: 'requests',
        window: sample,
      },
    ],
    rejected: [
      o.own
        ? `a busy hour: the largest hour before had ${sizeInWords(bytes.maxHour)}`
        : 'a newcomer like others: no peer comes near it',
      'a growing habit: the day exceeds the largest one several times over',
    ],
    scope: 'credential',
  };
}
