// D19: a sequential test of "another secret is refused", per account and per source.
// Always holds: different secrets count, not attempts; good secrets that are refused never do, and while many of them are nothing
// is judged. Sources that try at one sign-in at the same time are one incident.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector, type SharedDraft } from '../../detector.ts';
import { worthTelling } from '../../endpoint/telling.ts';
import { hash32 } from '../../hash.ts';
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
import { accountClaim, sourceClaim, waveClaim } from './claims.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import { addToWave, createSpread } from './spread.ts';

const createMemory = () =>
  joined({
    accounts: createTries(),
    sources: createTries(),
    accepted: createAccepted(),
    spread: createSpread(),
  });
type None = Record<never, never>;
export type Ctx = Context<z.infer<typeof PARAMS>, None, None, None, None, ReturnType<typeof createMemory>>;

/** Good secrets of so many credentials refused within ten minutes are an outage. */
const OUTAGE = 10;
/** Refusals from which a source takes part in what goes on at a sign-in. */
const TAKES_PART = 3;

export const repeatedFailures = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: {},
  group: {},
  route: {},
  memory: createMemory,
  detect(context) {
    const { event, memory } = context;
    const { subject, fingerprint, kind } = event.credential;
    // On one account only secrets can be told apart, and nobody guesses signed tokens.
    if (subject === null || fingerprint === null || kind === 'jwt') return null;
    const outcome = outcomeOf(event);
    if (outcome === null || (outcome === 'accepted' && memory.accounts.size === 0)) return null;
    return outcome === 'refused' ? refusedOn(context, subject) : acceptedOn(context, subject);
  },
  watch(context) {
    const { event, memory } = context;
    const outcome = outcomeOf(event);
    if (outcome === null) return null;
    const drafts = outcome === 'refused' ? refusedTo(context) : acceptedFrom(context);
    if (outcome === 'accepted') memory.accepted.add(event);
    return drafts;
  },
});

function refusedOn(context: Ctx, subject: string): Draft | null {
  const { event, baseline, memory, params: p } = context;
  if (memory.accepted.has(event, baseline) || isOutage(context)) return null;
  const key = accountKey(event.tenant, subject);
  const tries = memory.accounts.of(key, event.at) ?? memory.accounts.begin(key, event.at);
  const strange = !baseline.source.prefixKnown;
  const usual = usualFailures(baseline);
  const { cluster } = baseline.source;
  const isNew = refuse(tries, { event, pair: pairOf(event)!, cluster, strange, usual });
  context.suspect(suspicionOf(tries, strange));
  if (!isNew) return null;
  const floor = tries.strange >= p.secretFloor ? p.secretFloor : Math.max(p.secretFloor, p.ownerFloor);
  if (!suffices(context, tries, floor) || !worthTelling(tries, event.at, tries.pairs.size)) return null;
  return accountClaim(context, tries);
}

/** After guesses that suffice to page, a secret that was never accepted is let in: the guess that was right. */
function acceptedOn(context: Ctx, subject: string): Draft | null {
  const { event, baseline, memory, params: p } = context;
  const key = accountKey(event.tenant, subject);
  const tries = memory.accounts.of(key, event.at);
  if (tries === null) return null;
  const guessed = !memory.accepted.has(event, baseline) || !baseline.source.prefixKnown;
  if (guessed && tries.clusters.has(baseline.source.cluster) && suffices(context, tries, p.secretFloor)) {
    if (!enter(tries, event.credential.lineage)) return null;
    tries.entered++;
    context.suspect(tries.evidence);
    return accountClaim(context, tries);
  }
  const { lineage } = event.credential;
  const usual = usualFailures(baseline);
  // Its owner is back, at the usual place: what was mistyped before is forgotten.
  const owner = baseline.source.prefixKnown && tries.strange === 0;
  if (owner || !accept(tries, { lineage, at: event.at, usual })) memory.accounts.end(key);
  return null;
}

function refusedTo(context: Ctx): SharedDraft[] | null {
  const { event, baseline, memory, params: p } = context;
  const pair = pairOf(event);
  if (pair === null) return null;
  const { accounts, sources, spread } = memory;
  if (memory.accepted.has(event, baseline)) {
    const { subject, lineage } = event.credential;
    const guessedAt = subject !== null && accounts.of(accountKey(event.tenant, subject), event.at) !== null;
    if (!guessedAt) spread.noteGood(event.tenant, hash32(lineage), event.at);
    return null;
  }
  if (isOutage(context) || isDeclared(context)) return null;
  const key = sourceKey(event);
  const tries = sources.of(key, event.at) ?? sources.begin(key, event.at);
  const { cluster, prefixKnown } = baseline.source;
  const strange = !prefixKnown;
  if (!refuse(tries, { event, pair, cluster, strange, usual: SOURCE_FAILURES })) return null;
  const wave = tries.pairs.size >= TAKES_PART ? joinWave(context, key, false) : null;
  if (!suffices(context, tries, p.secretFloor)) return null;
  if (wave !== null && wave.sources.size >= p.waveSources)
    return worthTelling(wave, event.at, wave.callers.size)
      ? [waveClaim(context, wave, tries.evidence)]
      : null;
  return worthTelling(tries, event.at, tries.pairs.size) ? [sourceClaim(context, tries)] : null;
}

function acceptedFrom(context: Ctx): SharedDraft[] | null {
  const { event, baseline, memory, params: p } = context;
  const { sources } = memory;
  if (sources.size === 0 || context.anonymous || event.credential.weak) return null;
  const key = sourceKey(event);
  const tries = sources.of(key, event.at);
  if (tries === null) return null;
  const { lineage } = event.credential;
  const stranger = tries.callers.has(lineage) && (baseline.events === 0 || !baseline.source.prefixKnown);
  if (stranger && suffices(context, tries, p.secretFloor)) {
    if (!enter(tries, lineage)) return null;
    tries.entered++;
    const wave = joinWave(context, key, true);
    return wave.sources.size >= p.waveSources
      ? [waveClaim(context, wave, tries.evidence)]
      : [sourceClaim(context, tries)];
  }
  if (!accept(tries, { lineage, at: event.at, usual: SOURCE_FAILURES })) sources.end(key);
  return null;
}

function joinWave({ event, memory }: Ctx, source: number, entered: boolean) {
  const wave = memory.spread.wave(hash32(event.route, hash32(event.tenant)), event.at);
  const { lineage, display } = event.credential;
  addToWave(wave, { source, at: event.at, lineage, display, entered });
  return wave;
}

/** True for the first time that somebody who was refused is let in. */
function enter(tries: Tries, lineage: string): boolean {
  const caller = tries.callers.get(lineage);
  if (caller === undefined || caller.entered) return false;
  caller.entered = true;
  return true;
}

const suffices = ({ params: p }: Ctx, tries: Tries, floor: number): boolean =>
  tries.evidence >= p.threshold && tries.attempts >= p.failureFloor && tries.pairs.size >= floor;

const isDeclared = ({ event, knowledge }: Ctx): boolean => !knowledge.empty && knowledge.job(event) !== null;

const isOutage = ({ event, memory }: Ctx): boolean =>
  memory.spread.refusesGood(event.tenant, event.at) >= OUTAGE;
