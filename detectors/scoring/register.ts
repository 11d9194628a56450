// The incidents that are open: found by credential or by what many share, told, closed when silent.
// Always holds: at most `maxOpen` are open, at the bound the one silent for longest is closed; an incident is told as opened
// once. Does not decide what belongs to which incident: incidents.ts does.

import type { Incident } from '../../schemas/incident.ts';
import type { Attributed } from '../detector.ts';
import { ownShape } from '../own-shape.ts';
import type { Archive } from './archive.ts';
import type { IncidentHandle } from './calls.ts';
import type { DistinctBudget } from './distinct.ts';
import { DAY, type OpenIncident, type Opening, openIncident } from './open-incident.ts';
import { reportOf } from './report.ts';
import type { Metas } from './stored-claims.ts';
import { loadIncident, type StoredIncident, saveIncident } from './stored-incident.ts';

export const MERGE_GAP = DAY;
/** Closing is checked at most once per this much event time. */
const CHECK_EVERY = 60_000;

/** An open incident with what people were last told of it. */
export interface Entry {
  readonly incident: OpenIncident;
  /** The event it opened on: what joins on the same event is part of the opening. */
  readonly openedBy: string;
  reportedRecords: number;
  reported: boolean;
  /** Of an incident of many credentials: theirs, which count and are not told of. */
  readonly parts: Set<Entry>;
  /** The incident of many credentials that this is part of. */
  parent: Entry | null;
  /** Something changed since it was last returned. */
  changed: boolean;
  /** Severity is looked at again when records or bytes reach these. */
  nextRecords: number;
  nextBytes: number;
}

/** An entry as plain data. Parts and the incident they are part of name each other by id. */
export interface StoredEntry extends Omit<Entry, 'incident' | 'parts' | 'parent'> {
  readonly incident: StoredIncident;
  /** Of an incident of many credentials, those attributed to it; null for one of a single credential. */
  readonly attributes: readonly string[] | null;
  /** Made of its parts. */
  readonly joint: boolean;
  readonly parent: string | null;
}

/** @param o.onChange told of every credential, or subject of many, of which something changed */
export type Register = ReturnType<typeof createRegister>;

