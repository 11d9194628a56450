// D30: broad queries new to a credential and its peers (wildcards, no filter, counts, schemas), and what their answers list.
// Always holds: a query that the credential or several others used before never counts. New queries alone never page: their answers
// must have been larger or deeper than is usual, or come to a source that is new as well.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector, type SharedDraft } from '../../detector.ts';
import { worthTelling } from '../../endpoint/telling.ts';
import { spanInWords } from '../../reporting.ts';
import { cusum } from '../../sequential-test.ts';
import { u16, u32 } from '../../state/fields.ts';
import { type Breadth, broadOf, NATS, WORDS } from './broad.ts';
import { callerClaim, manyClaim } from './claims.ts';
import {
  addKind,
  addUser,
  type Caller,
  createEpisodes,
  type Episodes,
  episodeOf,
  keyOf,
  take,
} from './episodes.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import { GROUP, itemsOf, learnQuery, mostItems, ROUTE } from './usual-queries.ts';

const HEAVY = {
  kinds: u16('kinds of query learned of the credential'),
  watched: u32('hours since the epoch until which what it asks is watched'),
} as const;
export type Ctx = Context<
  z.infer<typeof PARAMS>,
  Record<never, never>,
  typeof HEAVY,
  typeof GROUP,
  typeof ROUTE,
  Episodes
>;

/** Pitman–Yor: strength and discount. */
const STRENGTH = 1;
const DISCOUNT = 0.5;
const MOST_OWN = 7;
const MOST_PEERS = 4;
/** What the novelty of one query says at most: less than pages. */
const MOST_NOVEL = 9;
/** Each further broad query within a day: one in ten of those who made one make another, collectors do. */
const FURTHER = Math.log(10);
const MOST_TOGETHER = 16;
/** "An answer larger or deeper than is usual". */
const ROWS = { p0: 0.2, p1: 0.8 };
/** A release that was told of brings new queries; what they take must then be far more. */
const DEPLOYED = 10;
const HOUR = 3_600_000;
/** Pages into a listing that people go. */
const DEEP = 3;
const LIGHT_KINDS = 4;
const LEAST_LOOKERS = 5;

export const queryDrift = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: GROUP,
  route: ROUTE,
  memory: createEpisodes,
  detect(context) {
    const { event, baseline, heavy, memory, route, params: p } = context;
    if (event.status < 200 || event.status > 299) return null;
    if (baseline.queryShapeKnown && !mayBeWatched(context)) return null;
    if (event.query === '' && event.objects.length > 0) return null;
    const breadth = broadOf(event, route, p);
    if (breadth === null) return null;
    const { tenant, at } = event;
    const { lineage } = event.credential;
    const key = kindKey(context);
    const kind = memory.kind(key);
    if (kind.users >= p.knownUsers) return null;
    if (baseline.queryShapeKnown && !memory.watches({ tenant, lineage, at, kind: key })) return null;
    const caller = memory.caller(tenant, lineage, at);
    if (heavy !== null) heavy.watched = Math.floor(at / HOUR) + 24;
    const nats = NATS[breadth] + peerNovelty(context, kind.users);
    const isNew = addKind(caller, key);
    if (isNew) addNovelty(context, caller, nats);
    const more = isMore(context, caller);
    if (breadth === 'reconnaissance') caller.looks += isNew ? 1 : 0;
    else caller.rows = cusum(caller.rows, more, ROWS);
    memory.noted = { event, kind, more, looks: breadth === 'reconnaissance', nats };
    take(caller, event, baseline.objects.novel);
    // Established users at their usual places may take a new search up: it is learned, and watched for a day all the same.
    if (caller.rows > 0 || !isSettled(context)) context.suspect(caller.novelty + caller.rows);
    return judge(context, caller, breadth);
  },
  watch(context) {
    const { event, baseline, memory } = context;
    const { noted } = memory;
    if (noted?.event !== event) return null;
    const episode = episodeOf(noted.kind, event.at);
    episode.rows = cusum(episode.rows, noted.more, ROWS);
    const { lineage, display } = event.credential;
    const strange = isStrange(context);
    const records = take(episode, event, baseline.objects.novel);
    addUser(episode, { lineage, display, records, strange, settled: isSettled(context) });
    return noted.looks
      ? judgeLookers(context, episode, noted.nats)
      : judgeTogether(context, episode, noted.nats);
  },
  learn(context) {
    const { event, baseline, heavy, memory, route, group } = context;
    if (event.status < 200 || event.status > 299) return;
    learnQuery(event, route, group);
    if (baseline.queryShapeKnown || (event.query === '' && event.objects.length > 0)) return;
    // Of a credential that is not busy only a few kinds are kept, and others would be taken up again and again.
    if (heavy === null && baseline.seen >= LIGHT_KINDS) return;
    if (heavy !== null) heavy.kinds++;
    // What newcomers ask makes nothing ordinary: they may all be one.
    if (isSettled(context)) memory.kind(kindKey(context)).users++;
  },
});

