// Sources new to a credential that are being watched for a day (three per credential), and clients new to several credentials
// of a peer group at once.
// Always holds: bounded; the watched source idle for longest gives way. Does not promise to watch more than three at a time.

import { REPORTED } from '../../reporting.ts';
import { f32s, f64s, type StateView, u16s, u32s } from '../../state/fields.ts';

const WATCHED = 3;
const ROLLOUTS = 8;
const DAY = 86_400_000;
const ROLLOUT_WINDOW = 30 * 60_000;

export const HEAVY = {
  ...REPORTED,
  cluster: u32s(WATCHED, 'cluster label of a watched source; 0 when empty'),
  logE: f32s(WATCHED, 'evidence of its first request'),
  firstAt: f64s(WATCHED, 'first request, ms'),
  lastAt: f64s(WATCHED, 'latest request, ms'),
  requests: u32s(WATCHED, 'requests'),
  answered: u32s(WATCHED, 'of these, answered with 2xx'),
  records: u32s(WATCHED, 'objects new to the credential returned to it'),
  bytes: f64s(WATCHED, 'bytes returned to it'),
  strange: u16s(WATCHED, 'requests from it to routes the credential never used'),
} as const;
export type Watch = StateView<typeof HEAVY>;

/** Place of a source watched since less than a day ago, or -1. */
export function watched(state: Watch, cluster: number, at: number): number {
  for (let i = 0; i < WATCHED; i++)
    if (state.cluster.get(i) === cluster && at - state.firstAt.get(i) < DAY) return i;
  return -1;
}

export function watch(state: Watch, source: { cluster: number; logE: number; at: number }): number {
  let place = 0;
  for (let i = 1; i < WATCHED; i++) if (state.lastAt.get(i) < state.lastAt.get(place)) place = i;
  for (const field of [state.requests, state.answered, state.records, state.bytes, state.strange])
    field.set(place, 0);
  state.cluster.set(place, source.cluster);
  state.logE.set(place, source.logE);
  state.firstAt.set(place, source.at);
  return place;
}

export const GROUP = {
  client: u32s(ROLLOUTS, 'client that is new to credentials of the group; 0 when empty'),
  credentials: u16s(ROLLOUTS, 'credentials it is new to'),
  latest: u32s(ROLLOUTS, 'hash of the lineage that took it up last'),
  since: f64s(ROLLOUTS, 'when the first did, ms'),
} as const;

/** Credentials of the group that took up a client within half an hour, this one included: a release reaches many. */
export function takenUpBy(
  group: StateView<typeof GROUP>,
  o: { client: number; owner: number; at: number },
): number {
  let place = 0;
  for (let i = 0; i < ROLLOUTS; i++) {
    if (group.client.get(i) === o.client && o.at - group.since.get(i) < ROLLOUT_WINDOW) {
      if (group.latest.get(i) !== o.owner) group.credentials.set(i, group.credentials.get(i) + 1);
      group.latest.set(i, o.owner);
      return group.credentials.get(i);
    }
    if (group.since.get(i) < group.since.get(place)) place = i;
  }
  group.client.set(place, o.client);
  group.credentials.set(place, 1);
  group.latest.set(place, o.owner);
  group.since.set(place, o.at);
  return 1;
}