export function createRegister(o: {
  maxOpen: number;
  archive: Archive;
  onChange: (about: { tenant: string; lineage: string }) => void;
}) {
  const { maxOpen, archive, onChange } = o;
  /** tenant → lineage → its open incidents. */
  const open = new Map<string, Map<string, Entry[]>>();
  /** tenant and lineage → the open incident of many callers that it is attributed to. */
  const parents = new Map<string, Entry>();
  const all = new Set<Entry>();
  const pending = new Set<Entry>();
  /** Incidents made of parts by id, and parts that came back before theirs did. */
  const joint = new Map<string, Entry>();
  const orphans = new Map<string, Entry[]>();
  const closedEarly: Incident[] = [];
  let overflow = 0;
  let nextCheck = Number.POSITIVE_INFINITY;

  const entriesOf = (tenant: string, lineage: string): readonly Entry[] =>
    open.get(tenant)?.get(lineage) ?? [];

  /** As it stands now. */
  const report = (entry: Entry): Incident => {
    if (entry.parts.size > 0) entry.incident.attributed = attributedTo(entry);
    return reportOf(entry.incident);
  };
  /** @param eventId the event at hand */
  const tell = (entry: Entry, eventId: string): Incident => {
    const opening = !entry.reported || entry.openedBy === eventId;
    if (!opening && entry.incident.status === 'open') entry.incident.status = 'updated';
    entry.reported = true;
    entry.changed = false;
    entry.reportedRecords = entry.incident.exposure.records;
    pending.delete(entry);
    onChange(entry.incident);
    return report(entry);
  };
  const close = (entry: Entry): Incident => {
    const last = closedReport(entry, tell);
    forget(entry);
    for (const part of entry.parts) {
      forget(part);
      part.incident.exposure.close();
    }
    const { incident } = entry;
    incident.exposure.close();
    archive.keep(credentialKey(incident.tenant, incident.lineage), last, handleOf(incident));
    return last;
  };
  const forget = (entry: Entry): void => {
    const { incident } = entry;
    all.delete(entry);
    pending.delete(entry);
    joint.delete(incident.id);
    onChange(incident);
    const lineages = open.get(incident.tenant) as Map<string, Entry[]>;
    const rest = entriesOf(incident.tenant, incident.lineage).filter((other) => other !== entry);
    if (rest.length > 0) lineages.set(incident.lineage, rest);
    else lineages.delete(incident.lineage);
    if (lineages.size === 0) open.delete(incident.tenant);
    if (incident.attributed) for (const [key, parent] of parents) if (parent === entry) parents.delete(key);
  };
  const enter = (entry: Entry): void => {
    const { tenant, lineage } = entry.incident;
    const lineages = open.get(tenant) ?? new Map<string, Entry[]>();
    open.set(tenant, lineages);
    lineages.set(lineage, [...(lineages.get(lineage) ?? []), entry]);
    all.add(entry);
  };
  /** A credential is attributed to one at a time, the last that spoke of it. */
  const attributeTo = (lineage: string, entry: Entry): void => {
    const key = credentialKey(entry.incident.tenant, lineage);
    const before = parents.get(key);
    if (before === entry) return;
    parents.set(key, entry);
    if (before !== undefined) onChange(before.incident);
  };
  const link = (part: Entry, whole: Entry): void => {
    part.parent = whole;
    whole.parts.add(part);
  };
  const attributesOf = (entry: Entry): string[] => {
    const prefix = credentialKey(entry.incident.tenant, '');
    return [...parents].flatMap(([key, parent]) => (parent === entry ? [key.slice(prefix.length)] : []));
  };
  const makeRoom = (): void => {
    let quietest: Entry | null = null;
    for (const entry of all)
      if (entry.parent === null && (!quietest || entry.incident.lastAt < quietest.incident.lastAt))
        quietest = entry;
    if (quietest) closedEarly.push(close(quietest));
    overflow++;
  };

  return ownShape({
    entriesOf,
    report,
    tell,
    pending,
    closedEarly,
    get size() {
      return all.size;
    },
    /** Parts count as well: their calls are followed. */
    get full() {
      return all.size >= maxOpen;
    },
    get overflow() {
      return overflow;
    },
    entries: (): Iterable<Entry> => all,
    parentOf: (tenant: string, lineage: string): Entry | undefined =>
      parents.size === 0 ? undefined : parents.get(credentialKey(tenant, lineage)),
    /** Those an incident of many callers is attributed to now. */
    attribute(entry: Entry): void {
      for (const { lineage } of entry.incident.attributed ?? []) attributeTo(lineage, entry);
    },
    /** @param parts of an incident of many credentials: theirs, to be filled by handOver() */
    begin(opening: Opening, parts?: Set<Entry>): Entry {
      if (all.size >= maxOpen) makeRoom();
      archive.forget(opening.id);
      const incident = openIncident(opening);
      const entry: Entry = {
        incident,
        openedBy: opening.event.id,
        parts: parts ?? new Set(),
        parent: null,
        reportedRecords: 0,
        reported: false,
        changed: true,
        nextRecords: 0,
        nextBytes: 0,
      };
      enter(entry);
      if (parts) joint.set(incident.id, entry);
      nextCheck = Math.min(nextCheck, incident.lastAt + MERGE_GAP);
      onChange(incident);
      return entry;
    },
    save(entry: Entry): StoredEntry {
      const { incident, parts, parent, ...rest } = entry;
      const isJoint = joint.get(incident.id) === entry;
      return {
        ...rest,
        incident: saveIncident(incident),
        attributes: incident.attributed ? attributesOf(entry) : null,
        joint: isJoint,
        parent: parent?.incident.id ?? null,
      };
    },
    /** False when the detector that names it is not there any more. */
    load(stored: StoredEntry, o: { metas: Metas; exactLimit: number; budget: DistinctBudget }): boolean {
      const { attributes, joint: isJoint, parent, ...rest } = stored;
      const parts = new Set<Entry>();
      const incident = loadIncident(stored.incident, { ...o, parts: isJoint ? parts : null });
      if (incident === null) return false;
      const entry: Entry = { ...rest, incident, parts, parent: null };
      enter(entry);
      const { tenant, lineage, id } = incident;
      for (const one of attributes ?? []) attributeTo(one, entry);
      if (isJoint) {
        joint.set(id, entry);
        for (const part of orphans.get(id) ?? []) if (all.has(part)) link(part, entry);
        orphans.delete(id);
      }
      if (parent !== null) {
        const whole = joint.get(parent);
        if (whole) link(entry, whole);
        else orphans.set(parent, [...(orphans.get(parent) ?? []), entry]);
      }
      // What is due a moment before the next check waits for it, as it would have without being stored.
      const due = incident.lastAt + MERGE_GAP;
      if (due < nextCheck - CHECK_EVERY) nextCheck = due;
      onChange({ tenant, lineage });
      return true;
    },
    /** Forgets what is open about a credential that another process has now; what it took stays counted where it was a part. */
    drop(tenant: string, lineage: string): void {
      for (const entry of entriesOf(tenant, lineage)) {
        const { parent } = entry;
        parent?.incident.exposure.atLeast(parent.incident.exposure);
        parent?.parts.delete(entry);
        forget(entry);
        entry.incident.exposure.close();
      }
    },
    keys: (): { tenant: string; lineage: string }[] =>
      [...open].flatMap(([tenant, lineages]) => [...lineages.keys()].map((lineage) => ({ tenant, lineage }))),
    get nextCheck() {
      return nextCheck;
    },
    set nextCheck(at: number) {
      nextCheck = at;
    },
    closeEarly(entry: Entry): void {
      closedEarly.push(close(entry));
    },
    /** Makes an incident part of one of many credentials; who was told of it is told that it is closed for that. */
    handOver(entry: Entry, parent: Entry): void {
      if (entry.reported) {
        entry.incident.partOf = parent.incident.id;
        const last = closedReport(entry, tell);
        closedEarly.push(last);
        archive.keep(
          credentialKey(entry.incident.tenant, entry.incident.lineage),
          last,
          handleOf(entry.incident),
        );
      }
      pending.delete(entry);
      entry.incident.inCampaign = true;
      link(entry, parent);
      attributeTo(entry.incident.lineage, parent);
      onChange(entry.incident);
      onChange(parent.incident);
    },
    /** Closes what was silent for a day before `watermark`. */
    closeSilent(watermark: number): Incident[] {
      const out = closedEarly.splice(0);
      if (watermark < nextCheck) return out;
      let earliest = Number.POSITIVE_INFINITY;
      for (const entry of all) {
        if (entry.parent !== null) continue;
        const due = entry.incident.lastAt + MERGE_GAP;
        if (due <= watermark) out.push(close(entry));
        else earliest = Math.min(earliest, due);
      }
      nextCheck = Math.max(earliest, watermark + CHECK_EVERY);
      return out;
    },
    mayClose: (watermark: number): boolean => closedEarly.length > 0 || watermark >= nextCheck,
  });
}

function closedReport(entry: Entry, tell: (entry: Entry, eventId: string) => Incident): Incident {
  entry.incident.status = 'closed';
  return tell(entry, '');
}

/** Those whose incidents are parts of one, and those found with them; most records first. */
function attributedTo({ parts, incident }: Entry): Attributed[] {
  const all = new Map<string, Attributed>();
  for (const one of incident.attributed ?? []) all.set(one.lineage, one);
  for (const { incident: part } of parts) {
    const { lineage } = part;
    const before = all.get(lineage);
    all.set(lineage, {
      lineage,
      display: part.credential.display,
      records: Math.max(part.exposure.records, before?.records ?? 0),
      requests: Math.max(part.calls, before?.requests ?? 0),
    });
  }
  return [...all.values()].sort((a, b) => b.records - a.records);
}

export const credentialKey = (tenant: string, lineage: string): string => `${tenant}\n${lineage}`;

export const handleOf = ({ id, status, tactic, severity, clusters }: OpenIncident): IncidentHandle => ({
  id,
  status,
  tactic,
  severity,
  clusters,
});
