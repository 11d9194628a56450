// Credentials of one client that do the same unusual thing in the same hour: each too little to page, together they page.
// Always holds: at least three take part; one that has stopped for an hour no longer counts. Bounded in clients and members.

import type { ApiEvent } from '../../schemas/event.ts';
import type { EvidenceItem } from '../../schemas/finding.ts';
import type { Memory, SharedDraft } from '../detector.ts';
import { ownShape } from '../own-shape.ts';

const HOUR = 3_600_000;
const LEAST = 3;
const MOST_CLIENTS = 4096;
const MOST_MEMBERS = 1000;
const MORE = 1.05;

interface Member {
  lineage: string;
  display: string;
  /** What the detector counts: objects read, objects missed. */
  amount: number;
  records: number;
  requests: number;
  bytes: number;
  since: number;
  at: number;
}

interface Together {
  key: string;
  members: Map<string, Member>;
  amount: number;
  toldAmount: number;
  toldAt: number;
}

export interface Pool extends Memory {
  /** The client's members with the event's credential, or null while they are too few; of weak credentials there are none. */
  note(event: ApiEvent, member: Omit<Member, 'lineage' | 'display' | 'at'>): Together | null;
  /** True when it is worth telling now: at first, at a twentieth more. */
  tell(together: Together, at: number): boolean;
}

export function createPool(): Pool {
  const clients = new Map<string, Together>();
  return ownShape({
    get bytes() {
      let total = 0;
      for (const { members } of clients.values()) total += 200 + members.size * 200;
      return total;
    },
    note({ tenant, credential, at }, member) {
      if (credential.client === null || credential.weak) return null;
      const key = `${tenant} ${credential.client}`;
      const one = clients.get(key) ?? { key, members: new Map(), amount: 0, toldAmount: 0, toldAt: 0 };
      clients.delete(key);
      clients.set(key, one);
      if (clients.size > MOST_CLIENTS) clients.delete(clients.keys().next().value as string);
      const { lineage, display } = credential;
      if (one.members.size < MOST_MEMBERS || one.members.has(lineage))
        one.members.set(lineage, { lineage, display, at, ...member });
      one.amount = 0;
      for (const [other, { at: last, amount }] of one.members) {
        if (at - last > HOUR) one.members.delete(other);
        else one.amount += amount;
      }
      if (one.members.size === 1) one.toldAt = one.toldAmount = 0;
      return one.members.size >= LEAST ? one : null;
    },
    tell(together, at) {
      if (together.toldAt !== 0 && together.amount < together.toldAmount * MORE) return false;
      together.toldAt = at;
      together.toldAmount = together.amount;
      return true;
    },
    save() {
      const rows = [...clients.values()].map(({ members, ...rest }) => ({
        ...rest,
        members: [...members.values()],
      }));
      return new TextEncoder().encode(JSON.stringify({ version: 2, rows }));
    },
    load(bytes) {
      const { version, rows } = JSON.parse(new TextDecoder().decode(bytes)) as {
        version: number;
        rows: (Omit<Together, 'members'> & { members: Member[] })[];
      };
      if (version !== 2) return false;
      for (const { members, ...rest } of rows)
        clients.set(rest.key, { ...rest, members: new Map(members.map((one) => [one.lineage, one])) });
      return true;
    },
  });
}

/** What is the same for all members, for the detector's words about them. */
export interface Sums {
  members: number;
  amount: number;
  records: number;
  requests: number;
  since: number;
}

export interface Words {
  logE: number;
  claim: string;
  evidence: EvidenceItem[];
  rejected: string[];
}

/** One claim about all members, those with most of it first. */
export function ofSiblings(
  { credential }: ApiEvent,
  together: Together,
  words: (sums: Sums) => Words,
): SharedDraft {
  const members = [...together.members.values()].sort((a, b) => b.amount - a.amount);
  const total = (of: (member: Member) => number): number => members.reduce((sum, one) => sum + of(one), 0);
  const sums = {
    members: members.length,
    amount: together.amount,
    records: total((one) => one.records),
    requests: total((one) => one.requests),
    since: Math.min(...members.map((one) => one.since)),
  };
  const client = credential.client!;
  return {
    ...words(sums),
    pages: true,
    since: sums.since,
    exposed: { records: sums.records, bytes: total((one) => one.bytes), events: sums.requests },
    scope: 'credential',
    subject: { kind: 'client', key: `client:${client}`, display: client },
    attributed: members.map(({ lineage, display, records, requests }) => ({
      lineage,
      display,
      records,
      requests,
    })),
  };
}