const kindKey = ({ event }: Ctx): number =>
  keyOf(event.tenant, event.query_shape, keyOf(event.method, event.route) | 0);

/** ln of how rarely peers use it: a query none of many uses says most. */
function peerNovelty({ event, knowledge, peers }: Ctx, users: number): number {
  if (!knowledge.empty && knowledge.deploy(event) !== null) return 0;
  return Math.min(MOST_PEERS, Math.log((peers.size + 1) / (users + 1)));
}

/** ln of one over the Pitman–Yor probability that the credential asks in a way new to it. */
function ownNovelty({ event, baseline, heavy, knowledge }: Ctx): number {
  if (!knowledge.empty && knowledge.deploy(event) !== null) return 0;
  const kinds = Math.max(heavy?.kinds ?? 0, baseline.routes);
  const fresh = (STRENGTH + DISCOUNT * kinds) / (baseline.events + STRENGTH);
  return Math.min(MOST_OWN, Math.max(0, -Math.log(Math.min(1, fresh))));
}

function addNovelty(context: Ctx, caller: Caller, nats: number): void {
  const first = caller.novelty === 0;
  caller.novelty = first
    ? Math.min(MOST_NOVEL, nats + ownNovelty(context))
    : Math.min(MOST_TOGETHER, caller.novelty + FURTHER);
}

/** The answer lists more than is usual, or lies deeper in a listing than people go. */
function isMore({ event, route, group }: Ctx, caller: Caller): boolean {
  const items = itemsOf(event);
  if (items !== null && items > mostItems(route, group)) return true;
  const { page } = event;
  if (page === null) return false;
  if (page.kind === 'cursor') return caller.queries.size > DEEP;
  return page.kind === 'page' ? page.value > DEEP : page.value > DEEP * (page.limit ?? 20);
}

const isSettled = (context: Ctx): boolean => context.baseline.mature && !isStrange(context);

/** Of a busy credential its row tells; of others there are few calls. */
const mayBeWatched = ({ event, heavy }: Ctx): boolean =>
  heavy === null || Math.floor(event.at / HOUR) < heavy.watched;

/** The network, where known, else the prefix, is new to the credential. */
function isStrange({ event, baseline }: Ctx): boolean {
  const { source } = baseline;
  return baseline.events > 0 && !(event.client.asn === 0 ? source.prefixKnown : source.asnKnown);
}

function judge(context: Ctx, caller: Caller, breadth: Breadth): Draft | null {
  const { event, params: p, knowledge } = context;
  const evidence = caller.novelty + caller.rows;
  if (evidence < p.threshold) return null;
  const strange = isStrange(context);
  const deployed = !knowledge.empty && knowledge.deploy(event) !== null;
  // A network with a program may be many people.
  const times = deployed ? DEPLOYED : event.credential.weak ? 3 : 1;
  const harm = caller.records >= times * p.itemFloor || caller.bytes >= times * p.byteFloor;
  const prepared = strange && !deployed && caller.kinds.size >= p.lookFloor;
  if (!harm && !prepared) return null;
  if (!worthTelling(caller, event.at, Math.max(caller.records, caller.kinds.size))) return null;
  return callerClaim(context, {
    caller,
    evidence,
    strange,
    words: WORDS[breadth],
    window: spanInWords(event.at - caller.since),
  });
}

function judgeTogether(
  context: Ctx,
  episode: ReturnType<typeof episodeOf>,
  nats: number,
): SharedDraft[] | null {
  const { event, params: p, knowledge } = context;
  const evidence = nats + episode.rows;
  if (evidence < p.threshold || episode.callers.size < p.callerFloor) return null;
  // A new search that established users take up from where they always are is a feature.
  if (2 * episode.settled >= episode.callers.size) return null;
  const deployed = !knowledge.empty && knowledge.deploy(event) !== null;
  if (episode.records < (deployed ? DEPLOYED : 1) * p.sharedFloor) return null;
  if (!worthTelling(episode, event.at, episode.records)) return null;
  return [manyClaim(context, episode, { evidence, listed: true })];
}

/** Several credentials, each somewhere new, ask the same new thing about what there is: one thief with many keys. */
function judgeLookers(
  context: Ctx,
  episode: ReturnType<typeof episodeOf>,
  nats: number,
): SharedDraft[] | null {
  const { event, params: p, knowledge } = context;
  if (episode.strange < Math.max(LEAST_LOOKERS, p.callerFloor) || 2 * episode.settled >= episode.callers.size)
    return null;
  const evidence = Math.min(MOST_TOGETHER, nats + FURTHER * (episode.strange - 1));
  if (evidence < p.threshold || (!knowledge.empty && knowledge.deploy(event) !== null)) return null;
  if (!worthTelling(episode, event.at, episode.strange)) return null;
  return [manyClaim(context, episode, { evidence, listed: false })];
}
