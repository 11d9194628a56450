// Decides which literal children of a node are values of one parameter (usernames, repository names, SKUs) and merges them.
// Always holds: what one lineage alone brought can become a parameter for that lineage only; children another lineage uses stay as they
// are until others show the same growth. Deterministic. Does not promise to tell a static route visited as rarely as a value.
//
// Evidence, in the order tried: growth without end (Good–Turing unseen mass, Good 1953, over more children than an API writes by hand);
// siblings that share one vocabulary of sub-resources; a position that already holds ids of another shape; names that are values elsewhere.

import { hash32 } from '../hash.ts';
import { addSlug, createNode, merge, type RouteNode, size } from './node.ts';
import { formatSuffix } from './segment.ts';

export interface PromotionBounds {
  /** Distinct children above which growth alone decides. Default 50. */
  minChildren: number;
  /** Unseen mass above which a position still grows. Default 0.3. */
  unseenMass: number;
}

/** Hashes of names known to be values of a parameter for everybody, at most MAX_VALUES of them. */
export type KnownValues = Set<number>;
const MAX_VALUES = 8_192;

/** Children above which any position is a parameter: no hand-written level is that wide and none was merged before. */
const CERTAIN = 200;
/** Fewest children compared by vocabulary, and beside a known id. */
const FEW = 8;
const BESIDE_ID = 12;
const MANY_BESIDE_ID = 32;
/** Sub-resource mentions needed for a vocabulary test, and the share of distinct ones below which they are one vocabulary. */
const MENTIONS = 16;
const ONE_VOCABULARY = 0.34;

interface Child {
  name: string;
  node: RouteNode;
}

/** Merges what is proven at `node`; returns how many nodes went away (0: nothing changed). */
export function promote(node: RouteNode, bounds: PromotionBounds, known: KnownValues): number {
  if (node.literals === null || node.literals.size < FEW) return 0;
  const groups = new Map<string, Child[]>();
  for (const [name, child] of node.literals) {
    if (child.pinned) continue;
    const suffix = formatSuffix(name);
    const group = groups.get(suffix);
    if (group === undefined) groups.set(suffix, [{ name, node: child }]);
    else group.push({ name, node: child });
  }
  let gone = 0;
  for (const [suffix, group] of groups)
    if (group.length >= FEW) gone += promoteGroup({ node, suffix, bounds, known }, group);
  return gone;
}

interface Position {
  node: RouteNode;
  suffix: string;
  bounds: PromotionBounds;
  known: KnownValues;
}

function promoteGroup(position: Position, group: Child[]): number {
  const { node, suffix, known } = position;
  const top = largestOwner(group);
  const others = group.filter((c) => c.node.owner !== top);
  if (isParameter(position, others)) {
    const kept = staticChildren(group);
    const values = group.filter((c) => !kept.has(c.node));
    for (const { name } of values) if (known.size < MAX_VALUES) known.add(nameHash(name, suffix));
    return absorb(node, suffix, values, null);
  }
  const own = group.filter((c) => c.node.owner === top && !c.node.shared);
  return isParameter(position, own) ? absorb(node, suffix, own, top) : 0;
}

function nameHash(name: string, suffix: string): number {
  return hash32(suffix === '' ? name : name.slice(0, -suffix.length));
}

/** The lineage that brought most of the children. */
function largestOwner(group: Child[]): number {
  const counts = new Map<number, number>();
  let top = 0;
  let most = 0;
  for (const { node } of group) {
    const n = (counts.get(node.owner) ?? 0) + 1;
    counts.set(node.owner, n);
    if (n > most) {
      most = n;
      top = node.owner;
    }
  }
  return top;
}

function isParameter(position: Position, children: Child[]): boolean {
  const { node, suffix, bounds, known } = position;
  const distinct = children.length;
  if (distinct < FEW || areOperations(children)) return false;
  if (distinct > CERTAIN) return true;
  let visits = 0;
  let once = 0;
  for (const child of children) {
    visits += child.node.visits;
    if (child.node.visits <= 1) once++;
  }
  const grows = once / visits > bounds.unseenMass || node.novelty > bounds.unseenMass;
  if (distinct > bounds.minChildren && grows) return true;
  const ids = node.patterns?.get(`{id}${suffix}`);
  if (ids !== undefined && ids.visits >= 16) {
    if (distinct >= MANY_BESIDE_ID || (distinct >= BESIDE_ID && once * 3 >= distinct)) return true;
  }
  let elsewhere = 0;
  if (known.size > 0) for (const { name } of children) if (known.has(nameHash(name, suffix))) elsewhere++;
  return elsewhere * 2 >= distinct || sharesVocabulary(children);
}

/**
 * Whether the names read as operations of an RPC API (`chat.update`, `ListBuckets`): most are made of words by dots or capitals, and
 * few first words begin them all. Hyphens do not count: products and articles are named so.
 */
function areOperations(children: Child[]): boolean {
  const first = new Set<string>();
  let composed = 0;
  for (const { name } of children) {
    const end = firstWord(name);
    if (end < name.length) composed++;
    first.add(name.slice(0, end));
  }
  return composed * 10 >= children.length * 6 && first.size * 2 <= children.length;
}

