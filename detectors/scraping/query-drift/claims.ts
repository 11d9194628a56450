// How D30 says what it found: of one caller, and of many that share one query.

import type { Draft, SharedDraft } from '../../detector.ts';
import { spanInWords } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import type { Ctx } from './detector.ts';
import type { Caller, Kind } from './episodes.ts';
import { mostItems } from './usual-queries.ts';

const shown = (shape: string): string => (shape === '' ? 'no parameters' : shape.slice(0, 120));
const REJECTED = [
  'a query that others use as well: fewer than the usual number of credentials ever asked so',
  'a person who looks at the first pages: the answers were larger or deeper, or the source was new',
];

export function callerClaim(
  { event, baseline, peers, route, group }: Ctx,
  o: { caller: Caller; evidence: number; strange: boolean; words: string; window: string },
): Draft {
  const { caller, window } = o;
  const kinds = caller.kinds.size;
  const from = o.strange ? ', from a network new to it' : '';
  const what =
    caller.records > 0 ? `, which listed about ${thousands(Math.round(caller.records))} items` : '';
  return {
    logE: o.evidence,
    pages: true,
    since: caller.since,
    claim: `asked ${event.route.slice(0, 80)} ${o.words} (${shown(event.query_shape)}) as neither it in ${thousands(baseline.events)} requests nor its ${thousands(peers.size)} peers used to${from}: ${thousands(caller.requests)} answers to ${kinds} ${kinds === 1 ? 'such query' : 'such queries'} in ${window}${what}`,
    exposed: { records: Math.round(caller.records), bytes: caller.bytes, events: caller.requests },
    evidence: [
      { feature: 'unfamiliar broad queries', observed: kinds, expected: 0, unit: 'kinds of query', window },
      {
        feature: 'items listed by them',
        observed: Math.round(caller.records),
        expected: `${Math.round(mostItems(route, group))} or fewer an answer`,
        unit: 'items',
        window,
      },
      {
        feature: 'query',
        observed: shown(event.query_shape),
        expected: 'one it or its peers have used before',
        unit: 'shape',
        window: 'learned',
      },
      {
        feature: 'queries that only look around',
        observed: caller.looks,
        expected: 0,
        unit: 'kinds of query',
        window,
      },
    ],
    rejected: REJECTED,
    scope: o.strange ? 'source' : 'credential',
  };
}

export function manyClaim(
  { event, route, group }: Ctx,
  episode: NonNullable<Kind['episode']>,
  o: { evidence: number; listed: boolean },
): SharedDraft {
  const callers = [...episode.callers.values()].sort(
    (a, b) => b.records - a.records || b.requests - a.requests || (a.lineage < b.lineage ? -1 : 1),
  );
  const window = spanInWords(event.at - episode.since);
  const records = Math.round(episode.records);
  const many = thousands(callers.length);
  const query = shown(event.query_shape);
  return {
    logE: o.evidence,
    pages: true,
    since: episode.since,
    claim: o.listed
      ? `listed about ${thousands(records)} items to ${many} callers in ${window} for a broad query hardly anybody had used (${query}); most of them are new or call from new networks`
      : `was asked by ${many} callers in ${window}, ${thousands(episode.strange)} of them from networks new to them, in a way hardly anybody had used (${query}): they look around for what there is to take`,
    exposed: { records, bytes: episode.bytes, events: episode.requests },
    evidence: [
      {
        feature: 'items listed by the query',
        observed: records,
        expected: `${Math.round(mostItems(route, group))} or fewer an answer`,
        unit: 'items',
        window,
      },
      { feature: 'callers of the query', observed: callers.length, expected: 0, unit: 'credentials', window },
      {
        feature: 'callers from networks new to them',
        observed: episode.strange,
        expected: 0,
        unit: 'credentials',
        window,
      },
      {
        feature: 'established callers at their usual places',
        observed: episode.settled,
        expected: 'most, for a new feature',
        unit: 'credentials',
        window,
      },
    ],
    rejected: [...REJECTED, 'a new feature: established users did not take it up'],
    scope: 'credential',
    subject: {
      kind: 'route',
      key: `route:${event.method} ${event.route}`,
      display: `${event.method} ${event.route}`,
    },
    attributed: callers.map(({ lineage, display, records: own, requests }) => ({
      lineage,
      display,
      records: Math.round(own),
      requests,
    })),
  };
}
