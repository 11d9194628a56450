// The incidents that are open: found by credential or by what many share, told, closed when silent.
// Always holds: at most `maxOpen` are open, at the bound the one silent for longest is closed; an incident is told as opened
// once. Does not decide what belongs to which incident: incidents.ts does.

import type { Incident } from '../../schemas/incident.ts';
import type { Archive } from './archive.ts';
import type { IncidentHandle } from './calls.ts';
import { DAY, type OpenIncident, type Opening, openIncident } from './open-incident.ts';
import { reportOf } from './report.ts';

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
  /** Something changed since it was last returned. */
  changed: boolean;
  /** Severity is looked at again when records or bytes reach these. */
  nextRecords: number;
  nextBytes: number;
}

export function createRegister({ maxOpen, archive }: { maxOpen: number; archive: Archive }) {
  /** tenant → lineage → its open incidents. */
  const open = new Map<string, Map<string, Entry[]>>();
  /** tenant and lineage → the open incident of many callers that it is attributed to. */
  const parents = new Map<string, Entry>();
  const all = new Set<Entry>();
  const pending = new Set<Entry>();
  const closedEarly: Incident[] = [];
  let overflow = 0;
  let nextCheck = Number.POSITIVE_INFINITY;

  const entriesOf = (tenant: string, lineage: string): readonly Entry[] =>
    open.get(tenant)?.get(lineage) ?? [];

  /** @param eventId the event at hand */
  const tell = (entry: Entry, eventId: string): Incident => {
    const opening = !entry.reported || entry.openedBy === eventId;
    if (!opening && entry.incident.status === 'open') entry.incident.status = 'updated';
    entry.reported = true;
    entry.changed = false;
    entry.reportedRecords = entry.incident.exposure.records;
    pending.delete(entry);
    return reportOf(entry.incident);
  };
  const close = (entry: Entry): Incident => {
    const { incident } = entry;
    const report = closedReport(entry, tell);
    all.delete(entry);
    const lineages = open.get(incident.tenant) as Map<string, Entry[]>;
    const rest = entriesOf(incident.tenant, incident.lineage).filter((other) => other !== entry);
    if (rest.length > 0) lineages.set(incident.lineage, rest);
    else lineages.delete(incident.lineage);
    if (lineages.size === 0) open.delete(incident.tenant);
    if (incident.attributed) for (const [key, parent] of parents) if (parent === entry) parents.delete(key);
    incident.exposure.close();
    archive.keep(credentialKey(incident.tenant, incident.lineage), report, handleOf(incident));
    return report;
  };
  const makeRoom = (): void => {
    let quietest: Entry | null = null;
    for (const entry of all)
      if (!quietest || entry.incident.lastAt < quietest.incident.lastAt) quietest = entry;
    if (quietest) closedEarly.push(close(quietest));
    overflow++;
  };

  return {
    entriesOf,
    tell,
    pending,
    closedEarly,
    get size() {
      return all.size;
    },
    get overflow() {
      return overflow;
    },
    entries: (): Iterable<Entry> => all,
    parentOf: (tenant: string, lineage: string): Entry | undefined =>
      parents.size === 0 ? undefined : parents.get(credentialKey(tenant, lineage)),
    /** Those an incident of many callers is attributed to now. */
    attribute(entry: Entry): void {
      for (const { lineage } of entry.incident.attributed ?? [])
        parents.set(credentialKey(entry.incident.tenant, lineage), entry);
    },
    begin(opening: Opening): Entry {
      if (all.size >= maxOpen) makeRoom();
      archive.forget(opening.id);
      const incident = openIncident(opening);
      const entry: Entry = {
        incident,
        openedBy: opening.event.id,
        reportedRecords: 0,
        reported: false,
        changed: true,
        nextRecords: 0,
        nextBytes: 0,
      };
      const { tenant, lineage } = incident;
      const lineages = open.get(tenant) ?? new Map<string, Entry[]>();
      open.set(tenant, lineages);
      lineages.set(lineage, [...(lineages.get(lineage) ?? []), entry]);
      all.add(entry);
      nextCheck = Math.min(nextCheck, incident.lastAt + MERGE_GAP);
      return entry;
    },
    closeEarly(entry: Entry): void {
      closedEarly.push(close(entry));
    },
    /** Closes what was silent for a day before `watermark`. */
    closeSilent(watermark: number): Incident[] {
      const out = closedEarly.splice(0);
      if (watermark < nextCheck) return out;
      let earliest = Number.POSITIVE_INFINITY;
      for (const entry of all) {
        const due = entry.incident.lastAt + MERGE_GAP;
        if (due <= watermark) out.push(close(entry));
        else earliest = Math.min(earliest, due);
      }
      nextCheck = Math.max(earliest, watermark + CHECK_EVERY);
      return out;
    },
    mayClose: (watermark: number): boolean => closedEarly.length > 0 || watermark >= nextCheck,
  };
}

function closedReport(entry: Entry, tell: (entry: Entry, eventId: string) => Incident): Incident {
  entry.incident.status = 'closed';
  return tell(entry, '');
}

export const credentialKey = (tenant: string, lineage: string): string => `${tenant}\n${lineage}`;

export const handleOf = ({ id, status, tactic, severity, clusters }: OpenIncident): IncidentHandle => ({
  id,
  status,
  tactic,
  severity,
  clusters,
});
