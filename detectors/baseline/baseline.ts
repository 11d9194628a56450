// The baseline of one credential as a detector sees it: open() an event, judge, then learn() it.
// Always holds: between open() and learn() the view shows the past, facts and sums before the event; counters and the
// object ledger take in every event, rates, sources, hours and routes only unsuspicious ones that are in time.
// In time: at most 10 minutes older than the credential's latest event and at most 7 days ahead of the stream. An older
// event is judged and counted but not learned; after 64 such in a row the credential's clock is believed wrong and set
// back. Within the 10 minutes an event of an hour already complete is learned, except into that hour.

import type { ApiEvent } from '../../schemas/event.ts';
import { hash32 } from '../hash.ts';
import { ownShape } from '../own-shape.ts';
import { MATURE } from '../readiness.ts';
import type { StateView } from '../state/fields.ts';
import { createCalendar } from './calendar.ts';
import { BLOCK, type CredentialRows } from './credential-rows.ts';
import type { Egress } from './egress.ts';
import { createEventObjects } from './event-objects.ts';
import { createEventSource, egressKey } from './event-source.ts';
import { FLAG, type GROUP } from './fields.ts';
import { createHourly } from './hourly.ts';
import { createKnownThings } from './known-things.ts';
import { createMoment } from './moment.ts';
import { createObjectMemory } from './object-memory.ts';
import { createPeerGroup } from './peer-group.ts';
import type { SharedRows } from './shared-rows.ts';
import { prefixText } from './source-code.ts';
import { countIn, createSourceProbability } from './source-probability.ts';
import { createSourceTable, type Place } from './source-table.ts';
import type { Succession } from './succession.ts';
import type { Baseline, Peers } from './view.ts';
import { createWeekProfile } from './week-profile.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PRIOR_OBSERVATIONS = 10;

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
  /** The credential's first event of its UTC day. */
  readonly newDay: boolean;
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
  succession: Succession;
  /** Predecessor by a declared rotation. */
  declared: (tenant: string, lineage: string) => string | null;
  /** Brings a credential's row back from where evicted ones are; -1 when there is none. */
  recall: (tenant: string, lineage: string) => number;
}): BaselineCursor {
  const { rows, shared, egress, prefixNames, maxPrefixNames, succession } = options;
  const { core } = rows;
  const table = rows.rows.table;
  const now = createMoment();
  let newDay = false;
  let tenantName = '';
  let tenantHash = 0;

  const clock = ownShape({
    get sameHour() {
      return now.hour === core.hour;
    },
    get sameDay() {
      return now.day === core.day;
    },
    get hours() {
      return core.hours;
    },
    get busy() {
      return now.busy;
    },
  });
  const bytes = createHourly({ light: rows.bytes, heavy: rows.heavyBytesStats, clock });
  const requests = createHourly({ light: rows.requests, heavy: rows.heavyRequests, clock });
  const novelObjects = createHourly({ light: rows.novel, heavy: rows.heavyNovel, clock });
  const week = createWeekProfile(rows, now);
  const known = createKnownThings(rows, now);
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
    hasHeavy: () => now.busy,
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
  const calendar = createCalendar({
    rows,
    now,
    bytes,
    requests,
    novelObjects,
    week,
    mature: () => isMature(),
    teach(taught) {
      tenantPeers.learnHour(taught);
      if (shared.hasClient) clientPeers.learnHour(taught);
    },
  });
  const distinct = { value: 0, low: 0, high: 0 };

  const isMature = (): boolean =>
    (core.events >= MATURE.requests && core.activeDays >= MATURE.activeDays) ||
    (core.events > 0 && now.event.at - core.firstAt >= MATURE.days * DAY);

  const view: Baseline = ownShape({
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
      return known.routeKnown;
    },
    get routes() {
      return known.routes;
    },
    get queryShapeKnown() {
      return known.shapeKnown;
    },
    get hourShare() {
      return week.share;
    },
    get mature() {
      return isMature();
    },
    source,
    objects,
  });

  const learnSource = (): void => {
    const { place, minute } = source;
    if (!sources.learn(place, minute)) return;
    if (prefixText(place.prefix) === null && !prefixNames.has(place.prefix)) {
      if (prefixNames.size >= maxPrefixNames) prefixNames.delete(prefixNames.keys().next().value as number);
      prefixNames.set(place.prefix, now.event.client.prefix);
    }
    if (now.anonymous) return;
    egress.add(egressKey(tenantHash, place.prefix), hash32(now.event.credential.lineage));
    countInGroup(shared.tenant, place);
    if (shared.hasClient) countInGroup(shared.client, place);
  };
  const learnRates = (): void => {
    core.novelHits += objects.novel;
    core.novelTrials += objects.total;
    core.answers += 1;
    if (isFailure(now.event.status)) core.failures += 1;
    else if (isMiss(now.event.status)) core.misses += 1;
    if (now.busy) week.learn();
  };
  const learnRoute = (): void => {
    const { route } = shared;
    route.requests += 1;
    if (now.anonymous) route.anonymous += 1;
    if (isMiss(now.event.status)) route.misses += 1;
    else if (isFailure(now.event.status)) route.failures += 1;
  };
  /** What takes in every event, suspicious or not. */
  const count = (learned: boolean): void => {
    core.seen += 1;
    if (now.event.at > core.lastAt && now.inTime) core.lastAt = now.event.at;
    core.bytesTotal += now.event.bytes_out;
    bytes.add(now.event.bytes_out);
    requests.add(1);
    novelObjects.add(objects.novel);
    if (!learned) core.flags |= FLAG.hourTainted | FLAG.dayTainted;
    objects.learn(now.slot);
    known.count(source.place.prefix, learned);
  };
  const joinGroups = (): void => {
    shared.tenant.events += 1;
    if (shared.hasClient) shared.client.events += 1;
    if ((core.flags & FLAG.grouped) !== 0) return;
    core.flags |= FLAG.grouped;
    shared.tenant.size += 1;
    if (shared.hasClient) shared.client.size += 1;
  };

  /** The row of the credential the event's replaces, copied to be its own; -1 when it replaces none. */
  const inherit = (): number => {
    const { tenant, credential } = now.event;
    const declared = options.declared(tenant, credential.lineage);
    const name = declared ?? succession.predecessor(now.event, now.hour);
    if (name === null) return -1;
    const here = table.find(tenant, name);
    const from = here < 0 ? options.recall(tenant, name) : here;
    if (from < 0) return -1;
    rows.seek(from);
    now.busy = core.heavy !== 0;
    source.read(now.event);
    if (declared === null && !(isMature() && source.asnKnown && source.clientKnown)) return -1;
    const slot = rows.rows.load(tenant, credential.lineage, rows.rows.save(from));
    rows.rows.setText(slot, credential.display === credential.lineage ? '' : credential.display);
    rows.seek(slot);
    core.flags &= ~FLAG.grouped;
    return slot;
  };

  return ownShape({
    baseline: view,
    peers,
    get slot() {
      return now.slot;
    },
    get inTime() {
      return now.inTime;
    },
    get newDay() {
      return newDay;
    },
    get busy() {
      return now.busy;
    },
    open(next, watermark) {
      now.event = next;
      if (now.event.tenant !== tenantName) {
        tenantName = now.event.tenant;
        tenantHash = hash32(tenantName);
      }
      now.hour = Math.floor(now.event.at / HOUR);
      now.day = Math.floor(now.event.at / DAY);
      now.anonymous = isAnonymous(next);
      now.slot = table.find(tenantName, now.event.credential.lineage);
      if (now.slot < 0) now.slot = options.recall(tenantName, now.event.credential.lineage);
      if (now.slot < 0) now.slot = inherit();
      const isNew = now.slot < 0;
      if (isNew) now.slot = table.insert(tenantName, now.event.credential.lineage);
      rows.seek(now.slot);
      rows.rows.mark(now.slot);
      now.busy = core.heavy !== 0;
      if (now.busy) rows.rows.pools[BLOCK.heavy]!.touch(core.heavy);
      if (isNew) calendar.start();
      if (isNew || now.hour !== core.hour) succession.see(next, now.hour);
      shared.seekGroups(tenantName, now.event.credential.client);
      shared.seekRoute(tenantName, now.event.method, now.event.route);
      newDay = isNew || now.day > core.day;
      calendar.keepTime(watermark);
      source.read(next);
      objects.read(next);
      known.recall();
    },
    totals(of) {
      now.slot = of;
      rows.seek(of);
      now.busy = core.heavy !== 0;
      memory.estimate(distinct);
      return {
        events: core.seen,
        objects: distinct.value,
        sources: known.prefixes,
        routes: known.routes,
        bytes: core.bytesTotal,
        novelShare: core.novelTrials === 0 ? 0 : core.novelHits / core.novelTrials,
        failureShare: view.failureShare,
        firstAt: core.firstAt,
        lastAt: core.lastAt,
      };
    },
    learn(suspicious) {
      const learned = now.inTime && !suspicious;
      if (!now.anonymous) joinGroups();
      count(learned);
      learnRoute();
      if (!learned) return;
      core.events += 1;
      learnSource();
      known.learnShape();
      learnRates();
      if (!now.anonymous && (core.seen & (core.seen - 1)) === 0) {
        const age = Math.log2(core.seen);
        tenantPeers.learnGrowth(age, core.distinct);
        if (shared.hasClient) clientPeers.learnGrowth(age, core.distinct);
      }
    },
  });
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
