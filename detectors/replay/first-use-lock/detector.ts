// D03: a token that lives for hours is locked to the network of its first use; how much leaving it says is learned from the tokens
// of the client.
// Always holds: only accepted requests count; networks the credential is known at, and private addresses, are no evidence. Tokens
// of people move between home and carrier, and teach that by themselves.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { hash32 } from '../../hash.ts';
import { forgetReport, REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { f32, f64, u16, u32 } from '../../state/fields.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, typeof GROUP, None>;
type State = NonNullable<Ctx['heavy']>;

const HEAVY = {
  ...REPORTED,
  token: u32('hash of the token that is locked'),
  place: u32('network, else prefix, of its first use'),
  firstAt: f64('when that was, ms'),
  moved: u16('1 when this token was used from elsewhere'),
  tokens: u16('tokens of the credential, up to 200'),
  movers: u16('of these, those used from more than one network'),
  away: u16('accepted requests of this token from elsewhere'),
  records: u32('objects or items they gave'),
  bytes: f64('bytes they gave'),
  since: f64('first of them, ms'),
} as const;
const GROUP = {
  tokens: f32('tokens of the client; halved at 20,000'),
  movers: f32('of these, those used from more than one network'),
} as const;

const HOUR = 3_600_000;
/** A thief uses a token elsewhere; that the owner does is as likely as the client's tokens show. */
const STOLEN = Math.log(0.5);
const LEAST_MOVES = 1e-4;
const PRIOR_TOKENS = 10;
const PRIOR_MOVES = 0.5;
/** The network among the client's others. */
const MOST_PLACE = 4;
const COMMON_PLACE = 0.02;
const PRIVATE =
  /^(?:10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|fe80|::1)/i;

export const firstUseLock = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: GROUP,
  route: {},
  detect(context) {
    const { event, heavy: state, baseline, params: p } = context;
    const { issued_at: issued, expires_at: expires } = event.credential;
    if (state === null || issued === null || expires === null) return null;
    if (expires - issued > p.lifetime * HOUR || event.status < 200 || event.status > 299) return null;
    const here = placeOf(context);
    if (here === 0) return null;
    const token = tokenOf(context, issued);
    if (token !== state.token) {
      lock(context, token, here);
      return null;
    }
    if (here === state.place) return null;
    if (state.moved === 0) note(context);
    const { source } = baseline;
    if (event.client.asn === 0 ? source.prefixKnown : source.asnKnown) return null;
    if (state.away === 0) state.since = event.at;
    state.away++;
    state.records += Math.max(event.items ?? 0, baseline.objects.novel);
    state.bytes += event.bytes_out;
    const evidence = evidenceOf(context);
    if (evidence <= 0) return null;
    context.suspect(evidence);
    return judge(context, evidence);
  },
});

/** The network where it is known, else the prefix; 0 for what is no place of a caller. */
function placeOf({ event }: Ctx): number {
  const { asn, ip, prefix } = event.client;
  if (ip === null || prefix === null || PRIVATE.test(ip)) return 0;
  return asn === 0 ? hash32(prefix) || 1 : asn;
}

const tokenOf = ({ event }: Ctx, issued: number): number =>
  hash32(event.credential.jti ?? event.credential.fingerprint ?? String(issued)) || 1;

/** The first use of a token: what the one before did is final. */
function lock({ event, heavy, group }: Ctx, token: number, place: number): void {
  const state = heavy!;
  state.token = token;
  state.place = place;
  state.firstAt = event.at;
  state.moved = state.away = state.records = state.bytes = 0;
  state.tokens++;
  group.tokens++;
  if (state.tokens >= 200) {
    state.tokens /= 2;
    state.movers /= 2;
  }
  if (group.tokens >= 20_000) {
    group.tokens /= 2;
    group.movers /= 2;
  }
  forgetReport(state);
}

/** Tokens that move make moving ordinary; one that moves to a place nobody knows does not. */
function note({ event, heavy, group, baseline }: Ctx): void {
  const state = heavy!;
  const { source } = baseline;
  const known = event.client.asn === 0 ? source.prefixKnown : source.asnKnown;
  if (!known && source.peerProbability < COMMON_PLACE) return;
  state.moved = 1;
  state.movers++;
  group.movers++;
}

/** ln of how much better a thief explains it than a client whose tokens move as they do. */
function evidenceOf({ heavy, group, baseline }: Ctx): number {
  const state = heavy!;
  const client = (group.movers + PRIOR_MOVES) / (group.tokens + PRIOR_TOKENS);
  const moves = (state.movers + PRIOR_TOKENS * client) / (state.tokens + PRIOR_TOKENS);
  const place = Math.log(COMMON_PLACE / Math.max(1e-9, baseline.source.peerProbability));
  return STOLEN - Math.log(Math.max(LEAST_MOVES, moves)) + Math.max(0, Math.min(MOST_PLACE, place));
}

function judge({ event, heavy, group, params: p }: Ctx, evidence: number): Draft | null {
  const state: State = heavy!;
  const pages = evidence >= p.threshold && state.away >= p.requestFloor;
  if (!pages && state.away > 1) return null;
  if (!worthReporting(state, event.at, state.away + (pages ? 1 : 0))) return null;
  const { client } = event;
  const later = spanInWords(event.at - state.firstAt);
  const here = client.asn === 0 ? (client.prefix ?? 'elsewhere') : `AS${client.asn} ${client.network}`;
  return {
    logE: evidence,
    pages,
    since: state.since,
    claim: `used a token from ${here} (${client.country}) ${later} after its first use in another network; of ${thousands(group.tokens)} tokens of this client ${thousands(group.movers)} moved so`,
    exposed: { records: state.records, bytes: state.bytes, events: state.away },
    evidence: [
      {
        feature: 'network of the token',
        observed: here,
        expected: client.asn === 0 ? 'the prefix of its first use' : `AS${state.place}`,
        unit: 'autonomous system or prefix',
        window: later,
      },
      {
        feature: 'tokens of the client that moved',
        observed: Math.round(group.movers),
        expected: Math.round(group.tokens),
        unit: 'tokens',
        window: 'learned',
      },
      {
        feature: 'accepted requests from there',
        observed: state.away,
        expected: 0,
        unit: 'requests',
        window: spanInWords(event.at - state.since),
      },
    ],
    rejected: [
      'a network the credential is known at: it never called from there',
      'people who change networks: tokens of this client hardly do',
      'a private address: such calls are left out',
    ],
    novelty: {
      kind: 'network',
      value: client.asn === 0 ? hash32(client.prefix ?? '') : client.asn,
      display: here,
    },
    scope: 'source',
  };
}
