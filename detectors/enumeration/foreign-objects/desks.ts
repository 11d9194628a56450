// Who works on the same things: the credentials of one client in one collection. What is usual among them, and what they leave alone
// together beyond it, who how much. A credential without a client is a desk of its own.
// Always holds: bounded in desks and members, the desk met least recently is forgotten; what is under suspicion teaches nothing.

import type { ApiEvent } from '../../../schemas/event.ts';
import { hash32, mix32 } from '../../hash.ts';
import { ownShape } from '../../own-shape.ts';
import {
  evidenceOf,
  learnOutcome,
  type Outcomes,
  returnedShare,
  type Shares,
  usualShares,
} from './aloneness.ts';
import { ALONE, type Outcome, RETURNED } from './handling.ts';

const MOST_DESKS = 16_384;
const MOST_MEMBERS = 1000;
const VERSION = 1;
/** Shares of copies among what all of a desk open that are tested for. */
const COPIED = [0.05, 0.2] as const;
const MARGIN = 1.3;
const QUIET = 3;
/** Outcomes that weigh in the share of the latest, and the least part of the usual returns that a desk at work has. */
const LATEST = 16;
const LEAST_RETURNED = 0.3;
const DAY = 86_400_000;
/** What went on for so long is how they work. */
const ACCEPTED = 14 * DAY;

export interface DeskMember {
  readonly lineage: string;
  readonly display: string;
  opened: number;
  alone: number;
  expected: number;
}

export interface Desk {
  readonly learned: Outcomes;
  /** Share of the latest outcomes that were returns; -1 before there are any. */
  recent: number;
  readonly evidence: [number, number];
  /** Since the evidence was last 0. */
  opened: number;
  alone: number;
  returned: number;
  expected: number;
  expectedReturned: number;
  bytes: number;
  since: number;
  reportedAt: number;
  reportedAmount: number;
  members: Map<string, DeskMember>;
}

export interface Desks {
  readonly bytes: number;
  /** The event's desk for a collection. */
  of(event: ApiEvent, collection: number): Desk;
  /** The same, when there is one. */
  known(event: ApiEvent, collection: number): Desk | null;
  save(): string;
  load(text: string): boolean;
}

export function createDesks(): Desks {
  const desks = new Map<number, Desk>();
  return ownShape({
    get bytes() {
      let total = 0;
      for (const { members } of desks.values()) total += 200 + members.size * 200;
      return total;
    },
    of(event, collection) {
      const key = keyOf(event, collection);
      let desk = desks.get(key);
      if (desk === undefined) desk = empty();
      // Moving it to the end costs more than the rest, so it is done only where the order will matter.
      else if (desks.size > MOST_DESKS / 2) desks.delete(key);
      else return desk;
      desks.set(key, desk);
      if (desks.size > MOST_DESKS) desks.delete(desks.keys().next().value as number);
      return desk;
    },
    known: (event, collection) => desks.get(keyOf(event, collection)) ?? null,
    save: () =>
      JSON.stringify({
        version: VERSION,
        desks: [...desks].map(([key, desk]) => [key, { ...desk, members: [...desk.members.values()] }]),
      }),
    load(text) {
      const stored = JSON.parse(text) as {
        version: number;
        desks: [number, Omit<Desk, 'members'> & { members: DeskMember[] }][];
      };
      if (stored.version !== VERSION) return false;
      desks.clear();
      for (const [key, desk] of stored.desks)
        desks.set(key, { ...desk, members: new Map(desk.members.map((one) => [one.lineage, one])) });
      return true;
    },
  });
}

function keyOf({ tenant, credential }: ApiEvent, collection: number): number {
  return mix32(hash32(credential.client ?? credential.lineage, hash32(tenant)) ^ collection);
}

const empty = (): Desk => ({
  learned: [0, 0, 0],
  recent: -1,
  evidence: [0, 0],
  opened: 0,
  alone: 0,
  returned: 0,
  expected: 0,
  expectedReturned: 0,
  bytes: 0,
  since: 0,
  reportedAt: 0,
  reportedAmount: 0,
  members: new Map(),
});

export const deskEvidence = ({ evidence }: Desk): number =>
  Math.max(0, Math.max(evidence[0], evidence[1]) - Math.LN2);

/** Counts an outcome. `teaches`: nothing is suspected of the credential. */
export function noteOutcome(
  desk: Desk,
  o: { event: ApiEvent; outcome: Outcome; at: number; teaches: boolean },
): void {
  const usual = usualShares(desk.learned, { ratio: 1, margin: MARGIN });
  if (o.teaches && deskEvidence(desk) <= QUIET) learnOutcome(desk.learned, o.outcome);
  if (usual === null) return;
  // Once it has been told, a quiet weekend of work does not end it.
  if (isMissingLines(desk, o.outcome, usual) && desk.reportedAt === 0) {
    if (desk.since !== 0) settleDesk(desk);
    return;
  }
  if (o.event.credential.client === null) return;
  if (desk.since !== 0 && o.at - desk.since > ACCEPTED) settleDesk(desk);
  for (let i = 0; i < COPIED.length; i++)
    desk.evidence[i] = Math.max(0, desk.evidence[i]! + evidenceOf(o.outcome, usual, COPIED[i]!));
  if (desk.evidence[0] === 0 && desk.evidence[1] === 0) {
    if (desk.since !== 0) settleDesk(desk);
    return;
  }
  if (desk.since === 0) desk.since = o.at;
  desk.opened++;
  desk.expected += usual[ALONE];
  desk.expectedReturned += returnedShare(desk.learned);
  if (o.outcome === ALONE) desk.alone++;
  if (o.outcome === RETURNED) desk.returned++;
  noteMember(desk, o, usual);
}

/** Hardly anything is returned to of late: the lines that would show the work are missing, or it is another kind of work. */
function isMissingLines(desk: Desk, outcome: Outcome, usual: Shares): boolean {
  const returned = outcome === RETURNED ? 1 : 0;
  const before = desk.recent < 0 ? usual[RETURNED] : desk.recent;
  desk.recent = before + (returned - before) / LATEST;
  return desk.recent < LEAST_RETURNED * usual[RETURNED];
}

function noteMember(
  desk: Desk,
  { event, outcome }: { event: ApiEvent; outcome: Outcome },
  usual: Shares,
): void {
  const { lineage, display } = event.credential;
  let member = desk.members.get(lineage);
  if (member === undefined) {
    if (desk.members.size >= MOST_MEMBERS) return;
    member = { lineage, display, opened: 0, alone: 0, expected: 0 };
    desk.members.set(lineage, member);
  }
  member.opened++;
  member.expected += usual[ALONE];
  if (outcome === ALONE) member.alone++;
}

/** Nothing speaks for copying any more. */
function settleDesk(desk: Desk): void {
  desk.evidence[0] = desk.evidence[1] = 0;
  desk.opened = desk.alone = desk.returned = desk.expected = desk.expectedReturned = desk.bytes = 0;
  desk.since = desk.reportedAt = desk.reportedAmount = 0;
  desk.members.clear();
}
