// The baseline of one credential as a detector sees it: open() an event, judge, then learn() it.
// Always holds: between open() and learn() the view shows the past, facts and sums before the event; counters and the
// object ledger take in every event, rates, sources, hours and routes only unsuspicious ones that are in time.
// In time: at most 10 minutes older than the credential's latest event and at most 7 days ahead of the stream. An older
// event is judged and counted but not learned; after 64 such in a row the credential's clock is believed wrong and set
// back. Within the 10 minutes an event of an hour already complete is learned, except into that hour.

import { type ApiEvent, CREDENTIAL_KINDS } from '../../schemas/event.ts';
import { hash32, mix32 } from '../hash.ts';
import type { StateView } from '../state/fields.ts';
import { BLOCK, type CredentialRows } from './credential-rows.ts';
import type { Egress } from './egress.ts';
import { createEventObjects } from './event-objects.ts';
import { createEventSource, egressKey } from './event-source.ts';
import { BUSY_EVENTS, FLAG, type GROUP, LIGHT_SET } from './fields.ts';
import { createHourly } from './hourly.ts';
import { addToBitmap, inBitmap, inList, membersBehind, shortHash } from './known-set.ts';
import { createObjectMemory } from './object-memory.ts';
import { createPeerGroup } from './peer-group.ts';
import type { SharedRows } from './shared-rows.ts';
import { prefixText } from './source-code.ts';
import { countIn, createSourceProbability } from './source-probability.ts';
import { createSourceTable, type Place } from './source-table.ts';
import type { Baseline, Peers } from './view.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LATENESS = 10 * 60_000;
const FUTURE = 7 * DAY;
const CLOCK_WRONG_AFTER = 64;
const RATE_HALF_LIFE_DAYS = 15;
const PERIOD_DAYS = 28;
const PRIOR_OBSERVATIONS = 10;
const WEEK_HOURS = 168;
const SHAPE_PLACES = 4;
/** Counts per hour of the week are kept in eighths of an event, so that fading does not round small ones away. */
const HOUR_UNIT = 8;
const HOUR_FULL = 0xffff - HOUR_UNIT;

export interface Opened {
  readonly baseline: Baseline;
  readonly peers: Peers;
}

