// The counterfactual of an incident: the tightest daily limit on this credential that would have stopped it, set just above
// the most it used on any of its last 30 ordinary days, so that ordinary use would never have met it.
// Always holds: no limit is proposed that ordinary days reached, nor one that the behaviour stayed under, nor one learned from
// less than a day. Does not promise that next month is like the last.

import type { Incident } from '../../schemas/incident.ts';
import { DAY, type OpenIncident } from './open-incident.ts';
import { sizeInWords, thousands } from './wording.ts';

type Limit = NonNullable<Incident['limit']>;

/** Room above the busiest ordinary day. */
const MARGIN = 1.1;
const REMEMBERED_DAYS = 30;

export function limitOf(incident: OpenIncident): Limit | null {
  const past = incident.baseline;
  if (past === null || incident.attributed !== null) return null;
  const days = Math.min(REMEMBERED_DAYS, Math.floor((past.lastAt - past.firstAt) / DAY));
  if (days < 1) return null;
  const { records, bytes } = incident.exposure;
  const perDay = Math.max(1, (incident.lastAt - incident.firstAt) / DAY);
  const candidates = [
    { unit: 'new objects', used: records, usual: past.maxNovelPerDay },
    { unit: 'requests', used: incident.calls, usual: past.maxRequestsPerDay },
    { unit: 'bytes', used: bytes, usual: past.maxBytesPerDay },
  ] as const;
  const limits = candidates.flatMap(({ unit, used, usual }) => {
    const per_day = Math.max(usual + 1, Math.ceil(usual * MARGIN));
    if (usual <= 0 || used / perDay <= per_day) return [];
    return [
      { unit, per_day, records: Math.round((records * per_day) / used), usual: Math.round(usual), days },
    ];
  });
  return limits.sort((a, b) => a.records - b.records)[0] ?? null;
}

export function limitInWords(limit: Limit, records: number): { action: string; effect: string } {
  const amount = (value: number): string =>
    limit.unit === 'bytes' ? sizeInWords(value) : `${thousands(value)} ${limit.unit}`;
  return {
    action: `Limit this credential to ${amount(limit.per_day)} a day`,
    effect: `would have stopped this after ${thousands(limit.records)} of ${thousands(records)} records; the most on any of its last ${limit.days} ${limit.days === 1 ? 'day' : 'days'} was ${amount(limit.usual)}, so ordinary use never meets it`,
  };
}
