// Credentials of one client that collect in the same hour: each takes too little to page, together they do not.
// Always holds: at least three take part; one that has stopped for an hour no longer counts. Bounded in clients and members.

import type { z } from 'zod';
import type { Context, Memory, SharedDraft } from '../../detector.ts';
import { spanInWords } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import type { PARAMS } from './params.ts';

const HOUR = 3_600_000;
const LEAST = 3;
const MOST_CLIENTS = 4096;
const MOST_MEMBERS = 1000;
const MORE = 1.05;

interface Member {
  lineage: string;
  display: string;
  records: number;
  requests: number;
  bytes: number;
  since: number;
  at: number;
}

interface Together {
  key: string;
  members: Map<string, Member>;
  records: number;
  toldRecords: number;
  toldAt: number;
}

export interface Pool extends Memory {
  /** The client's collecting credentials with this one, or null while they are too few. */
  note(o: { key: string; member: Member }): Together | null;
  /** True when it is worth telling now: at first, at a twentieth more. */
  tell(together: Together, at: number): boolean;
}

export function createPool(): Pool {
  const clients = new Map<string, Together>();
  return {
    get bytes() {
      let total = 0;
      for (const { members } of clients.values()) total += 200 + members.size * 200;
      return total;
    },
    note({ key, member }) {
      const one = clients.get(key) ?? { key, members: new Map(), records: 0, toldRecords: 0, toldAt: 0 };
      clients.delete(key);
      clients.set(key, one);
      if (clients.size > MOST_CLIENTS) clients.delete(clients.keys().next().value as string);
      if (one.members.size < MOST_MEMBERS || one.members.has(member.lineage))
        one.members.set(member.lineage, member);
      one.records = 0;
      for (const [lineage, other] of one.members) {
        if (member.at - other.at > HOUR) one.members.delete(lineage);
        else one.records += other.records;
      }
      if (one.members.size === 1) one.toldAt = one.toldRecords = 0;
      return one.members.size >= LEAST ? one : null;
    },
    tell(together, at) {
      if (together.toldAt !== 0 && together.records < together.toldRecords * MORE) return false;
      together.toldAt = at;
      together.toldRecords = together.records;
      return true;
    },
    save() {
      const rows = [...clients.values()].map(({ members, ...rest }) => ({
        ...rest,
        members: [...members.values()],
      }));
      return new TextEncoder().encode(JSON.stringify({ version: 1, rows }));
    },
    load(bytes) {
      const { version, rows } = JSON.parse(new TextDecoder().decode(bytes)) as {
        version: number;
        rows: (Omit<Together, 'members'> & { members: Member[] })[];
      };
      if (version !== 1) return false;
      for (const { members, ...rest } of rows)
        clients.set(rest.key, { ...rest, members: new Map(members.map((one) => [one.lineage, one])) });
      return true;
    },
  };
}

export function ofSiblings(
  { event, peers }: Pick<Context<z.infer<typeof PARAMS>>, 'event' | 'peers'>,
  together: Together,
  logE: number,
): SharedDraft {
  const members = [...together.members.values()].sort((a, b) => b.records - a.records);
  const since = Math.min(...members.map((one) => one.since));
  const requests = members.reduce((sum, one) => sum + one.requests, 0);
  const client = event.credential.client!;
  const window = spanInWords(event.at - since);
  return {
    logE,
    pages: true,
    since,
    claim: `read ${thousands(together.records)} objects new to its credentials through ${members.length} of them at once in ${window}; each of them usually returns to objects it knows`,
    exposed: {
      records: together.records,
      bytes: members.reduce((sum, one) => sum + one.bytes, 0),
      events: requests,
    },
    evidence: [
      {
        feature: 'credentials of the client that collect',
        observed: members.length,
        expected: 0,
        unit: 'credentials',
        window,
      },
      {
        feature: 'objects new to them',
        observed: together.records,
        expected: Math.round(peers.novelShare * requests),
        unit: 'objects',
        window,
      },
    ],
    rejected: [
      'one credential with more work: several began to collect within the same hour',
      'a release: none was told for these routes',
    ],
    scope: 'credential',
    subject: { kind: 'client', key: `client:${client}`, display: client },
    attributed: members.map(({ lineage, display, records, requests: calls }) => ({
      lineage,
      display,
      records,
      requests: calls,
    })),
  };
}
