// The networks a credential is used from ("lanes"), in order of appearance, for one credential.
// Always holds: bounded at 6, the one idle for longest is forgotten; a carrier's or provider's changing prefixes are one lane, and so
// are both address families of one caller. Does not promise to tell apart two parties behind one network.

import type { ApiEvent } from '../../../schemas/event.ts';
import { clientHash, countryCode, prefixCode } from '../../baseline/source-code.ts';
import type { Baseline } from '../../baseline/view.ts';
import { hash32, mix32 } from '../../hash.ts';
import { REPORTED } from '../../reporting.ts';
import { f32, f64, f64s, type StateView, u8s, u16, u16s, u32, u32s } from '../../state/fields.ts';

export const LANES = 6;

export const HEAVY = {
  ...REPORTED,
  seen: u32('requests followed'),
  opened: u16('lanes opened so far'),
  last: u32('lane of the latest request, counted from 1; 0 when there was none'),
  steps: f32('requests the switch rate was learned from, halved at 4,000'),
  switches: f32('switches among them'),
  evidence: f32('CUSUM of switches between a settled and a joining lane'),
  returns: u32('such switches since the evidence was last 0'),
  behindSteps: u32('requests since then'),
  since: f64('when the evidence was last 0, ms'),
  network: u32s(LANES, 'hash of the network'),
  client: u32s(LANES, 'hash of the client that opened the lane'),
  secret: u32s(LANES, 'hash of the latest secret used there; 0 when unknown'),
  country: u16s(LANES, 'country code'),
  six: u8s(LANES, '1 when opened over IPv6'),
  shared: u8s(LANES, '1 when a secret used there was used in another lane too, or cannot be known'),
  firstAt: f64s(LANES, 'first request, ms'),
  lastAt: f64s(LANES, 'latest request, ms'),
  openedBefore: u16s(LANES, 'lanes opened before this one'),
  joined: u32s(LANES, 'requests of the credential before the first from this lane'),
  requests: u32s(LANES, 'requests from this lane; 0 when the lane is free'),
  answered: u32s(LANES, 'of these, answered with 2xx'),
  records: u32s(LANES, 'objects new to the credential returned to it'),
  bytes: f64s(LANES, 'bytes returned to it'),
} as const;
export type LaneState = StateView<typeof HEAVY>;

interface Origin {
  network: number;
  client: number;
  country: number;
  six: boolean;
  known: boolean;
}

/** Codes of prefixes that are not an IPv4 /24 start here. */
const NOT_FOUR = 0x01000000;

function originOf(place: { asn: number; prefix: number; client: number; country: number }): Origin {
  const { asn, prefix } = place;
  const network = asn !== 0 ? mix32(asn) : mix32((isInside(prefix) ? prefix >>> 8 : prefix) ^ 0x80000000);
  return { network, client: place.client, country: place.country, six: prefix >= NOT_FOUR, known: asn !== 0 };
}

/** Private and carrier-grade NAT ranges: pods, desks and phones move within them, so a /16 is one network. */
function isInside(prefix: number): boolean {
  if (prefix >= NOT_FOUR) return false;
  const a = prefix >>> 16;
  const b = (prefix >>> 8) & 255;
  return (
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 100 && b >= 64 && b < 128)
  );
}

/** Enters a call and returns its lane, and whether the lane was opened by it. */
export function enter(
  state: LaneState,
  event: ApiEvent,
  baseline: Baseline,
): { lane: number; opened: boolean } {
  if (state.seen === 0) seed(state, baseline);
  const { asn, prefix, country } = event.client;
  const origin = originOf({
    asn,
    prefix: prefixCode(prefix),
    client: clientHash(event.client),
    country: countryCode(country),
  });
  const known = laneOf(state, origin);
  const opened = known < 0;
  const lane = opened ? openLane(state, origin, { at: event.at, joined: baseline.seen }) : known;
  const answered = event.status >= 200 && event.status < 300;
  state.seen++;
  state.last = lane + 1;
  state.lastAt.set(lane, event.at);
  state.requests.set(lane, state.requests.get(lane) + 1);
  if (answered) {
    state.answered.set(lane, state.answered.get(lane) + 1);
    state.records.set(lane, state.records.get(lane) + baseline.objects.novel);
    state.bytes.set(lane, state.bytes.get(lane) + event.bytes_out);
  }
  noteSecret(state, lane, event.credential.fingerprint ?? event.credential.jti);
  return { lane, opened };
}

/** Lanes from before the credential was busy come from its source table. */
function seed(state: LaneState, { sources }: Baseline): void {
  for (let i = 0; i < sources.size; i++) {
    const s = sources.at(i);
    const origin = originOf({
      asn: s.asn,
      prefix: s.prefixHash,
      client: s.clientHash,
      country: countryCode(s.country),
    });
    let lane = laneOf(state, origin);
    if (lane < 0) lane = openLane(state, origin, { at: s.firstAt, joined: 0 });
    state.firstAt.set(lane, Math.min(state.firstAt.get(lane), s.firstAt));
    state.lastAt.set(lane, Math.max(state.lastAt.get(lane), s.lastAt));
    state.requests.set(lane, Math.max(1, state.requests.get(lane) + Math.round(s.count)));
    state.shared.set(lane, 1);
  }
}

function laneOf(state: LaneState, origin: Origin): number {
  let twin = -1;
  for (let i = 0; i < LANES; i++) {
    if (state.requests.get(i) === 0) continue;
    if (state.network.get(i) === origin.network) return i;
    const otherFamily = !origin.known && (state.six.get(i) === 1) !== origin.six;
    if (otherFamily && state.client.get(i) === origin.client && state.country.get(i) === origin.country)
      twin = i;
  }
  return twin;
}

function openLane(state: LaneState, origin: Origin, o: { at: number; joined: number }): number {
  let lane = 0;
  for (let i = 1; i < LANES && state.requests.get(lane) > 0; i++)
    if (state.requests.get(i) === 0 || state.lastAt.get(i) < state.lastAt.get(lane)) lane = i;
  state.openedBefore.set(lane, state.opened);
  state.opened++;
  state.network.set(lane, origin.network);
  state.client.set(lane, origin.client);
  state.country.set(lane, origin.country);
  state.six.set(lane, origin.six ? 1 : 0);
  state.firstAt.set(lane, o.at);
  state.lastAt.set(lane, o.at);
  state.joined.set(lane, o.joined);
  for (const field of [
    state.secret,
    state.shared,
    state.requests,
    state.answered,
    state.records,
    state.bytes,
  ])
    field.set(lane, 0);
  return lane;
}

/** Two devices of one person have a secret each; a copied credential is the same secret in both lanes. */
function noteSecret(state: LaneState, lane: number, secret: string | null): void {
  if (secret === null) {
    state.shared.set(lane, 1);
    return;
  }
  const hash = hash32(secret) || 1;
  state.secret.set(lane, hash);
  for (let i = 0; i < LANES; i++)
    if (i !== lane && state.requests.get(i) > 0 && state.secret.get(i) === hash) {
      state.shared.set(lane, 1);
      state.shared.set(i, 1);
    }
}

/** Whether the client or the country of a lane is known from another lane. */
export function elsewhere(state: LaneState, lane: number): { client: boolean; country: boolean } {
  const found = { client: false, country: false };
  for (let i = 0; i < LANES; i++) {
    if (i === lane || state.requests.get(i) === 0) continue;
    if (state.client.get(i) === state.client.get(lane)) found.client = true;
    if (state.country.get(i) === state.country.get(lane)) found.country = true;
  }
  return found;
}
