// D21: ordered stages within a day, each tested by itself: guesses, a success from their place, how new the place is to the
// credential, and the first privileged or collecting call.
// Always holds: the product of the softened stages is an e-value; no three of them page, so something must have been done.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { worthTelling } from '../../endpoint/telling.ts';
import { lookOfRoute } from '../../privilege/privileged-routes.ts';
import { spanInWords } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { createAccepted } from '../accepted.ts';
import { joined } from '../joined.ts';
import {
  accept,
  accountKey,
  createTries,
  outcomeOf,
  pairOf,
  refuse,
  SOURCE_FAILURES,
  sourceKey,
  suspicionOf,
  type Tries,
  usualFailures,
} from '../tries.ts';
import { type Chain, createChains, logEOf, softened } from './chains.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

const createMemory = () =>
  joined({
    accounts: createTries(),
    sources: createTries(),
    accepted: createAccepted(),
    chains: createChains(),
  });
type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, None, None, None, ReturnType<typeof createMemory>>;

/** One credential in fifty does something privileged or collects for the first time on a given day. */
const HARM = Math.log(50);
/** A guess that is right comes from the place of the guesses half of the time. */
const SAME_PLACE = 0.5;
const PRIVILEGED = 0.5;
/** Evidence of the first three stages worth telling other detectors. */
const SUPPORTS = 7;

export const successAfterFailures = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: {},
  group: {},
  route: {},
  memory: createMemory,
  detect(context) {
    const { event, memory } = context;
    if (event.credential.weak) return null;
    const outcome = outcomeOf(event);
    if (outcome === null) return null;
    if (outcome === 'refused') {
      note(context);
      return null;
    }
    const draft = acceptedNow(context);
    memory.accepted.add(event);
    return draft;
  },
});

/** A refusal, on its account and from its source. */
function note({ event, baseline, memory, suspect }: Ctx): void {
  const pair = pairOf(event);
  if (pair === null || memory.accepted.has(event, baseline)) return;
  const { subject, fingerprint, kind } = event.credential;
  const { cluster, prefixKnown } = baseline.source;
  const attempt = { event, pair, cluster, strange: !prefixKnown };
  const source = sourceKey(event);
  const from = memory.sources.of(source, event.at) ?? memory.sources.begin(source, event.at);
  refuse(from, { ...attempt, usual: SOURCE_FAILURES });
  if (subject === null || fingerprint === null || kind === 'jwt') return;
  const account = accountKey(event.tenant, subject);
  const on = memory.accounts.of(account, event.at) ?? memory.accounts.begin(account, event.at);
  refuse(on, { ...attempt, usual: usualFailures(baseline) });
  suspect(suspicionOf(on, attempt.strange));
}

function acceptedNow(context: Ctx): Draft | null {
  const { event, baseline, memory } = context;
  const { tenant, at } = event;
  const { lineage } = event.credential;
  const chain = memory.chains.size === 0 ? null : memory.chains.of(tenant, lineage, at);
  if (chain !== null) return baseline.source.cluster === chain.cluster ? goOn(context, chain) : null;
  if (memory.sources.size === 0) return null;
  const burst = burstBefore(context);
  if (burst === null || baseline.source.prefixKnown) return null;
  return begin(context, burst);
}

/** The guesses this success may be the last of; takes the success as evidence against the others. */
function burstBefore({ event, baseline, memory, params: p }: Ctx): Tries | null {
  const { subject, lineage } = event.credential;
  const { cluster, prefixKnown } = baseline.source;
  let strongest: Tries | null = null;
  const look = (tries: Tries | null, usual: number, end: () => void): void => {
    if (tries === null) return;
    const guessed = tries.evidence >= p.burst && tries.pairs.size >= p.secretFloor;
    const fits = guessed && tries.clusters.has(cluster) && !prefixKnown;
    if (fits && (strongest === null || tries.evidence > strongest.evidence)) strongest = tries;
    else if (!fits && !accept(tries, { lineage, at: event.at, usual })) end();
  };
  if (subject !== null) {
    const key = accountKey(event.tenant, subject);
    look(memory.accounts.of(key, event.at), usualFailures(baseline), () => memory.accounts.end(key));
  }
  const key = sourceKey(event);
  look(memory.sources.of(key, event.at), SOURCE_FAILURES, () => memory.sources.end(key));
  return strongest;
}

