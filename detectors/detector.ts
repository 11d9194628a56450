// The contract of a detector: metadata, tunable parameters, declared state, and a pure judgement of one event.
// Always holds: detect() sees the baseline as it stood before the event; it has no clock, no randomness, no I/O.
// A detector may write its own declared state at any time; learn() runs only for events that are not suspicious.

import type { z } from 'zod';
import type { ApiEvent } from '../schemas/event.ts';
import type { EvidenceItem, Family } from '../schemas/finding.ts';
import type { Baseline, Peers } from './baseline/view.ts';
import type { Knowledge } from './knowledge.ts';
import type { Learning } from './readiness.ts';
import type { StateFields, StateView } from './state/fields.ts';

/** Findings of the same tactic about one credential fold into one incident. */
export type Tactic = 'credential-misuse' | 'collection' | 'discovery' | 'access' | 'impact' | 'posture';

export interface DetectorMeta {
  /** `D08`; see docs/detectors.md. */
  id: string;
  /** Folder name. */
  name: string;
  title: string;
  family: Family;
  tactic: Tactic;
  /** What it looks for, one sentence. */
  behaviour: string;
  /** MITRE ATT&CK technique ids. */
  attack: readonly string[];
  /** OWASP API Security Top 10 2023 (`API1:2023`) and Non-Human Identities Top 10 2025 (`NHI2:2025`) ids. */
  owasp: readonly string[];
  blindSpots: readonly string[];
  falsePositives: readonly string[];
  runbook: readonly string[];
  response: readonly { action: string; effect: string }[];
  /** What it must have learned of a credential before it may page on it; absent: nothing. */
  learning?: Learning;
}

/** What a detector claims about one event; the engine completes it to a Finding. */
export interface Draft {
  /** ln of the e-value. 11.5 is 1 in 100,000. */
  logE: number;
  /** Evidence and materiality both suffice. */
  pages: boolean;
  /** When the behaviour began, ms. */
  since: number;
  /** Sentence with number and comparison, starting in lower case after the credential's name. */
  claim: string;
  /** What the behaviour took since it began: distinct records, bytes, requests. */
  exposed: {
    records: number;
    bytes: number;
    events: number;
    /** Records that are of the behaviour for certain; absent when all are. */
    certain?: number;
    /** Records it can be at most, where `records` is an estimate; absent when it is a count. */
    most?: number;
  };
  evidence: EvidenceItem[];
  /** Innocent explanations tested and rejected. */
  rejected: string[];
  /**
   * The new value the evidence rests on, where a whole fleet may meet the same one (a network, a client program, a route):
   * when many credentials do so at once it is a change, told once, and a single page waits a few minutes for it to show.
   */
  novelty?: { kind: 'network' | 'client' | 'route' | 'shape'; value: number; display: string };
  /**
   * It goes on among ordinary work that looks the same call by call: an incident then counts what is claimed, not the calls
   * that follow.
   */
  mingled?: true;
  /** Later events that belong to it: all of the credential, or only those from this event's source cluster. */
  scope: 'credential' | 'source';
}

/**
 * A detector's own memory beside the declared rows, one per engine: what it must know across credentials or endpoints
 * (who usually reads an object, which objects nobody touched). Bounded by itself, and deterministic.
 */
export interface Memory {
  /** Bytes held, about. */
  readonly bytes: number;
  /** The whole memory as bytes that load() of the same version takes. */
  save(): Uint8Array;
  /** False when the bytes are of another version: the memory then starts anew. */
  load(bytes: Uint8Array): boolean;
}

/** What a watch claims about many callers of something they share. */
export interface SharedDraft extends Draft {
  /** What the behaviour is about: a route, a client, a tenant. Incidents are keyed by `key`. */
  subject: { kind: 'route' | 'client' | 'tenant' | 'fleet'; key: string; display: string };
  /** The smallest set of credentials that explains it, those with most records first; at most 1,000. */
  attributed: readonly Attributed[];
}

export interface Attributed {
  lineage: string;
  display: string;
  records: number;
  requests: number;
}

export interface Context<
  P = Record<string, number>,
  L extends StateFields = StateFields,
  H extends StateFields = StateFields,
  G extends StateFields = StateFields,
  R extends StateFields = StateFields,
  M extends Memory = Memory,
> {
  readonly event: ApiEvent;
  readonly baseline: Baseline;
  readonly peers: Peers;
  /** This detector's parameters for this event's tenant, client, credential and route. */
  readonly params: P;
  /** Kept for every credential (keep it small: every byte is paid a million times). */
  readonly light: StateView<L>;
  /** Kept for busy credentials (16 events and more); null before. */
  readonly heavy: StateView<H> | null;
  /** Kept per peer group. */
  readonly group: StateView<G>;
  /** Kept per tenant and route template. */
  readonly route: StateView<R>;
  /** The detector's own memory; only where it declares one. */
  readonly memory: M;
  /** What people and other systems have told: inventory, revocations, deploys, declared jobs, canaries, sensitivity. */
  readonly knowledge: Knowledge;
  /** Nobody was identified. Only watch() sees such events; the baseline then is that of all anonymous callers. */
  readonly anonymous: boolean;
  /**
   * Tells the engine this detector's evidence now without building a draft: above 3 the credential's events are not
   * learned from (quarantine), and it counts in the credential's risk. A returned draft does the same.
   */
  suspect(logE: number): void;
}

export interface Detector<
  P extends z.ZodObject = z.ZodObject,
  L extends StateFields = StateFields,
  H extends StateFields = StateFields,
  G extends StateFields = StateFields,
  R extends StateFields = StateFields,
  M extends Memory = Memory,
> {
  readonly meta: DetectorMeta;
  /** Every parameter has a default, a range and `.meta({ unit, effect })` saying what moving it does. */
  readonly params: P;
  readonly light: L;
  readonly heavy: H;
  readonly group: G;
  readonly route: R;
  /** Made once per engine. */
  memory?(): M;
  /** Judges the event's credential. Not called for anonymous events. */
  detect?(context: Context<z.infer<P>, L, H, G, R, M>): Draft | null;
  /**
   * Judges what many callers share, after detect(), for every event that is in time, anonymous ones too. `light` and
   * `heavy` still are the event's credential's.
   */
  watch?(context: Context<z.infer<P>, L, H, G, R, M>): readonly SharedDraft[] | null;
  /** Updates group and route statistics from an event that is not suspicious. */
  learn?(context: Context<z.infer<P>, L, H, G, R, M>): void;
}

/** Declares a detector with its types inferred. */
export function defineDetector<
  P extends z.ZodObject,
  L extends StateFields,
  H extends StateFields,
  G extends StateFields,
  R extends StateFields,
  M extends Memory = Memory,
>(detector: Detector<P, L, H, G, R, M>): Detector<P, L, H, G, R, M> {
  return detector;
}
