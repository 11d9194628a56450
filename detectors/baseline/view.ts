// What a detector sees of one credential's past: the baseline as it stood BEFORE the event, plus the facts of the
// event against it, computed once and shared by all detectors. Read-only. The implementation is baseline.ts.

/** One place a credential is used from; the table is bounded (4 light, 16 heavy), least used forgotten first. */
export interface KnownSource {
  readonly prefix: string | null;
  readonly prefixHash: number;
  readonly asn: number;
  readonly country: string;
  /** Hash of the user-agent family and TLS fingerprint. */
  readonly clientHash: number;
  /** Cluster label: hash of (ASN or, when unknown, prefix; country; client family). */
  readonly cluster: number;
  /** Decayed number of events (half-life 30 d). */
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** The event's source against what the credential and its peers are known for. */
export interface SourceFacts {
  readonly cluster: number;
  readonly prefixKnown: boolean;
  readonly asnKnown: boolean;
  readonly countryKnown: boolean;
  readonly clientKnown: boolean;
  /** Ms since the event's cluster was first seen for this credential; 0 when new. */
  readonly clusterAge: number;
  /** Hierarchical Pitman–Yor predictive probability of this source for this credential (prefix ⊂ ASN ⊂ country). */
  readonly probability: number;
  /** The same from the peer group alone. */
  readonly peerProbability: number;
  /** Probability of any one place when nothing is known of anybody: what `probability` backs off to at last. */
  readonly floorProbability: number;
  /** Predictive probability of the client (user-agent family, TLS). */
  readonly clientProbability: number;
  /** Distinct credentials of the tenant seen behind this prefix (saturates at 255): shared egress. */
  readonly prefixTenants: number;
}

/** The event's object ids against the credential's memory of every object it ever touched. */
export interface ObjectFacts {
  /** Ids in the event. */
  readonly total: number;
  /** Of these, never touched by this lineage before (Bloom filter: may miss about 1 in 100, never invents one). */
  readonly novel: number;
  /** Hash of the last object id and of its collection; 0 when the event has none. */
  readonly hash: number;
  readonly collectionHash: number;
}

/** Robust running statistics of a per-hour quantity, on a log scale, over complete active hours. */
export interface HourlyStatistics {
  /** Sum in the event's hour so far, before the event. */
  readonly thisHour: number;
  /** Sum in the event's UTC day so far, before the event. */
  readonly today: number;
  /** Complete active hours learned from. */
  readonly hours: number;
  /** Mean and standard deviation of ln(1 + hourly sum). */
  readonly logMean: number;
  readonly logSd: number;
  readonly maxHour: number;
  /** Largest complete day among the last 30 or so. */
  readonly maxDay: number;
}

export interface Baseline {
  /** Events learned from. */
  readonly events: number;
  /** Events seen, learned from or not. */
  readonly seen: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Distinct UTC days with activity. */
  readonly activeDays: number;
  readonly sources: { readonly size: number; at(index: number): KnownSource };
  /** Distinct objects ever touched, with an interval. */
  readonly distinct: { readonly value: number; readonly low: number; readonly high: number };
  /** Posterior mean of "an object is new to this credential", from the last 30 d, shrunk to the peers'. */
  readonly novelShare: number;
  /** Object accesses behind novelShare (decayed). */
  readonly novelTrials: number;
  /** Most novel objects on one complete day of the last 60 or so. */
  readonly maxNovelPerDay: number;
  readonly novelToday: number;
  readonly bytes: HourlyStatistics;
  readonly requests: HourlyStatistics;
  readonly novelObjects: HourlyStatistics;
  /** Share of accesses that were authentication failures (401, 403) and misses (404, 410), decayed. */
  readonly failureShare: number;
  readonly missShare: number;
  readonly routeKnown: boolean;
  readonly routes: number;
  readonly queryShapeKnown: boolean;
  /** Share of events in the event's hour of the week, smoothed. */
  readonly hourShare: number;
  /** Learned from at least 200 requests over 3 days, or for 14 days: volume and source may page on their own. */
  readonly mature: boolean;
  readonly source: SourceFacts;
  readonly objects: ObjectFacts;
}

/** The credential's peers: same client or application, else same tenant. Priors while a credential is young. */
export interface Peers {
  /** Credentials in the group. */
  readonly size: number;
  readonly events: number;
  readonly novelShare: number;
  /** Mean and spread of ln(1 + bytes per active hour) over peers. */
  readonly bytesLogMean: number;
  readonly bytesLogSd: number;
  readonly requestsLogMean: number;
  readonly requestsLogSd: number;
  /** Peers' 99th percentile of distinct objects at this credential's age (requests made), 0 when unknown. */
  readonly distinctP99: number;
  readonly missShare: number;
}
