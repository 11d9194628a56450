// Attempts to sign in, by account and by source: which secrets were refused, which were let in, since the refusals began.
// Always holds: a secret counts once, however often it is tried: a job with an old password is no guesser. A secret that was
// accepted before never counts: an outage refuses those. Bounded; an entry ends after a day without refusals.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Baseline } from '../baseline/view.ts';
import type { Memory } from '../detector.ts';
import { hash32, mix32 } from '../hash.ts';
import { ownShape } from '../own-shape.ts';
import { clamp } from '../sequential-test.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MOST_ENTRIES = 8192;
const MOST_PAIRS = 1024;
const MOST_CALLERS = 200;
const MOST_CLUSTERS = 16;
const VERSION = 1;
/** Share of secrets that are refused when somebody guesses. */
const GUESSED = 0.8;
const MOST_USUAL = 0.2;

export interface Caller {
  display: string;
  attempts: number;
  /** Let in after a refusal. */
  entered: boolean;
}

/** What was tried on one account, or from one source. */
export interface Tries {
  since: number;
  lastAt: number;
  attempts: number;
  /** CUSUM of "a secret not tried before is refused". */
  evidence: number;
  /** Hashes of account and secret, refused. */
  pairs: Set<number>;
  accounts: Set<number>;
  /** Source clusters they came from. */
  clusters: Set<number>;
  /** Pairs that came from a place new to the account. */
  strange: number;
  /** Who was let in during the hour at hand: each takes evidence away once. */
  accepted: Set<number>;
  acceptedHour: number;
  callers: Map<string, Caller>;
  entered: number;
  reportedAt: number;
  reportedRecords: number;
}

export interface TriesTable extends Memory {
  of(key: number, at: number): Tries | null;
  begin(key: number, at: number): Tries;
  end(key: number): void;
  readonly size: number;
}

export function createTries(): TriesTable {
  const all = new Map<number, Tries>();
  return ownShape({
    get size() {
      return all.size;
    },
    get bytes() {
      let total = 0;
      for (const one of all.values())
        total += 240 + 16 * (one.pairs.size + one.accounts.size) + 120 * one.callers.size;
      return total;
    },
    of(key, at) {
      const one = all.get(key);
      if (one === undefined) return null;
      if (at - one.lastAt <= DAY) return one;
      all.delete(key);
      return null;
    },
    begin(key, at) {
      const one = fresh(at);
      if (all.size >= MOST_ENTRIES) all.delete(all.keys().next().value as number);
      all.set(key, one);
      return one;
    },
    end(key) {
      all.delete(key);
    },
    save() {
      const rows = [...all].map(([key, one]) => ({
        key,
        ...one,
        pairs: [...one.pairs],
        accounts: [...one.accounts],
        clusters: [...one.clusters],
        accepted: [...one.accepted],
        callers: [...one.callers],
      }));
      return new TextEncoder().encode(JSON.stringify({ version: VERSION, rows }));
    },
    load(stored) {
      const { version, rows } = JSON.parse(new TextDecoder().decode(stored)) as {
        version: number;
        rows: (Omit<Tries, 'pairs' | 'accounts' | 'clusters' | 'accepted' | 'callers'> & {
          key: number;
          pairs: number[];
          accounts: number[];
          clusters: number[];
          accepted: number[];
          callers: [string, Caller][];
        })[];
      };
      if (version !== VERSION) return false;
      for (const { key, ...one } of rows)
        all.set(key, {
          ...one,
          pairs: new Set(one.pairs),
          accounts: new Set(one.accounts),
          clusters: new Set(one.clusters),
          accepted: new Set(one.accepted),
          callers: new Map(one.callers),
        });
      return true;
    },
  });
}

const fresh = (at: number): Tries => ({
  since: at,
  lastAt: at,
  attempts: 0,
  evidence: 0,
  pairs: new Set(),
  accounts: new Set(),
  clusters: new Set(),
  strange: 0,
  accepted: new Set(),
  acceptedHour: 0,
  callers: new Map(),
  entered: 0,
  reportedAt: 0,
  reportedRecords: 0,
});

