// The routes of one tenant: a tree over path segments that turns a path into its template and learns parameters from traffic.
// Always holds: at most `maxNodes` nodes, `maxChildren` literals each, `maxDepth` deep, `maxCandidates` unproven templates; what does not
// fit becomes `/{…}` and is counted. A call answered 404 or 405 never adds a node. Least-used leaves go first when the tree is full.
// Does not promise that a template seen early stays: a literal may become a parameter once; `canonical` gives the present answer.

import type { EventObject } from '../../schemas/event.ts';
import { addSlug, createNode, methodBit, type RouteNode } from './node.ts';
import { cut, isLast, isVersionAt, start, stop, versionPattern } from './path.ts';
import { type KnownValues, type PromotionBounds, promote, promoteVersions } from './promotion.ts';
import { type Allowance, createProof, type ProofBounds } from './proof.ts';
import { pruneLeastUsed } from './prune.ts';
import { bounded } from './query.ts';
import { classify, formatSuffix, isDate, isNumericVersion } from './segment.ts';

const CATCH_ALL = '{…}';

export interface TreeBounds extends PromotionBounds, ProofBounds {
  maxNodes: number;
  maxChildren: number;
  maxDepth: number;
}

export interface TreeStatistics {
  nodes: number;
  candidates: number;
  /** Calls answered with a catch-all template because the route does not exist or is not proven yet. */
  unknown: number;
  /** Calls answered with a catch-all template because a bound was reached. */
  overflow: number;
  /** Nodes removed because the tree was full. */
  pruned: number;
  promotions: number;
}

interface Call {
  method: string;
  path: string;
  status: number;
  lineage: string;
}

export interface RouteTree {
  /** Template of the call; learns from it; appends object ids. `day` is the day number of the newest event. */
  resolve(call: Call, day: number, objects: EventObject[]): string;
  /** Template of the path (or of a template) as learned by now; changes nothing. */
  canonical(path: string): string;
  /** Takes over a gateway's template: its segments, `{name}` for parameters. Returns false when the tree has no room. */
  declare(segments: readonly string[], route: string | null): boolean;
  readonly statistics: TreeStatistics;
}

/** Most version literals beside each other; more of them are values. */
const MAX_VERSIONS = 6;

