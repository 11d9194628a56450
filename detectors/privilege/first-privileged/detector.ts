// D22: how improbable is it that this credential succeeds here, at a function neither it nor its peers used, and how privileged is
// the function?
// Always holds: only successes count, and only at functions new to the credential; what several others take up at the same time, or
// was told of as a release, is none. What is learned, the name, the verb and what people told make a function privileged.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { hash32 } from '../../hash.ts';
import { forgetReport, REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { f32, f64, u16, u32, u32s } from '../../state/fields.ts';
import { eitherOf, lookOfRoute } from '../privileged-routes.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import { learnScopes, newScope, SCOPES } from './scopes.ts';
import { createTakers, GROUP, ROUTE, type Takers, takenUp } from './takers.ts';

const PLACES = 4;
const HEAVY = {
  ...REPORTED,
  ...SCOPES,
  evidence: f32('of privileged functions new to it, within a day'),
  alone: f32('evidence of one that no peer uses; 0 when there is none'),
  scopeNats: f32('evidence of a new scope'),
  scopeAt: f64('when it came, ms'),
  functions: u32s(PLACES, 'hashes of the functions'),
  count: u16('different ones among them'),
  calls: u32('successes there'),
  records: u32('objects or items they gave'),
  bytes: f64('bytes they gave'),
  since: f64('first of them, ms'),
  lastAt: f64('latest of them, ms'),
} as const;
type Ctx = Context<
  z.infer<typeof PARAMS>,
  Record<never, never>,
  typeof HEAVY,
  typeof GROUP,
  typeof ROUTE,
  Takers
>;
type State = NonNullable<Ctx['heavy']>;

const DAY = 86_400_000;
const STRENGTH = 1;
const DISCOUNT = 0.5;
const MOST_OWN = 7;
const MOST_PEERS = 8;
/** An intruder tries one of about ten privileged functions first. */
const TRIED = Math.log(10);
/** Another privileged function new to it on the same day: one in ten of those who began go on, intruders do. */
const FURTHER = Math.log(10);
/** A function younger than this may be part of a release. */
const YOUNG = 2 * DAY;
/** A group, or a function, must have been watched for so long before rarity says anything. */
const LEAST_WATCH = 7 * DAY;
/** What being rarely used says at most about privilege. */
const RARE = 0.6;

export const firstPrivileged = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: GROUP,
  route: ROUTE,
  memory: createTakers,
  detect(context) {
    const { event, heavy: state, baseline, route } = context;
    if (state === null || event.status < 200 || event.status > 299 || event.credential.weak) return null;
    if (route.since === 0) route.since = event.at;
    if (event.credential.scopes.length > 0) noteScope(context, state);
    if (baseline.routeKnown || event.method === 'OPTIONS' || event.method === 'HEAD') return null;
    if (state.count > 0 && event.at - state.lastAt > DAY) restart(state);
    const name = hash32(event.route, hash32(event.method)) || 1;
    const known = isCounted(state, name);
    if (!known && !count(context, state, name)) return null;
    state.lastAt = event.at;
    state.calls++;
    state.records += Math.max(event.items ?? 0, baseline.objects.novel);
    state.bytes += event.bytes_out;
    context.suspect(strongest(state, event.at));
    return judge(context, state, name);
  },
  learn({ event, heavy: state, baseline, group, route, memory }) {
    if (event.status < 200 || event.status > 299) return;
    if (state !== null) learnScopes(state, event.credential.scopes);
    if (baseline.routeKnown || event.credential.weak) return;
    if (group.id === 0) {
      group.id = memory.newGroup();
      group.since = event.at;
    }
    route.users++;
    memory.add(group.id, hash32(event.route, hash32(event.method)));
  },
});

function restart(state: State): void {
  state.evidence = state.alone = state.count = state.calls = state.records = state.bytes = 0;
  for (let i = 0; i < PLACES; i++) state.functions.set(i, 0);
  forgetReport(state);
}

function isCounted(state: State, name: number): boolean {
  for (let i = 0; i < PLACES; i++) if (state.functions.get(i) === name) return true;
  return false;
}

/** Takes a function in that is new to the credential; false when it is not privileged, or part of a release. */
function count(context: Ctx, state: State, name: number): boolean {
  const { event, baseline, params: p } = context;
  const users = usersAmongPeers(context, name);
  const weight = privilegeOf(context, users);
  const others = takenUp(context.route, hash32(event.credential.lineage) || 1, event.at);
  if (weight < p.privilegeFloor || isRelease(context, others) || isEntitled(context)) return false;
  const nats = weight * improbability(context, users);
  if (state.count === 0) state.since = event.at;
  state.evidence = state.count === 0 ? nats : state.evidence + weight * FURTHER;
  if (weight >= p.alone && users === 0 && baseline.mature)
    state.alone = Math.max(state.alone, improbability(context, users));
  state.functions.set(state.count % PLACES, name);
  state.count++;
  return true;
}

/** What people told, else how it looks and how few use it. */
function privilegeOf({ event, knowledge, peers, route }: Ctx, users: number): number {
  if (!knowledge.empty && knowledge.tags(event.tenant, event.route).has('privileged')) return 1;
  const look = lookOfRoute(event.method, event.route);
  const share = users / Math.max(1, peers.size);
  const settled = event.at - route.since >= LEAST_WATCH;
  return eitherOf(look, settled ? RARE * Math.max(0, 1 - 10 * share) : RARE / 2);
}

