// What the engine knows of each credential, for people: totals, risk, running incidents, which detectors can judge it.

import { CREDENTIAL_KINDS } from '../schemas/event.ts';
import type { BaselineCursor } from './baseline/baseline.ts';
import type { CredentialRows } from './baseline/credential-rows.ts';
import { riskOf } from './baseline/risk.ts';
import type { Detector } from './detector.ts';
import type { CredentialSummary } from './engine-contract.ts';
import { readinessOf } from './readiness.ts';
import type { Incidents } from './scoring/incidents.ts';

/** One per credential in memory. Ends the event at hand: not to be read between judging and learning. */
export function* summaries(o: {
  rows: CredentialRows;
  baseline: BaselineCursor;
  incidents: Incidents;
  detectors: readonly Detector[];
}): Generator<CredentialSummary> {
  const { rows, baseline, incidents, detectors } = o;
  const { core } = rows;
  const { table } = rows.rows;
  for (const slot of table.slots()) {
    const tenant = table.scopeOf(slot);
    const lineage = table.nameOf(slot);
    const { failureShare, novelShare, firstAt, lastAt, ...totals } = baseline.totals(slot);
    const kind = CREDENTIAL_KINDS[core.kind] ?? 'client';
    const handles = incidents.of(tenant, lineage);
    const { evidence, riskLogE, riskRecords } = core;
    yield {
      tenant,
      lineage,
      kind,
      display: rows.rows.text(slot) || lineage,
      ...totals,
      risk:
        kind === 'anonymous'
          ? 0
          : riskOf({
              severities: handles.map((handle) => handle.severity),
              evidence,
              findingLogE: riskLogE,
              findingRecords: riskRecords,
              distinct: totals.objects,
              novelShare,
              failureShare,
            }),
      incidents: handles.map((handle) => handle.id),
      readiness: readinessOf(
        { events: core.events, activeDays: core.activeDays, firstAt, lastAt },
        detectors,
      ),
      first_at: firstAt,
      last_at: lastAt,
    };
  }
}