function begin(context: Ctx, burst: Tries): Draft | null {
  const { event, baseline, memory, peers } = context;
  const { source } = baseline;
  // Those who were only refused from there do not make the place a usual one.
  const usual = Math.max(
    source.floorProbability,
    source.peerProbability - burst.callers.size / Math.max(1, peers.size),
  );
  const chain: Chain = {
    since: burst.since,
    enteredAt: event.at,
    cluster: source.cluster,
    refused: burst.pairs.size,
    guessing: softened(burst.evidence),
    place: softened(Math.log(SAME_PLACE / usual)),
    // Of a credential without a past no place is new.
    novelty: baseline.events === 0 ? 0 : softened(Math.log(source.peerProbability / source.probability)),
    harm: 0,
    calls: 0,
    records: 0,
    bytes: 0,
    privileged: '',
    reportedAt: 0,
    reportedRecords: 0,
  };
  memory.chains.begin(event.tenant, event.credential.lineage, chain);
  return goOn(context, chain) ?? (logEOf(chain) >= SUPPORTS ? claim(context, chain, false) : null);
}

function goOn(context: Ctx, chain: Chain): Draft | null {
  const { event, baseline, params: p } = context;
  if (event.status < 200 || event.status > 299) return null;
  chain.calls++;
  chain.records += Math.max(event.items ?? 0, baseline.objects.novel);
  chain.bytes += event.bytes_out;
  if (chain.privileged === '' && !baseline.routeKnown && isPrivileged(context))
    chain.privileged = `${event.method} ${event.route.slice(0, 120)}`;
  const collects = chain.records >= Math.max(p.recordFloor, p.usualDays * baseline.maxNovelPerDay);
  if (chain.harm === 0 && (collects || chain.privileged !== '')) chain.harm = softened(HARM);
  context.suspect(logEOf(chain));
  if (chain.harm === 0 || logEOf(chain) < p.threshold) return null;
  return worthTelling(chain, event.at, chain.records + 1) ? claim(context, chain, true) : null;
}

function isPrivileged({ event, knowledge }: Ctx): boolean {
  if (!knowledge.empty && knowledge.tags(event.tenant, event.route).has('privileged')) return true;
  return lookOfRoute(event.method, event.route) >= PRIVILEGED;
}

function claim({ event, baseline }: Ctx, chain: Chain, pages: boolean): Draft {
  const { client } = event;
  const here = client.asn !== 0 ? `AS${client.asn} ${client.network}` : client.prefix;
  const usual = baseline.sources.size > 0 ? baseline.sources.at(0) : null;
  const window = spanInWords(event.at - chain.since);
  const then =
    chain.privileged !== ''
      ? `, then called ${chain.privileged} for the first time`
      : chain.records > 0
        ? `, then took ${thousands(chain.records)} records`
        : '';
  const stage = (logE: number): string => `${Math.round(logE * 10) / 10} nats`;
  return {
    logE: logEOf(chain),
    pages,
    since: chain.since,
    claim: `was let in from ${here} (${client.country}) after ${thousands(chain.refused)} different secrets were refused from there${then}, all within ${window}; in ${thousands(baseline.events)} requests it never called from there`,
    exposed: { records: chain.records, bytes: chain.bytes, events: chain.calls },
    evidence: [
      {
        feature: '1. different secrets refused',
        observed: `${chain.refused} (${stage(chain.guessing)})`,
        expected: 1,
        unit: 'secrets',
        window,
      },
      {
        feature: '2. let in from the same place',
        observed: `${here} (${stage(chain.place)})`,
        expected: usual === null ? 'no past' : usual.asn !== 0 ? `AS${usual.asn}` : (usual.prefix ?? 'known'),
        unit: 'network',
        window: `${spanInWords(chain.enteredAt - chain.since)} after the first`,
      },
      {
        feature: '3. novelty of the place',
        observed: stage(chain.novelty),
        expected: 'a known place',
        unit: 'nats',
        window: `${baseline.events} requests`,
      },
      {
        feature: '4. first privileged or collecting call',
        observed: chain.harm > 0 ? chain.privileged || `${chain.records} records` : 'none yet',
        expected: 'none',
        unit: 'call',
        window: `${spanInWords(event.at - chain.enteredAt)} after it`,
      },
    ],
    rejected: [
      'its owner who mistyped: the place is new to the credential',
      'a job with an old password: different secrets were refused',
    ],
    scope: 'source',
  };
}