/** ln of how much better an intruder explains the call than this credential's and its peers' history (Pitman–Yor). */
function improbability({ baseline, peers }: Ctx, users: number): number {
  const fresh = (STRENGTH + DISCOUNT * baseline.routes) / (baseline.events + STRENGTH);
  const own = Math.min(MOST_OWN, -Math.log(Math.min(1, fresh)));
  const among =
    users === 0
      ? Math.log((peers.events + 1) / (STRENGTH + 4 * DISCOUNT * baseline.routes))
      : Math.log((peers.size + 1) / (users + 1));
  return Math.max(0, own + Math.min(MOST_PEERS, Math.max(0, among)) - TRIED);
}

/** Credentials of the group that used it; of the whole tenant while the group was not watched for long. */
function usersAmongPeers({ event, memory, group, route }: Ctx, name: number): number {
  const watched = group.id !== 0 && event.at - group.since >= LEAST_WATCH;
  return watched ? memory.users(group.id, name) : route.users;
}

/** Told of, or young and taken up by several others within a day. */
function isRelease({ event, knowledge, route, params: p }: Ctx, others: number): boolean {
  const young = event.at - route.since < YOUNG;
  if (young && others >= p.takers) return true;
  return young && !knowledge.empty && knowledge.deploy(event) !== null;
}

/** Told to be its work. Leave to read every collection (`*`) is none to administer. */
function isEntitled({ event, knowledge }: Ctx): boolean {
  if (knowledge.empty) return false;
  const entitlements = knowledge.inventory(event)?.entitlements ?? [];
  return entitlements.some(({ collection }) =>
    collection.endsWith('*')
      ? collection !== '*' && event.route.startsWith(collection.slice(0, -1))
      : collection === event.route,
  );
}

function noteScope(context: Ctx, state: State): void {
  const { event, baseline } = context;
  if (!baseline.mature) return;
  const grown = newScope(state, event.credential.scopes);
  if (grown === null) return;
  const fresh = (STRENGTH + DISCOUNT * state.scopeKinds) / (baseline.events + STRENGTH);
  state.scopeNats = grown.weight * Math.min(MOST_OWN, -Math.log(Math.min(1, fresh)));
  state.scopeAt = event.at;
}

const scopeNats = (state: State, at: number): number =>
  state.scopeAt !== 0 && at - state.scopeAt <= DAY ? state.scopeNats : 0;

const strongest = (state: State, at: number): number =>
  Math.max(state.alone, state.evidence + scopeNats(state, at));

function judge(context: Ctx, state: State, name: number): Draft | null {
  const { event, baseline, params: p } = context;
  const scope = scopeNats(state, event.at);
  const alone = state.alone >= Math.min(p.aloneThreshold, p.threshold) ? state.alone : 0;
  const together = state.evidence + scope;
  const pages = together >= p.threshold || (alone > 0 && state.alone >= p.aloneThreshold);
  if (!pages || !baseline.mature) return null;
  if (!worthReporting(state, event.at, state.calls + state.count)) return null;
  return claim(context, { state, logE: Math.max(together, alone), scope, name });
}

function claim(
  { event, baseline, peers, route }: Ctx,
  o: { state: State; logE: number; scope: number; name: number },
): Draft {
  const { state } = o;
  const window = spanInWords(event.at - state.since);
  const more = state.count > 1 ? `, ${state.count} such functions in ${window}` : '';
  const scoped = o.scope > 0 ? ', with a scope it never had' : '';
  const many = peers.size === 1 ? 'peer' : 'peers';
  return {
    logE: o.logE,
    pages: true,
    since: state.since,
    claim: `succeeded at ${event.method} ${event.route.slice(0, 120)}, which neither it in ${thousands(baseline.events)} requests nor ${route.users === 0 ? 'any' : 'hardly any'} of ${thousands(peers.size)} ${many} ever used${scoped}${more}`,
    exposed: { records: state.records, bytes: state.bytes, events: state.calls },
    evidence: [
      {
        feature: 'privileged function',
        observed: `${event.method} ${event.route}`,
        expected: `one of the ${baseline.routes} it uses`,
        unit: 'route',
        window: `${baseline.events} requests`,
      },
      {
        feature: 'credentials that used it',
        observed: route.users,
        expected: 'several, for an ordinary function',
        unit: 'credentials',
        window: 'learned',
      },
      {
        feature: 'privileged functions new to it',
        observed: state.count,
        expected: 0,
        unit: 'routes',
        window,
      },
      {
        feature: 'new scope',
        observed: o.scope > 0 ? event.credential.scopes.join(' ').slice(0, 120) : 'none',
        expected: 'none',
        unit: 'scope',
        window: '24 h',
      },
    ],
    rejected: [
      'a release: fewer than the usual number of credentials took the function up that day',
      'a refusal: the function answered with success',
      'a newcomer: the credential is well known, and never worked that way',
    ],
    novelty: { kind: 'route', value: o.name, display: `${event.method} ${event.route}` },
    scope: 'credential',
  };
}
