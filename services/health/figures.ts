// What is known of a running process, as numbers and times: what its metrics show and its problems follow from.
// Always holds: a section is missing where the process has no such part; times are ms since the epoch by this machine's clock.

export interface JudgingFigures {
  events: number;
  duplicates: number;
  findings: number;
  /** Events a detector failed on; they are stored unjudged. */
  failed: number;
  credentials: number;
  openIncidents: number;
  evictions: number;
  late: number;
  quarantined: number;
  stateBytes: number;
  checkpoints: number;
  /** Null before the first checkpoint. */
  lastCheckpointAt: number | null;
  /** Since when something that was judged, or is being judged, waits to become durable; null when nothing does. */
  waitingSince: number | null;
  /** What judging and rejecting came to within the last hour, or since the start. */
  lastHour: { events: number; rejected: number; evictions: number };
}

export interface PartitionFigures {
  partition: number;
  /** Events that are in the topic and not durable here. */
  waiting: number;
  /** At least so long ago the first of them came; 0 when all that was there at the last look is durable. */
  behindMs: number;
}

/** A neighbour as it was last asked. */
export interface NeighbourFigures {
  place: string;
  /** Why it does not answer; null when it does. */
  trouble: string | null;
  /** Since when; null when it answers. */
  troubleSince: number | null;
}

export interface OutboxFigures {
  destination: string;
  /** False when no webhook of that name is configured (any more). */
  configured: boolean;
  pending: number;
  /** When the oldest pending one was put in. */
  oldestAt: number | null;
  lastError: string;
  /** Given up within the last day. */
  dead: number;
}

export interface DiskFigures {
  disk: string;
  free: number;
  total: number;
}

export interface DetectorFigures {
  /** Off for everybody. */
  off: readonly string[];
  /** Whose evidence on ordinary days is stronger than chance allows. */
  misCalibrated: readonly string[];
}

export interface Figures {
  service: 'detect' | 'deliver' | 'hunt' | 'up';
  now: number;
  startedAt: number;
  judging?: JudgingFigures;
  /** Lines read, where this process reads lines itself. */
  lines?: number;
  /** Input that could not be read, by reason. */
  rejected?: Readonly<Record<string, number>>;
  store: NeighbourFigures & { disks: readonly DiskFigures[] };
  kafka?: NeighbourFigures & { partitions: readonly PartitionFigures[] };
  outbox?: readonly OutboxFigures[];
  deliveries?: { delivered: number; failed: number; dead: number };
  /** When an event of each gateway was last taken in. */
  gateways?: readonly { gateway: string; lastAt: number }[];
  detectors?: DetectorFigures;
  /** What is wrong with the configuration file on disk, null when it is the one in force. */
  configProblem?: string | null;
  /** When all hunts that were due were last run. */
  lastHuntAt?: number | null;
}
