// D24: bytes in the present hour against the credential's own hours, or its peers' while it is young.
// Always holds: the day's bytes must also exceed a floor and five times its largest day. Does not see slow collection.

import { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { REPORTED, worthReporting } from '../../reporting.ts';
import { sizeInWords, thousands } from '../../scoring/wording.ts';
import { META } from './meta.ts';
import { upperTail } from './tail.ts';

const params = z.strictObject({
  threshold: z
    .number()
    .min(3)
    .max(50)
    .default(11.5)
    .meta({ unit: 'nats', effect: 'higher: the hour must be rarer' }),
  byteFloor: z
    .number()
    .min(100_000)
    .max(1e13)
    .default(50_000_000)
    .meta({ unit: 'bytes a day', effect: 'higher: smaller transfers never page' }),
  dayFactor: z
    .number()
    .min(1)
    .max(1000)
    .default(5)
    .meta({
      unit: 'times',
      effect: 'how far beyond the largest day of about a month the day must be; higher: growth stays quiet',
    }),
  youngByteFloor: z
    .number()
    .min(100_000)
    .max(1e13)
    .default(500_000_000)
    .meta({
      unit: 'bytes a day',
      effect: 'the floor for credentials judged by their peers; higher: first exports stay quiet',
    }),
  minPeers: z
    .number()
    .int()
    .min(2)
    .max(10_000)
    .default(10)
    .meta({ unit: 'credentials', effect: 'peers needed to judge a young credential' }),
  leastSpread: z
    .number()
    .min(0.2)
    .max(3)
    .default(0.7)
    .meta({
      unit: 'nats',
      effect:
        'least spread of an hour on the log scale; higher: tolerates more variation in very regular credentials',
    }),
});
type Ctx = Context<z.infer<typeof params>, Record<never, never>, typeof HEAVY>;

const HEAVY = { ...REPORTED } as const;
const HOUR = 3_600_000;
const LEAST_HOURS = 24;

export const dataVolume = defineDetector({
  meta: META,
  params,
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
        ? 'a busy hour: the largest hour before had ' + sizeInWords(bytes.maxHour)
        : 'a newcomer like others: no peer comes near it',
      'a growing habit: the day exceeds the largest one several times over',
    ],
    scope: 'credential',
  };
}
