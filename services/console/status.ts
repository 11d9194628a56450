// What the status page and /api/status show: counters of the running process and where to look further.

import type { Incident } from '../../schemas/incident.ts';
import type { Health } from '../health/health.ts';
import type { Problem } from '../health/problem.ts';
import type { LedgerRow } from '../store/ledger.ts';

export interface StatusReport {
  version: string;
  /** ISO 8601. */
  startedAt: string;
  uptimeSeconds: number;
  /** What is being read, in words: `bundled sample`, `/var/log/nginx/access.log`, `HTTP receiver on …`. */
  sources: string[];
  lines: number;
  events: number;
  rejected: Record<string, number>;
  credentials: number;
  openIncidents: number;
  findings: number;
  /** Credentials that memory had no room for; what was learned of them is forgotten. */
  evictions: number;
  /** Events that were judged but not learned from: too late, or of a credential under suspicion. */
  late: number;
  quarantined: number;
  /** Bytes of what is learned. */
  stateBytes: number;
  /** ISO 8601 of the newest event time seen, null before the first event. */
  newestEventAt: string | null;
  tuning: string;
  /** Where log lines can be sent, null when the receiver is off. */
  receiverUrl: string | null;
  /** How many are configured. */
  webhooks: number;
  /** Since the start; `failed` counts attempts that will be repeated. */
  deliveries: { delivered: number; failed: number; dead: number };
  /** The embedded store: its address, the read-only user, the file that holds the password. */
  store: { url: string; analyst: string; passwordFile: string } | null;
  /** Set when the configuration file on disk is not the one in force. */
  configProblem: string | null;
  /** What is wrong, in words. */
  problems: readonly Problem[];
}

export interface StatusSource {
  readonly health: Pick<Health, 'look'>;
  report(): StatusReport;
  /** Newest first. */
  incidents(): readonly Incident[];
  /** Records the incident's credentials were answered with. */
  ledger(incident: Incident): Promise<LedgerRow[]>;
}