/** End of the first word: before a dot, or before a capital that follows lower case. */
function firstWord(name: string): number {
  for (let i = 1; i < name.length; i++) {
    const c = name.charCodeAt(i);
    if (c === 46) return i;
    const before = name.charCodeAt(i - 1);
    if (c >= 65 && c <= 90 && before >= 97 && before <= 122) return i;
  }
  return name.length;
}

/** Whether the sub-resources of the children repeat each other, at the depth below where they do so most. */
function sharesVocabulary(children: Child[]): boolean {
  const mentions = [0, 0, 0];
  const speakers = [0, 0, 0];
  const distinct = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const { node } of children) {
    for (let level = 0; level < 3; level++) {
      const names = new Set<string>();
      namesAt(node, level, names);
      mentions[level]! += names.size;
      if (names.size > 0) speakers[level]!++;
      for (const name of names) distinct[level]!.add(name);
    }
  }
  for (let level = 0; level < 3; level++) {
    const words = distinct[level]!.size;
    if (
      mentions[level]! >= MENTIONS &&
      words >= 2 &&
      speakers[level]! * 2 >= children.length &&
      words <= mentions[level]! * ONE_VOCABULARY
    )
      return true;
  }
  return false;
}

/** Literal names `level` steps below the node's children. */
function namesAt(node: RouteNode, level: number, into: Set<string>): void {
  if (into.size >= 64) return;
  if (level === 0) {
    if (node.literals !== null) for (const name of node.literals.keys()) into.add(name);
    return;
  }
  if (node.literals !== null) for (const child of node.literals.values()) namesAt(child, level - 1, into);
  if (node.patterns !== null) for (const child of node.patterns.values()) namesAt(child, level - 1, into);
}

/**
 * Children that are routes of their own (`/users/me`, `/users/search`): far more used than the next, which popularity among values
 * (Zipf) does not produce; or used by many in a way no other child is.
 */
function staticChildren(group: Child[]): Set<RouteNode> {
  const kept = new Set<RouteNode>();
  const ranked = [...group].sort((a, b) => b.node.visits - a.node.visits || (a.name < b.name ? -1 : 1));
  for (let i = Math.min(7, ranked.length - 2); i >= 0; i--) {
    const here = ranked[i]!.node;
    if (here.visits >= 20 && here.shared && here.visits >= 4 * ranked[i + 1]!.node.visits) {
      for (let j = 0; j <= i; j++) kept.add(ranked[j]!.node);
      break;
    }
  }
  const uses = new Map<string, number>();
  const usesOf = ranked.map(({ node }) => usage(node));
  for (const list of usesOf) for (const use of list) uses.set(use, (uses.get(use) ?? 0) + 1);
  for (let i = 0; i < ranked.length; i++) {
    const { node } = ranked[i]!;
    if (node.visits >= 20 && node.shared && usesOf[i]!.every((use) => uses.get(use)! === 1)) kept.add(node);
  }
  return kept;
}

/** How a child is used: methods that end there, names below. */
function usage(node: RouteNode): string[] {
  const out: string[] = [];
  for (let bit = 1; bit <= 64; bit <<= 1) if (node.methods & bit) out.push(`#${bit}`);
  if (node.literals !== null) for (const name of node.literals.keys()) out.push(name);
  if (node.patterns !== null) for (const name of node.patterns.keys()) out.push(name);
  return out;
}

/** Merges the children into the pattern child and records the parameter. */
function absorb(node: RouteNode, suffix: string, children: Child[], only: number | null): number {
  const pattern = `{id}${suffix}`;
  node.patterns ??= new Map();
  node.slugs ??= [];
  let into = node.patterns.get(pattern);
  let gone = 0;
  if (into === undefined) {
    into = createNode(`${node.template}/${pattern}`, node.depth + 1, children[0]!.node.owner);
    node.patterns.set(pattern, into);
    gone--;
  }
  addSlug(node.slugs, { suffix, pattern, only });
  for (const { name, node: child } of children) {
    node.literals!.delete(name);
    gone += merge(into, child);
  }
  const dates = suffix === '' && only === null ? node.patterns.get('{date}') : undefined;
  if (dates !== undefined) {
    node.patterns.delete('{date}');
    gone += merge(into, dates);
  }
  node.novelty = 0;
  return gone;
}

/** Literal versions became too many to be versions: they are values after all. Returns how many nodes went away. */
export function promoteVersions(node: RouteNode, patternOf: (name: string) => string | null): number {
  node.versions = 0;
  if (node.literals === null) return 0;
  const before = size(node);
  for (const [name, child] of [...node.literals]) {
    const pattern = child.pinned ? null : patternOf(name);
    if (pattern === null) continue;
    node.patterns ??= new Map();
    let into = node.patterns.get(pattern);
    if (into === undefined) {
      into = createNode(`${node.template}/${pattern}`, node.depth + 1, child.owner);
      node.patterns.set(pattern, into);
    }
    node.literals.delete(name);
    merge(into, child);
  }
  return before - size(node);
}
