// One attack with many credentials: several that page within an hour for the same tactic, or so many suspected ones in a day that
// chance does not explain them, are one incident with all of them.
// Always holds: per tenant and tactic; bounded in credentials. Does not decide what a single credential is suspected of.

import type { SharedDraft } from '../detector.ts';
import { hash128 } from '../hash.ts';
import { ownShape } from '../own-shape.ts';
import { spanInWords } from '../reporting.ts';
import { SAME_VALUE, togetherEvidence } from './campaign-test.ts';
import { DAY } from './open-incident.ts';
import { credentialKey } from './register.ts';
import { describe, type Metas, type StoredWaiting, saveWaiting } from './stored-claims.ts';
import type { Waiting } from './support.ts';
import { thousands } from './wording.ts';

const HOUR = 3_600_000;
/** Credentials that page within an hour: the first ones have interrupted people before. */
const PAGING = 4;
/** Suspected credentials of a day that do not page. */
const SUSPECTED = 5;
/** 1 in 1,000,000: the test is made again whenever evidence comes, some times a day. */
const THRESHOLD = 13.8;
/** Evidence with which a suspected credential joins a campaign that runs. */
const JOINING = 7;
/** A campaign takes in what follows within this time. */
const RUNNING = 2 * HOUR;
const MOST_GROUPS = 10_000;
const MOST_CREDENTIALS = 1000;

export interface Campaign {
  readonly key: string;
  readonly since: number;
  readonly logE: number;
  readonly members: readonly Waiting[];
}

interface Group {
  readonly members: Map<string, Waiting>;
  runningUntil: number;
}

export interface Campaigns {
  /** Notes a claim that belongs to no open incident, or opened one; the campaign it is part of, if there is one. */
  meet(w: Waiting): Campaign | null;
  /** Grows whenever something changes. */
  readonly changes: number;
  readonly size: number;
  /** All of it as plain data, for load(). */
  save(): StoredCampaigns;
  load(saved: StoredCampaigns, metas: Metas): void;
}

/** Tenant and tactic → who is suspected; the group met least recently comes first. */
export type StoredCampaigns = ReadonlyMap<
  string,
  { readonly members: ReadonlyMap<string, StoredWaiting>; readonly runningUntil: number }
>;

export function createCampaigns(): Campaigns {
  const groups = new Map<string, Group>();
  let changes = 0;
  return ownShape({
    meet(w) {
      const { tenant, lineage, at } = w.finding;
      if (w.meta.tactic === 'posture' || 'subject' in w.draft) return null;
      changes++;
      const key = credentialKey(tenant, `campaign:${w.meta.tactic}`);
      const group = groups.get(key) ?? { members: new Map<string, Waiting>(), runningUntil: 0 };
      groups.delete(key);
      groups.set(key, group);
      if (groups.size > MOST_GROUPS) groups.delete(groups.keys().next().value as string);
      for (const [other, { finding }] of group.members)
        if (at - finding.at > DAY) group.members.delete(other);
      keep(group, lineage, w);
      const members = at < group.runningUntil ? running(group, w) : gathered(group, w);
      if (members === null) return null;
      group.runningUntil = at + RUNNING;
      const since = Math.min(...members.map(({ finding }) => finding.since));
      return { key: `campaign:${w.meta.tactic}`, since, logE: logEOf(members), members };
    },
    get size() {
      return groups.size;
    },
    get changes() {
      return changes;
    },
    save: () =>
      new Map(
        [...groups].map(([key, { members, runningUntil }]) => [
          key,
          { members: new Map([...members].map(([id, w]) => [id, saveWaiting(w)])), runningUntil },
        ]),
      ),
    load(saved, metas) {
      for (const [key, { members, runningUntil }] of saved) {
        const described = [...members].flatMap(([id, stored]) => {
          const w = describe(stored, metas);
          return w === null ? [] : [[id, w] as const];
        });
        groups.set(key, { members: new Map(described), runningUntil });
      }
    },
  });
}

function keep(group: Group, lineage: string, w: Waiting): void {
  const before = group.members.get(lineage);
  if (before?.finding.pages && !w.finding.pages) return;
  if (before === undefined && group.members.size >= MOST_CREDENTIALS) return;
  group.members.set(lineage, w);
}

/** A campaign that is known takes in who pages now, and who is suspected about as strongly as those it began with. */
function running(group: Group, w: Waiting): Waiting[] | null {
  return belongs(w) ? [...group.members.values()].filter(belongs) : null;
}

const belongs = ({ finding, draft }: Waiting): boolean =>
  finding.pages || (draft.novelty !== undefined && finding.log_e >= JOINING);

function gathered(group: Group, { finding, baseline }: Waiting): Waiting[] | null {
  const all = [...group.members.values()];
  const paging = all.filter((one) => one.finding.pages && finding.at - one.finding.at <= HOUR);
  if (counted(paging) >= PAGING) return paging;
  // What a release or a failover brings to many comes with one new value; of claims without any, nobody can tell.
  const suspected = all.filter(({ draft, meta }) => draft.novelty && meta.tactic === 'credential-misuse');
  if (counted(suspected) < SUSPECTED) return null;
  const values = suspected.map((one) => ({ logE: one.finding.log_e, value: one.draft.novelty!.value }));
  const evidence = togetherEvidence(values, Math.max(suspected.length, baseline?.peers ?? 1));
  return evidence >= THRESHOLD ? suspected : null;
}

/** Those with the same new value count as two at most: a change of the value would explain them. */
function counted(members: readonly Waiting[]): number {
  const ofValue = new Map<number, number>();
  let count = 0;
  for (const { draft } of members) {
    const same = draft.novelty ? (ofValue.get(draft.novelty.value) ?? 0) + 1 : 0;
    if (draft.novelty) ofValue.set(draft.novelty.value, same);
    if (same <= SAME_VALUE) count++;
  }
  return count;
}

/** That of the strongest member, at least what the test asks for. */
const logEOf = (members: readonly Waiting[]): number =>
  Math.max(THRESHOLD, ...members.map(({ finding }) => finding.log_e));

export function campaignClaim(w: Waiting, campaign: Campaign): Waiting {
  const { finding, draft, meta, event } = w;
  const { members } = campaign;
  const span = spanInWords(finding.at - campaign.since);
  const last = event.credential.display;
  const claim = `shows the same within ${span}: ${thousands(members.length)} are suspected, and chance does not explain so many; the last one, ${last}, ${draft.claim}`;
  const evidence = [
    {
      feature: 'credentials suspected at once',
      observed: members.length,
      expected: 'fewer than one',
      unit: 'credentials',
      window: span,
    },
    ...finding.evidence,
  ];
  const rejected = ['a change of the fleet: they do not share what is new to them', ...finding.rejected];
  const shared: SharedDraft = {
    logE: campaign.logE,
    pages: true,
    since: campaign.since,
    claim,
    exposed: { records: 0, bytes: 0, events: 0 },
    evidence,
    rejected,
    scope: 'credential',
    subject: { kind: 'tenant', key: campaign.key, display: 'A group of credentials' },
    attributed: [],
  };
  const id = hash128([finding.tenant, meta.id, campaign.key, event.id].join('\u0000'));
  return {
    ...w,
    draft: shared,
    finding: {
      ...finding,
      id,
      lineage: campaign.key,
      since: campaign.since,
      pages: true,
      log_e: campaign.logE,
      claim,
      evidence,
      rejected,
    },
  };
}