/** Totals of one credential, for listings. */
export interface Totals {
  readonly events: number;
  readonly objects: number;
  readonly sources: number;
  readonly routes: number;
  readonly bytes: number;
  readonly novelShare: number;
  readonly failureShare: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface BaselineCursor extends Opened {
  /** Slot of the credential. */
  readonly slot: number;
  /** Event times allow learning. */
  readonly inTime: boolean;
  readonly isNew: boolean;
  readonly busy: boolean;
  /** Finds or creates the rows of the event and computes its facts. `watermark` as before the event. */
  open(event: ApiEvent, watermark: number): void;
  /** Takes the event in; with `suspicious` only into the ledgers. */
  learn(suspicious: boolean): void;
  /** Of any credential; ends the event at hand. */
  totals(slot: number): Totals;
}

export function createBaseline(options: {
  rows: CredentialRows;
  shared: SharedRows;
  egress: Egress;
  prefixNames: Map<number, string>;
  maxPrefixNames: number;
}): BaselineCursor {
  const { rows, shared, egress, prefixNames, maxPrefixNames } = options;
  const { core, heavy } = rows;
  const table = rows.rows.table;
  let event!: ApiEvent;
  let slot = -1;
  let isNew = false;
  let busy = false;
  let inTime = true;
  let anonymous = false;
  let hour = 0;
  let day = 0;
  let tenantName = '';
  let tenantHash = 0;
  let routeHash = 0;
  let shapeHash = 0;
  let routeKnown = false;
  let shapeKnown = false;

  const clock = {
    get sameHour() {
      return hour === core.hour;
    },
    get sameDay() {
      return day === core.day;
    },
    get hours() {
      return core.hours;
    },
    get busy() {
      return busy;
    },
  };
  const bytes = createHourly({ light: rows.bytes, heavy: rows.heavyBytesStats, clock });
  const requests = createHourly({ light: rows.requests, heavy: rows.heavyRequests, clock });
  const novelObjects = createHourly({ light: rows.novel, heavy: rows.heavyNovel, clock });
  const quantities = [bytes, requests, novelObjects];
  const memory = createObjectMemory({
    core,
    small: rows.rows.pools[BLOCK.objectsSmall]!,
    large: rows.rows.pools[BLOCK.objectsLarge]!,
    largeLayout: rows.largeLayout,
    largeView: rows.large,
  });
  const objects = createEventObjects(memory);
  const sources = createSourceTable({
    core,
    light: rows.sources,
    heavy: rows.heavySources,
    hasHeavy: () => busy,
    prefixName: (code) => prefixNames.get(code) ?? null,
  });
  const probabilities = createSourceProbability();
  const source = createEventSource({
    table: sources,
    probabilities,
    peerProbability: (place) =>
      probabilities.peers(place, shared.chosen, shared.choseClient ? shared.tenant : null),
    prefixTenants: (place) => egress.count(egressKey(tenantHash, place.prefix)),
  });
  const requestsMade = (): number => core.seen;
  const peers = createPeerGroup(shared.chosen, requestsMade);
  const clientPeers = createPeerGroup(shared.client, requestsMade);
  const tenantPeers = createPeerGroup(shared.tenant, requestsMade);
  const distinct = { value: 0, low: 0, high: 0 };

  const isMature = (): boolean =>
    (core.events >= 200 && core.activeDays >= 3) || (core.events > 0 && event.at - core.firstAt >= 14 * DAY);
  const hourOfWeek = (): number => (hour + 3 * 24) % WEEK_HOURS;

  const view: Baseline = {
    get events() {
      return core.events;
    },
    get seen() {
      return core.seen;
    },
    get firstAt() {
      return core.firstAt;
    },
    get lastAt() {
      return core.lastAt;
    },
    get activeDays() {
      return core.activeDays;
    },
    sources,
    get distinct() {
      memory.estimate(distinct);
      return distinct;
    },
    get novelShare() {
      return (
        (core.novelHits + PRIOR_OBSERVATIONS * peers.novelShare) / (core.novelTrials + PRIOR_OBSERVATIONS)
      );
    },
    get novelTrials() {
      return core.novelTrials;
    },
    get maxNovelPerDay() {
      return novelObjects.maxDay;
    },
    get novelToday() {
      return novelObjects.today;
    },
    bytes,
    requests,
    novelObjects,
    get failureShare() {
      return core.answers === 0 ? 0 : core.failures / core.answers;
    },
    get missShare() {
      return (core.misses + PRIOR_OBSERVATIONS * peers.missShare) / (core.answers + PRIOR_OBSERVATIONS);
    },
    get routeKnown() {
      return routeKnown;
    },
    get routes() {
      return busy ? membersBehind(core.routes) : core.routes;
    },
    get queryShapeKnown() {
      return shapeKnown;
    },
    get hourShare() {
      if (!busy) return 1 / WEEK_HOURS;
      let total = 0;
      for (let i = 0; i < WEEK_HOURS; i++) total += heavy.hourCounts.get(i);
      const here = hourOfWeek();
      const before = heavy.hourCounts.get((here + WEEK_HOURS - 1) % WEEK_HOURS);
      const after = heavy.hourCounts.get((here + 1) % WEEK_HOURS);
      const smoothed = 0.5 * heavy.hourCounts.get(here) + 0.25 * (before + after);
      return (smoothed + HOUR_UNIT) / (total + WEEK_HOURS * HOUR_UNIT);
    },
    get mature() {
      return isMature();
    },
    source,
    objects,
  };

  const ending = { tainted: false, capped: false, hours: 0 };
  const peerHour = { logBytes: 0, logRequests: 0, novelShare: 0, missShare: 0 };
  /** Shares of the credential as it stands, given to its groups once per complete hour. */
  const teachGroups = (logBytes: number, logRequests: number): void => {
    const trials = core.novelTrials;
    const answers = core.answers;
    peerHour.logBytes = logBytes;
    peerHour.logRequests = logRequests;
    peerHour.novelShare = trials > 0 ? core.novelHits / trials : -1;
    peerHour.missShare = answers > 0 ? core.misses / answers : 0;
    tenantPeers.learnHour(peerHour);
    if (shared.hasClient) clientPeers.learnHour(peerHour);
  };
  const endHour = (capped: boolean): void => {
    const { flags, hours } = core;
    ending.tainted = (flags & FLAG.hourTainted) !== 0;
    ending.capped = capped;
    ending.hours = hours;
    const logBytes = bytes.endHour(ending);
    const logRequests = requests.endHour(ending);
    novelObjects.endHour(ending);
    if (!ending.tainted) {
      core.hours = hours + 1;
      if (!anonymous && core.seen > 0) teachGroups(logBytes, logRequests);
    }
    core.flags = flags & ~FLAG.hourTainted;
    core.hour = hour;
  };
  const endDay = (capped: boolean): void => {
    ending.tainted = (core.flags & FLAG.dayTainted) !== 0;
    ending.capped = capped;
    for (const quantity of quantities) quantity.endDay(ending);
    core.flags &= ~FLAG.dayTainted;
    core.day = day;
    core.activeDays += 1;
    const keep = 2 ** (-(day - core.decayDay) / RATE_HALF_LIFE_DAYS);
    core.decayDay = day;
    core.novelHits *= keep;
    core.novelTrials *= keep;
    core.failures *= keep;
    core.misses *= keep;
    core.answers *= keep;
    if (busy) endWeek();
  };
  const endWeek = (): void => {
    if (day - heavy.periodDay >= PERIOD_DAYS) {
      heavy.periodDay = day;
      for (const quantity of quantities) quantity.endPeriod();
    }
    const weeks = Math.floor((day - heavy.anchorDay) / 7);
    if (weeks < 1) return;
    heavy.anchorDay = day;
    // The growth cap binds once a week's anchor was taken from a mature past.
    if (isMature()) {
      core.flags |= FLAG.anchored;
      for (const quantity of quantities) quantity.endWeek();
    }
    fadeHours(2 ** (-weeks / 4));
  };
  const fadeHours = (keep: number): void => {
    for (let i = 0; i < WEEK_HOURS; i++) heavy.hourCounts.set(i, heavy.hourCounts.get(i) * keep);
  };
  const roll = (): void => {
    if (hour <= core.hour) return;
    const capped = busy && (core.flags & FLAG.anchored) !== 0;
    endHour(capped);
    if (day > core.day) endDay(capped);
  };
  const startRow = (): void => {
    core.firstAt = core.lastAt = event.at;
    core.hour = hour;
    core.day = core.decayDay = day;
    core.activeDays = 1;
    core.kind = CREDENTIAL_KINDS.indexOf(event.credential.kind);
    if (event.credential.display !== event.credential.lineage)
      rows.rows.setText(slot, event.credential.display);
  };
  /** A clock that ran ahead would make the credential blind until time catches up. */
  const setClockBack = (): void => {
    core.lastAt = event.at;
    core.hour = hour;
    core.day = core.decayDay = day;
    core.flags |= FLAG.hourTainted | FLAG.dayTainted;
    core.lateRun = 0;
  };
  const keepTime = (watermark: number): void => {
    const late = event.at < core.lastAt - LATENESS;
    core.lateRun = late ? core.lateRun + 1 : 0;
    if (late && core.lateRun >= CLOCK_WRONG_AFTER) setClockBack();
    inTime = !late && (watermark === 0 || event.at <= watermark + FUTURE);
    if (inTime) roll();
  };
  const recallSets = (): void => {
    const route = hash32(event.route, hash32(event.method));
    routeHash = shortHash(route);
    shapeHash = shortHash(hash32(event.query_shape, route));
    if (busy) {
      routeKnown = inBitmap(heavy.routesLearned, routeHash);
      shapeKnown = inBitmap(heavy.shapesLearned, shapeHash);
      return;
    }
    const place = inList(core.routeSet, core.routes, routeHash);
    routeKnown = place >= 0 && (core.routesLearned & (1 << place)) !== 0;
    shapeKnown = inList(core.shapeSet, core.shapes, shapeHash) >= 0;
  };

  const promote = (): void => {
    const pool = rows.rows.pools[BLOCK.heavy]!;
    core.heavy = pool.alloc(slot);
    pool.seek(core.heavy);
    busy = true;
    heavy.periodDay = heavy.anchorDay = core.day;
    let routes = 0;
    for (let i = 0; i < core.routes; i++) {
      const hash = core.routeSet.get(i);
      if (addToBitmap(heavy.routesUsed, hash)) routes++;
      if ((core.routesLearned & (1 << i)) !== 0) addToBitmap(heavy.routesLearned, hash);
    }
    core.routes = routes;
    let prefixes = 0;
    for (let i = 0; i < core.prefixes; i++)
      if (addToBitmap(heavy.prefixesUsed, core.prefixSet.get(i))) prefixes++;
    core.prefixes = prefixes;
    for (let i = 0; i < core.shapes; i++) addToBitmap(heavy.shapesLearned, core.shapeSet.get(i));
  };

  const countRoute = (learned: boolean): void => {
    if (!busy && inList(core.routeSet, core.routes, routeHash) < 0 && core.routes >= LIGHT_SET) promote();
    if (busy) {
      if (addToBitmap(heavy.routesUsed, routeHash)) core.routes += 1;
      if (learned) addToBitmap(heavy.routesLearned, routeHash);
      return;
    }
    let place = inList(core.routeSet, core.routes, routeHash);
    if (place < 0) {
      place = core.routes++;
      core.routeSet.set(place, routeHash);
    }
    if (learned) core.routesLearned |= 1 << place;
  };
  const countPrefix = (): void => {
    const hash = shortHash(mix32(source.place.prefix));
    if (!busy && inList(core.prefixSet, core.prefixes, hash) < 0) {
      if (core.prefixes >= LIGHT_SET) promote();
      else core.prefixSet.set(core.prefixes++, hash);
    }
    if (busy && addToBitmap(heavy.prefixesUsed, hash)) core.prefixes += 1;
  };
  const learnShape = (): void => {
    if (busy) {
      addToBitmap(heavy.shapesLearned, shapeHash);
      return;
    }
    if (inList(core.shapeSet, core.shapes, shapeHash) >= 0 || core.shapes >= SHAPE_PLACES) return;
    core.shapeSet.set(core.shapes, shapeHash);
    core.shapes += 1;
  };
  const learnSource = (): void => {
    const { place, minute } = source;
    if (!sources.learn(place, minute)) return;
    if (prefixText(place.prefix) === null && !prefixNames.has(place.prefix)) {
      if (prefixNames.size >= maxPrefixNames) prefixNames.delete(prefixNames.keys().next().value as number);
      prefixNames.set(place.prefix, event.client.prefix);
    }
    if (anonymous) return;
    egress.add(egressKey(tenantHash, place.prefix), hash32(event.credential.lineage));
    countInGroup(shared.tenant, place);
    if (shared.hasClient) countInGroup(shared.client, place);
  };
  const learnRates = (): void => {
    core.novelHits += objects.novel;
    core.novelTrials += objects.total;
    core.answers += 1;
    if (isFailure(event.status)) core.failures += 1;
    else if (isMiss(event.status)) core.misses += 1;
    if (!busy) return;
    const here = hourOfWeek();
    if (heavy.hourCounts.get(here) > HOUR_FULL) fadeHours(0.5);
    heavy.hourCounts.set(here, heavy.hourCounts.get(here) + HOUR_UNIT);
  };
  const learnRoute = (): void => {
    const { route } = shared;
    route.requests += 1;
    if (anonymous) route.anonymous += 1;
    if (isMiss(event.status)) route.misses += 1;
    else if (isFailure(event.status)) route.failures += 1;
  };
  /** What takes in every event, suspicious or not. */
  const count = (learned: boolean): void => {
    core.seen += 1;
    if (event.at > core.lastAt && inTime) core.lastAt = event.at;
    core.bytesTotal += event.bytes_out;
    bytes.add(event.bytes_out);
    requests.add(1);
    novelObjects.add(objects.novel);
    if (!learned) core.flags |= FLAG.hourTainted | FLAG.dayTainted;
    countPrefix();
    countRoute(learned);
    objects.learn(slot);
    if (!busy && core.seen >= BUSY_EVENTS) promote();
  };
  const joinGroups = (): void => {
    shared.tenant.events += 1;
    if (shared.hasClient) shared.client.events += 1;
    if ((core.flags & FLAG.grouped) !== 0) return;
    core.flags |= FLAG.grouped;
    shared.tenant.size += 1;
    if (shared.hasClient) shared.client.size += 1;
  };

  return {
    baseline: view,
    peers,
    get slot() {
      return slot;
    },
    get inTime() {
      return inTime;
    },
    get isNew() {
      return isNew;
    },
    get busy() {
      return busy;
    },
    open(next, watermark) {
      event = next;
      if (event.tenant !== tenantName) {
        tenantName = event.tenant;
        tenantHash = hash32(tenantName);
      }
      hour = Math.floor(event.at / HOUR);
      day = Math.floor(event.at / DAY);
      anonymous = isAnonymous(event);
      slot = table.find(tenantName, event.credential.lineage);
      isNew = slot < 0;
      if (isNew) slot = table.insert(tenantName, event.credential.lineage);
      rows.seek(slot);
      busy = core.heavy !== 0;
      if (busy) rows.rows.pools[BLOCK.heavy]!.touch(core.heavy);
      if (isNew) startRow();
      shared.seekGroups(tenantName, event.credential.client);
      shared.seekRoute(tenantName, event.method, event.route);
      keepTime(watermark);
      source.read(event);
      objects.read(event);
      recallSets();
    },
    totals(of) {
      slot = of;
      rows.seek(of);
      busy = core.heavy !== 0;
      memory.estimate(distinct);
      return {
        events: core.seen,
        objects: distinct.value,
        sources: busy ? membersBehind(core.prefixes) : core.prefixes,
        routes: view.routes,
        bytes: core.bytesTotal,
        novelShare: core.novelTrials === 0 ? 0 : core.novelHits / core.novelTrials,
        failureShare: view.failureShare,
        firstAt: core.firstAt,
        lastAt: core.lastAt,
      };
    },
    learn(suspicious) {
      const learned = inTime && !suspicious;
      if (!anonymous) joinGroups();
      count(learned);
      learnRoute();
      if (!learned) return;
      core.events += 1;
      learnSource();
      learnShape();
      learnRates();
      if (!anonymous && (core.seen & (core.seen - 1)) === 0) {
        const age = Math.log2(core.seen);
        tenantPeers.learnGrowth(age, core.distinct);
        if (shared.hasClient) clientPeers.learnGrowth(age, core.distinct);
      }
    },
  };
}

/** Nobody was identified: counted and learned for routes, not judged as a credential. */
export function isAnonymous(event: ApiEvent): boolean {
  return event.credential.kind === 'anonymous' || event.credential.lineage === 'anonymous';
}

function isFailure(status: number): boolean {
  return status === 401 || status === 403;
}

function isMiss(status: number): boolean {
  return status === 404 || status === 410;
}

function countInGroup(group: StateView<typeof GROUP>, place: Place): void {
  const index = countIn(
    group.count,
    (i) =>
      group.prefix.get(i) === place.prefix &&
      group.asn.get(i) === place.asn &&
      group.country.get(i) === place.country,
  );
  group.prefix.set(index, place.prefix);
  group.asn.set(index, place.asn);
  group.country.set(index, place.country);
  group.sourceTotal += 1;
  const client = countIn(group.clientCounts, (i) => group.clients.get(i) === place.client);
  group.clients.set(client, place.client);
  group.clientTotal += 1;
}