const SIGN_IN =
  /(?:^|[/_.-])(?:log-?in|log-?on|sign-?in|auth|authn|authenticate|oauth2?|token|sessions?|sso)(?:[/_.-]|$)/i;

/** Refused: 401, and 403 where people sign in. Accepted: anything the credential had to be let in for; null says nothing. */
export function outcomeOf({ status, method, route }: ApiEvent): 'refused' | 'accepted' | null {
  if (status === 401) return 'refused';
  if (status === 403) return method === 'POST' && SIGN_IN.test(route) ? 'refused' : null;
  if (status === 407 || status === 429 || status >= 500 || status < 200) return null;
  return 'accepted';
}

/** Account that is tried: who the credential says it speaks for. */
export const accountKey = (tenant: string, subject: string): number =>
  hash32(subject, hash32(tenant)) * 4096 + (mix32(hash32(subject, 7)) & 4095);

/** Source that tries: prefix with client program. */
export function sourceKey({ tenant, client }: ApiEvent): number {
  const program = hash32(client.ua_family, hash32(tenant));
  return hash32(client.prefix, program) * 4096 + (mix32(program) & 4095);
}

/**
 * Hash of account and secret; null when neither is known, and an attempt cannot be told from the one before. Signed tokens are
 * not guessed: a client whose tokens are not accepted has another each time.
 */
export function pairOf({ credential }: ApiEvent): number | null {
  const { subject, fingerprint, kind, weak, lineage } = credential;
  if (kind === 'anonymous' || weak) return null;
  if (fingerprint === null && subject === null) return null;
  const secret = kind === 'jwt' ? '' : (fingerprint ?? '');
  return mix32(hash32(secret, hash32(subject ?? lineage)));
}

/** Takes a refusal in. True when this account and secret were not tried before. */
export function refuse(
  tries: Tries,
  o: { event: ApiEvent; pair: number; cluster: number; strange: boolean; usual: number },
): boolean {
  const { at, credential } = o.event;
  tries.lastAt = at;
  tries.attempts++;
  const caller = tries.callers.get(credential.lineage);
  if (caller !== undefined) caller.attempts++;
  else if (tries.callers.size < MOST_CALLERS)
    tries.callers.set(credential.lineage, { display: credential.display, attempts: 1, entered: false });
  if (tries.clusters.size < MOST_CLUSTERS) tries.clusters.add(o.cluster);
  if (tries.pairs.has(o.pair) || tries.pairs.size >= MOST_PAIRS) return false;
  tries.pairs.add(o.pair);
  tries.accounts.add(hash32(credential.subject ?? credential.lineage));
  if (o.strange) tries.strange++;
  tries.evidence += Math.log(GUESSED / o.usual);
  return true;
}

/** Evidence that keeps an attempt from being learned: its place must not become a known one. A typing error at home is learned. */
export const suspicionOf = (tries: Tries, strange: boolean): number =>
  strange || tries.pairs.size > TYPING_ERRORS ? tries.evidence : 0;
const TYPING_ERRORS = 2;

/** Somebody is let in: takes evidence away, once an hour each. False when none is left. */
export function accept(tries: Tries, o: { lineage: string; at: number; usual: number }): boolean {
  const hour = Math.floor(o.at / HOUR);
  if (hour !== tries.acceptedHour) {
    tries.acceptedHour = hour;
    tries.accepted.clear();
  }
  const who = hash32(o.lineage);
  if (tries.accepted.has(who) || tries.accepted.size >= MOST_PAIRS) return true;
  tries.accepted.add(who);
  tries.evidence += Math.log((1 - GUESSED) / (1 - o.usual));
  return tries.evidence > 0;
}

/** Share of its sign-ins that an account fails: posterior of Beta(1, 9), at most a fifth. */
export function usualFailures({ events, failureShare }: Baseline): number {
  const trials = Math.min(events, 200);
  return clamp((1 + failureShare * trials) / (10 + trials), 0.02, MOST_USUAL);
}

/** Of a source, where people with secrets of their own come from. */
export const SOURCE_FAILURES = MOST_USUAL;
