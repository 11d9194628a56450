// D01: how improbable is this source for this credential? A likelihood ratio over network and client against the peers.
// Always holds: a network alone or a client alone never pages; a source is judged at its first request and watched for a day.
// After Freeman et al. 2016, "Who are you? A statistical approach to measuring user authenticity".

import type { z } from 'zod';
import { clientHash } from '../../baseline/source-code.ts';
import type { Baseline } from '../../baseline/view.ts';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { hash32 } from '../../hash.ts';
import { spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { clamp } from '../../sequential-test.ts';
import { META } from './meta.ts';
import { GROUP, HEAVY, takenUpBy, watch, watched } from './newcomers.ts';
import { PARAMS } from './params.ts';

type Ctx = Context<z.infer<typeof PARAMS>, Record<never, never>, typeof HEAVY, typeof GROUP>;

const DAY = 86_400_000;
/** Share of ordinary clients that any one client has where nothing is known. */
const CLIENT_SHARE = 0.01;
/** Evidence of a request to a route the credential never used, and at most. */
const STRANGE = 1.5;
const MOST_STRANGE = 6;
/** What sharing the prefix with other credentials of the tenant takes off. */
const SHARED_EGRESS = 4;

export const unfamiliarSource = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: GROUP,
  route: {},
  detect(context) {
    const { event, baseline, heavy: state, params: p } = context;
    if (state === null || event.credential.weak || event.credential.kind === 'client') return null;
    const { source } = baseline;
    let place = watched(state, source.cluster, event.at);
    if (place < 0) {
      if (event.client.asn === 0 ? source.prefixKnown : source.asnKnown) return null;
      const logE = baseline.mature ? improbability(context) : brokenLock(context);
      if (logE < p.supportThreshold) return null;
      place = watch(state, { cluster: source.cluster, logE, at: event.at });
    }
    const answered = event.status >= 200 && event.status < 300;
    // What the credential never did, done from where it never was, is no coincidence.
    if (!baseline.routeKnown) state.strange.set(place, state.strange.get(place) + 1);
    const logE = evidenceAt(state, place);
    context.suspect(logE);
    state.lastAt.set(place, event.at);
    state.requests.set(place, state.requests.get(place) + 1);
    if (answered) {
      state.answered.set(place, state.answered.get(place) + 1);
      state.records.set(place, state.records.get(place) + baseline.objects.novel);
      state.bytes.set(place, state.bytes.get(place) + event.bytes_out);
    }
    return judge(context, place);
  },
});

/** Of the source, and of what it is used for: an ordinary credential calls a route new to it once in fifty requests at most. */
const evidenceAt = (state: NonNullable<Ctx['heavy']>, place: number): number =>
  state.logE.get(place) + Math.min(MOST_STRANGE, STRANGE * state.strange.get(place));

/** ln of how much better "somebody else" explains the source than this credential's and its peers' history. */
function improbability({ event, baseline, group, params: p }: Ctx): number {
  const { source } = baseline;
  const egress = source.prefixTenants >= 2 ? SHARED_EGRESS : 0;
  const network = clamp(Math.log(source.peerProbability / source.probability), 0, p.networkCap) - egress;
  if (source.clientKnown) return network;
  const owner = hash32(event.credential.lineage);
  if (takenUpBy(group, { client: clientHash(event.client), owner, at: event.at }) >= p.rollout)
    return network;
  return network + clamp(Math.log(CLIENT_SHARE / source.clientProbability), 0, p.clientCap);
}

/**
 * A credential without history that was used from one place only is tied to it. A session or short-lived token stays with
 * one client, so another network and client break the tie; for others the country must be new, too.
 */
function brokenLock({ event, baseline, params: p }: Ctx): number {
  const { source } = baseline;
  if (source.clientKnown || source.prefixTenants >= 2) return 0;
  const { kind, jti, issued_at, expires_at } = event.credential;
  const short =
    kind === 'session' ||
    jti !== null ||
    (issued_at !== null && expires_at !== null && expires_at - issued_at <= DAY);
  const least = short ? p.lockRequests / 10 : p.lockRequests;
  if (baseline.events < least || !onePlace(baseline) || (!short && source.countryKnown)) return 0;
  return p.networkCap + Math.min(p.clientCap, Math.log(baseline.events) + 1);
}

function onePlace({ sources }: Baseline): boolean {
  const first = sources.at(0);
  for (let i = 1; i < sources.size; i++) {
    const other = sources.at(i);
    if (other.asn !== first.asn || other.clientHash !== first.clientHash || other.country !== first.country)
      return false;
  }
  return sources.size > 0;
}

function judge({ event, baseline, heavy, params: p }: Ctx, place: number): Draft | null {
  const state = heavy!;
  const requests = state.requests.get(place);
  const logE = evidenceAt(state, place);
  const pages = logE >= p.threshold && requests >= p.requestFloor && state.answered.get(place) > 0;
  if (!pages && requests > 1) return null;
  if (pages && !worthReporting(state, event.at, requests)) return null;
  const { client } = event;
  const since = state.firstAt.get(place);
  const usual = baseline.sources.at(0);
  const here = client.asn !== 0 ? `AS${client.asn} ${client.network}` : client.prefix;
  const known = `${baseline.sources.size} ${baseline.sources.size === 1 ? 'source' : 'sources'}`;
  return {
    logE,
    pages,
    since,
    claim: `is used from ${here} (${client.country}) with ${client.ua_family}, ${baseline.source.clientKnown ? 'a network never seen' : 'neither ever seen'} in its ${thousands(baseline.events)} requests from ${known}; ${thousands(requests)} ${requests === 1 ? 'request' : 'requests'} from there in ${spanInWords(event.at - since)}`,
    exposed: { records: state.records.get(place), bytes: state.bytes.get(place), events: requests },
    evidence: [
      {
        feature: 'network',
        observed: here,
        expected: usual.asn !== 0 ? `AS${usual.asn}` : (usual.prefix ?? 'known prefixes'),
        unit: 'autonomous system or prefix',
        window: `${baseline.events} requests`,
      },
      {
        feature: 'country',
        observed: client.country,
        expected: usual.country,
        unit: 'country',
        window: `${baseline.events} requests`,
      },
      {
        feature: 'client',
        observed: client.ua_family,
        expected: baseline.source.clientKnown ? 'known' : 'never seen',
        unit: 'client family',
        window: `${baseline.events} requests`,
      },
      {
        feature: 'requests from the source',
        observed: requests,
        expected: 0,
        unit: 'requests',
        window: spanInWords(event.at - since),
      },
    ],
    rejected: [
      `shared egress: ${baseline.source.prefixTenants < 2 ? 'no other credential of the tenant uses this prefix' : 'others use this prefix, which was taken into account'}`,
      'another address of the same provider: its whole network is new',
      'a release: fewer than the usual number of credentials changed client at that time',
    ],
    novelty: { kind: 'network', value: client.asn || hash32(client.prefix), display: here },
    scope: 'source',
  };
}
