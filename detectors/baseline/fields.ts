// What the baseline itself keeps per credential (light, heavy), per peer group and per route.
// Always holds: light is what every credential pays for; heavy joins at 16 events or when a light set is full.
// Times are minutes or UTC days since the epoch unless a field says otherwise.

import { f32, f32s, f64, u8, u8s, u16, u16s, u32, u32s } from '../state/fields.ts';

/** Events after which a credential gets its heavy block. */
export const BUSY_EVENTS = 16;
export const LIGHT_SOURCES = 4;
export const HEAVY_SOURCES = 16;
export const LIGHT_OBJECTS = 16;
export const LIGHT_SET = 8;
/** Bits of the sets of routes, prefixes and query shapes of a busy credential. */
export const SET_BITS = 2048;

const sources = (length: number) => ({
  prefix: u32s(length, 'prefix code: the /24 itself, or a hash with bit 24 and up set'),
  asn: u32s(length, 'autonomous system number'),
  country: u16s(length, 'two letters as bytes'),
  client: u32s(length, 'hash of user-agent family and TLS fingerprint'),
  count: f32s(length, 'events, decayed to lastAt with a half-life of 30 days'),
  firstAt: u32s(length, 'first seen, minutes'),
  lastAt: u32s(length, 'last seen, minutes'),
});

export const CORE = {
  firstAt: f64('first event, ms'),
  lastAt: f64('latest event, ms'),
  bytesTotal: f64('bytes out, all events'),
  heavy: u32('handle of the heavy block'),
  objectsSmall: u32('handle of the first object filter'),
  objectsLarge: u32('handle of the large object filters and the distinct sketch'),
  findings: u32('handle of the block that remembers the last finding of each detector'),
  seen: u32('events seen'),
  events: u32('events learned from'),
  hour: u32('current hour, hours since the epoch'),
  distinct: u32('objects that were new when they came'),
  suspectSince: u32('minute the present suspicion began; 0 when there is none'),
  suspectAt: u32('minute evidence was last above the quarantine limit'),
  evidence: f32('largest log-e of any detector, decayed by a nat a day'),
  riskLogE: f32('largest log-e of any finding so far'),
  riskRecords: f32('most records a finding claimed'),
  novelHits: f32('object accesses that were new, decayed'),
  novelTrials: f32('object accesses, decayed'),
  failures: f32('answers 401 and 403, decayed'),
  misses: f32('answers 404 and 410, decayed'),
  answers: f32('answers, decayed'),
  day: u16('current UTC day'),
  decayDay: u16('day the decayed counters stand at'),
  activeDays: u16('distinct UTC days with events'),
  hours: u16('complete active hours learned from'),
  routes: u16('distinct routes used'),
  prefixes: u16('distinct prefixes used'),
  lateRun: u16('late events in a row'),
  routeSet: u16s(LIGHT_SET, 'hashes of routes used'),
  prefixSet: u16s(LIGHT_SET, 'hashes of prefixes used'),
  shapeSet: u16s(4, 'hashes of query shapes learned'),
  routesLearned: u8('bit per entry of routeSet: learned from an unsuspicious event'),
  shapes: u8('entries of shapeSet'),
  sourceCount: u8('entries in the source table'),
  sourceLast: u8('entry that matched last'),
  kind: u8('index into CREDENTIAL_KINDS'),
  flags: u8('see FLAG'),
  objects: u32s(LIGHT_OBJECTS, 'hashes of objects, exact, until the first filter'),
} as const;

/** Bits of CORE.flags. */
export const FLAG = {
  /** An event of the current hour was not learned from, so the hour will not be. */
  hourTainted: 1,
  dayTainted: 2,
  /** The credential counts in its peer group. */
  grouped: 4,
  /** The growth cap has a week's anchor. */
  anchored: 8,
} as const;

export const CORE_SOURCES = sources(LIGHT_SOURCES);

