// Decides whether a finding describes the calls of an incident that is already open, so that one attack is one incident.
// Always holds: findings of one tactic about one credential never split; posture findings never join another tactic.

import type { TrailEntry } from './calls.ts';
import type { Claim, OpenIncident } from './open-incident.ts';
import { mayShare } from './precedence.ts';

/** Share of an incident's calls that come from a source to which a finding is confined, for both to be the same attack. */
const SAME_ATTACK = 0.8;
/** Share of what a whole credential is found to do that comes from the sources of an incident: most of it. */
const MOSTLY = 0.5;

/** @param trail recent calls of the credential, the current one last; @param novel new objects in the current call. */
export function belongsTo(
  incident: OpenIncident,
  o: { claim: Claim; trail: readonly TrailEntry[]; novel: number },
): boolean {
  const { claim } = o;
  const confined = claim.draft.scope === 'source';
  if (!mayShare(incident.tactic, claim.meta.tactic)) return false;
  if (incident.tactic === claim.meta.tactic)
    return claim.finding.pages || !confined || mostlyFrom(incident, claim.cluster);
  if (confined) return mostlyFrom(incident, claim.cluster);
  if (!incident.clusters) return true;
  return trailWithin(incident.clusters, o) > MOSTLY;
}

/** True when the incident is confined to sources that include this one, or consists mostly of calls from it. */
function mostlyFrom(incident: OpenIncident, cluster: number): boolean {
  if (incident.clusters) return incident.clusters.has(cluster);
  return (incident.shares.get(cluster) ?? 0) >= SAME_ATTACK * incident.calls;
}

/** Share of the behaviour in the trail, by calls or by bytes, that comes from the clusters; 1 when the trail has none of it. */
function trailWithin(
  clusters: ReadonlySet<number>,
  o: { claim: Claim; trail: readonly TrailEntry[]; novel: number },
): number {
  let calls = 0;
  let within = 0;
  let bytes = 0;
  let bytesWithin = 0;
  for (const entry of o.trail) {
    if (entry.at < o.claim.draft.since || (o.novel > 0 && entry.novel === 0)) continue;
    calls++;
    bytes += entry.bytes;
    if (!clusters.has(entry.cluster)) continue;
    within++;
    bytesWithin += entry.bytes;
  }
  return calls === 0 ? 1 : Math.max(within / calls, bytes === 0 ? 0 : bytesWithin / bytes);
}