export function createRouteTree(bounds: TreeBounds): RouteTree {
  const root = createNode('', 0, 0);
  root.pinned = true;
  const statistics: TreeStatistics = {
    nodes: 1,
    candidates: 0,
    unknown: 0,
    overflow: 0,
    pruned: 0,
    promotions: 0,
  };
  const proof = createProof(bounds);
  const knownValues: KnownValues = new Set();

  /** The parameter a segment takes at a node, by declaration or learning; else by the shape of its value. */
  function variableAt(
    node: RouteNode,
    segment: string,
    lineage: number | null,
    last: boolean,
    previous: string,
  ): { pattern: string; id: string } | null {
    if (node.slugs !== null) {
      const suffix = node.slugs.length === 1 && node.slugs[0]!.suffix === '' ? '' : formatSuffix(segment);
      for (const slug of node.slugs) {
        if (slug.suffix !== suffix) continue;
        // Without a lineage (canonical) a parameter of one lineage is still the best answer for a value nobody else brought.
        if (slug.only !== null && lineage !== null && slug.only !== lineage) continue;
        const shape = classify(segment);
        if (shape !== null)
          return shape.pattern === '{date}' ? { pattern: slug.pattern, id: shape.id } : named(shape, slug);
        return { pattern: slug.pattern, id: suffix === '' ? segment : segment.slice(0, -suffix.length) };
      }
    }
    if (node.versions < MAX_VERSIONS && isVersionAt(segment, node.depth, previous, last)) return null;
    return classify(segment);
  }

  /** A value of pure id shape takes the parameter's name; composed patterns (`{id}:cancel`) stay. */
  function named(
    shape: { pattern: string; id: string },
    slug: { pattern: string },
  ): { pattern: string; id: string } {
    return shape.pattern === '{id}' ? { pattern: slug.pattern, id: shape.id } : shape;
  }

  function resolve(call: Call, day: number, objects: EventObject[]): string {
    const who = proof.allowanceOf(call.lineage, day);
    const success = (call.status >= 200 && call.status < 300) || call.status === 304 || call.status === 101;
    const { path } = call;
    let node = root;
    let previous = '';
    let from = start(path);
    const end = stop(path);
    root.visits++;
    while (from < end) {
      let to = path.indexOf('/', from);
      if (to < 0 || to > end) to = end;
      if (to === from) {
        from++;
        continue;
      }
      const segment = cut(path, from, to);
      let child = node.literals?.get(segment);
      if (child === undefined) {
        const variable = variableAt(node, segment, who.hash, isLast(path, to, end), previous);
        child = variable === null ? undefined : node.patterns?.get(variable.pattern);
        if (child === undefined)
          return discover(node, path, from, end, previous, call, who, success, objects);
        addObject(objects, node.template, variable!);
      }
      node.novelty -= node.novelty / 64;
      node = child;
      node.visits++;
      if (node.owner !== who.hash) node.shared = true;
      if ((node.visits & (node.visits - 1)) === 0 && node.visits >= 64) consider(node);
      previous = segment;
      from = to + 1;
    }
    if (success) node.methods |= methodBit(call.method);
    return node.template === '' ? '/' : (node.declared ?? node.template);
  }

  /** The rest of a path the tree does not know: adds it when it is proven, keeps it as a candidate, or answers with a catch-all. */
  function discover(
    known: RouteNode,
    path: string,
    from: number,
    end: number,
    previous: string,
    call: Call,
    who: Allowance,
    success: boolean,
    objects: EventObject[],
  ): string {
    const rest: string[] = [];
    const isLiteral: boolean[] = [];
    let literals = 0;
    let template = known.template;
    let pure = template;
    let depth = known.depth;
    let node: RouteNode | null = known;
    while (from < end) {
      let to = path.indexOf('/', from);
      if (to < 0 || to > end) to = end;
      if (to === from) {
        from++;
        continue;
      }
      if (depth >= bounds.maxDepth) return catchAll(literals === 0 ? template : pure);
      const segment = cut(path, from, to);
      const at: RouteNode = node ?? blank(depth);
      const variable = variableAt(at, segment, who.hash, isLast(path, to, end), previous);
      if (variable !== null) addObject(objects, template, variable);
      const shown = variable === null ? segment : variable.pattern;
      // Patterns such as `name.{id}.js` hold text of the caller's choosing: they count as literals.
      const literal = variable === null || (shown !== '{id}' && shown !== '{date}');
      rest.push(shown);
      isLiteral.push(variable === null);
      if (literal) literals++;
      template += `/${shown}`;
      if (literals === 0) pure = template;
      node = null;
      depth++;
      previous = segment;
      from = to + 1;
    }
    if (literals === 0 && !success) return template;
    if (call.status === 404 || call.status === 405) return unknown(pure);
    if (!success) {
      const verdict = proof.witness(template, who);
      statistics.candidates = proof.candidates;
      if (verdict !== 'proven') return verdict === 'waiting' ? template : unknown(pure);
    }
    if (who.proven + rest.length > bounds.provenPerDay) return catchAll(pure);
    if (!insert(known, rest, isLiteral, who, methodBit(call.method))) return catchAll(pure);
    return templateOf(path, who.hash);
  }

  function unknown(prefix: string): string {
    statistics.unknown++;
    return `${prefix}/${CATCH_ALL}`;
  }

  function catchAll(prefix: string): string {
    statistics.overflow++;
    return `${prefix}/${CATCH_ALL}`;
  }

  /** Adds the rest below `known`; false when there is no room. Promotions may move what was added at once. */
  function insert(
    known: RouteNode,
    rest: readonly string[],
    isLiteral: readonly boolean[],
    who: Allowance,
    method: number,
  ): boolean {
    const room = bounds.maxNodes - rest.length;
    if (statistics.nodes > room) {
      // The node about to grow must not be the leaf that goes.
      const { pinned } = known;
      known.pinned = true;
      const gone = pruneLeastUsed(root, statistics.nodes - Math.floor(room * 0.9));
      known.pinned = pinned;
      statistics.nodes -= gone;
      statistics.pruned += gone;
    }
    const siblings = isLiteral[0] === true ? known.literals : known.patterns;
    if (siblings !== null && siblings.size >= bounds.maxChildren) return false;
    let node = known;
    for (let i = 0; i < rest.length; i++) {
      const name = rest[i]!;
      let into: Map<string, RouteNode>;
      if (isLiteral[i] === true) {
        into = node.literals ??= new Map();
        if (isNumericVersion(name) || isDate(name)) node.versions++;
      } else into = node.patterns ??= new Map();
      node = add(node, into, name, who.hash);
      node.visits = 1;
    }
    who.proven += rest.length;
    node.methods |= method;
    if (isLiteral[0] === true) {
      known.novelty += (1 - known.novelty) / 64;
      if (known.versions >= MAX_VERSIONS) statistics.nodes -= promoteVersions(known, versionPattern);
      consider(known);
    }
    return true;
  }

  /** Promotes at the node and, where something merged, below it. */
  function consider(node: RouteNode): boolean {
    const gone = promote(node, bounds, knownValues);
    if (gone === 0) return false;
    statistics.nodes -= gone;
    statistics.promotions++;
    if (node.slugs !== null && node.patterns !== null)
      for (const slug of node.slugs) {
        const child = node.patterns.get(slug.pattern);
        if (child !== undefined) considerBelow(child);
      }
    return true;
  }

  function considerBelow(node: RouteNode): void {
    consider(node);
    if (node.literals !== null) for (const child of node.literals.values()) considerBelow(child);
    if (node.patterns !== null) for (const child of node.patterns.values()) considerBelow(child);
  }

  function declare(segments: readonly string[], route: string | null): boolean {
    if (segments.length > bounds.maxDepth || statistics.nodes + segments.length > bounds.maxNodes)
      return false;
    let node = root;
    for (const segment of segments) {
      const isParameter = segment.charCodeAt(0) === 123 && segment.endsWith('}');
      let child: RouteNode | undefined;
      if (isParameter) {
        const slug = node.slugs?.find((s) => s.suffix === '' && s.only === null);
        const pattern = slug?.pattern ?? segment;
        node.patterns ??= new Map();
        node.slugs ??= [];
        addSlug(node.slugs, { suffix: '', pattern, only: null });
        child = node.patterns.get(pattern) ?? add(node, node.patterns, pattern, 0);
      } else {
        node.literals ??= new Map();
        child = node.literals.get(segment) ?? add(node, node.literals, segment, 0);
      }
      child.pinned = true;
      node = child;
    }
    if (route !== null) node.declared ??= route;
    return true;
  }

  function add(parent: RouteNode, into: Map<string, RouteNode>, name: string, owner: number): RouteNode {
    const child = createNode(`${parent.template}/${name}`, parent.depth + 1, owner);
    into.set(name, child);
    statistics.nodes++;
    return child;
  }

  function templateOf(path: string, lineage: number | null): string {
    let node: RouteNode | null = root;
    let template = '';
    let previous = '';
    let from = start(path);
    const end = stop(path);
    let depth = 0;
    while (from < end) {
      let to = path.indexOf('/', from);
      if (to < 0 || to > end) to = end;
      if (to === from) {
        from++;
        continue;
      }
      const segment = cut(path, from, to);
      if (segment === CATCH_ALL || depth >= bounds.maxDepth) return `${template}/${CATCH_ALL}`;
      let child: RouteNode | null = node?.literals?.get(segment) ?? node?.patterns?.get(segment) ?? null;
      if (child === null) {
        const at: RouteNode = node ?? blank(depth);
        const variable = variableAt(at, segment, lineage, isLast(path, to, end), previous);
        const shown = variable === null ? segment : variable.pattern;
        child = variable === null ? null : (node?.patterns?.get(shown) ?? null);
        if (child === null && shown !== '{id}' && shown !== '{date}') return `${template}/${CATCH_ALL}`;
        template += `/${shown}`;
      } else template = child.template;
      node = child;
      depth++;
      previous = segment;
      from = to + 1;
    }
    if (template === '') return '/';
    return node?.declared ?? template;
  }

  return { resolve, canonical: (path) => templateOf(path, null), declare, statistics };
}

function blank(depth: number): RouteNode {
  return createNode('', depth, 0);
}

function addObject(objects: EventObject[], parent: string, variable: { pattern: string; id: string }): void {
  const { pattern, id } = variable;
  const brace = pattern.indexOf('{');
  if (pattern === '{date}' || (brace > 0 && pattern.charCodeAt(brace - 1) === 46) || objects.length >= 100)
    return;
  const open = pattern.indexOf('({');
  const collection = open > 0 ? `${parent}/${pattern.slice(0, open)}` : parent === '' ? '/' : parent;
  objects.push({ collection, id: bounded(id) });
}