/** One per quantity: bytes, requests, novel objects. */
const hourly = (sum: typeof f64 | typeof f32) => ({
  hourSum: sum('sum of the current hour'),
  daySum: sum('sum of the current UTC day'),
  logMean: f32('mean of ln(1 + hourly sum)'),
  logVariance: f32('its variance'),
  maxHour: f32('largest learned hour'),
  maxDay: f32('largest learned day of this period of 28 days'),
});
export const HOURLY_BYTES = hourly(f64);
export const HOURLY_COUNT = hourly(f32);

export const HOURLY_HEAVY = {
  previousMaxDay: f32('largest learned day of the period before'),
  anchorMean: f32('logMean when the week began'),
  anchorMaxDay: f32('maxDay when the week began'),
} as const;

export const HEAVY = {
  hourCounts: u16s(168, 'eighths of an event per hour of the week (UTC, Monday first), half-life 4 weeks'),
  periodDay: u16('day the present period of 28 days began'),
  anchorDay: u16('day the present week of the growth cap began'),
  routesUsed: u8s(SET_BITS / 8, 'bitmap of routes used'),
  routesLearned: u8s(SET_BITS / 8, 'bitmap of routes learned'),
  prefixesUsed: u8s(SET_BITS / 8, 'bitmap of prefixes used'),
  shapesLearned: u8s(SET_BITS / 8, 'bitmap of query shapes learned'),
} as const;

export const HEAVY_SOURCE_FIELDS = sources(HEAVY_SOURCES - LIGHT_SOURCES);

export const GROUP_SOURCES = 32;
export const GROUP_CLIENTS = 16;
/** Age buckets (log2 of requests made) times bins of ln(distinct objects), half a nat each. */
export const GROWTH_AGES = 20;
export const GROWTH_BINS = 32;

export const GROUP = {
  events: f64('events of the group'),
  size: u32('credentials seen in the group'),
  hours: u32('active credential hours pooled'),
  novelHits: f32('share of new objects summed over credential hours, decayed by weight'),
  novelHours: f32('credential hours behind novelHits'),
  misses: f32('share of misses summed over credential hours'),
  missHours: f32('credential hours behind misses'),
  bytesLogMean: f32('mean of ln(1 + bytes per active hour) over credential hours'),
  bytesLogVariance: f32('its variance'),
  requestsLogMean: f32('mean of ln(1 + requests per active hour)'),
  requestsLogVariance: f32('its variance'),
  sourceTotal: f32('credential-source pairs behind the source table'),
  clientTotal: f32('credential-client pairs behind the client table'),
  prefix: u32s(GROUP_SOURCES, 'prefix code'),
  asn: u32s(GROUP_SOURCES, 'autonomous system number'),
  country: u16s(GROUP_SOURCES, 'two letters as bytes'),
  count: f32s(GROUP_SOURCES, 'credentials that use the source'),
  clients: u32s(GROUP_CLIENTS, 'client hash'),
  clientCounts: f32s(GROUP_CLIENTS, 'credentials that use the client'),
  growth: u16s(GROWTH_AGES * GROWTH_BINS, 'credentials by age and distinct objects at that age'),
} as const;

export const ROUTE = {
  requests: f32('events, all callers'),
  anonymous: f32('events nobody was identified for'),
  misses: f32('answers 404 and 410'),
  failures: f32('answers 401 and 403'),
} as const;

export const SMALL_FILTER_BYTES = 1024;
export const LARGE_FILTER_BYTES = 10 * 1024;
export const SKETCH_BITS = 12;
/** Head of the block that also holds two halves of a rotating Bloom filter and a HyperLogLog sketch. */
export const LARGE_OBJECTS = {
  estimate: f64('distinct objects beyond the small filter (martingale estimator of the sketch)'),
  inverseSum: f64('sum of 2^-register over the sketch; 0 stands for its size while empty'),
  current: u32('objects in the half being filled'),
  half: u8('which half is being filled'),
} as const;
