// One position in the route tree: literal children, pattern children (`{id}`, `{id}.json`), and what was counted there.
// Always holds: `template` is the path from the root as shown to users; merging loses no count. Does not decide anything: see promotion.ts.

/** A parameter learned or declared at a node. */
export interface Slug {
  /** Suffix of the values it stands for: '' or a file format such as `.json`. */
  suffix: string;
  pattern: string;
  /** Hash of the one lineage it holds for; null when it holds for everybody. */
  only: number | null;
}

export interface RouteNode {
  template: string;
  depth: number;
  literals: Map<string, RouteNode> | null;
  patterns: Map<string, RouteNode> | null;
  slugs: Slug[] | null;
  /** Visits that passed through or ended here. */
  visits: number;
  /** Hash of the lineage that brought this node. */
  owner: number;
  /** Whether a lineage other than the owner passed. */
  shared: boolean;
  /** Share of recent visits that brought a new literal child, averaged over about 64 visits. */
  novelty: number;
  /** Methods of the calls that ended here, a bit each. */
  methods: number;
  /** Literal children that read as versions (`2`, `2.0`, `2024-01-31`). */
  versions: number;
  /** Declared by a gateway: never merged away. */
  pinned: boolean;
  /** Route a gateway gave for calls ending here. */
  declared: string | null;
}

export function createNode(template: string, depth: number, owner: number): RouteNode {
  return {
    template,
    depth,
    literals: null,
    patterns: null,
    slugs: null,
    visits: 0,
    owner,
    shared: false,
    novelty: 0,
    methods: 0,
    versions: 0,
    pinned: false,
    declared: null,
  };
}

/** One bit per method, 64 for any other. HEAD counts as GET: both read. */
export function methodBit(method: string): number {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return 1;
    case 'POST':
      return 2;
    case 'PUT':
      return 4;
    case 'PATCH':
      return 8;
    case 'DELETE':
      return 16;
    case 'OPTIONS':
      return 32;
    default:
      return 64;
  }
}

/** Nodes of a subtree, itself included. */
export function size(node: RouteNode): number {
  let n = 1;
  if (node.literals !== null) for (const child of node.literals.values()) n += size(child);
  if (node.patterns !== null) for (const child of node.patterns.values()) n += size(child);
  return n;
}

/** Moves what was counted under `from` into `into`; templates below are rewritten. Returns how many nodes went away. */
export function merge(into: RouteNode, from: RouteNode): number {
  into.visits += from.visits;
  into.shared ||= from.shared || from.owner !== into.owner;
  into.methods |= from.methods;
  into.novelty = Math.max(into.novelty, from.novelty);
  into.versions += from.versions;
  into.pinned ||= from.pinned;
  into.declared ??= from.declared;
  if (from.slugs !== null) {
    into.slugs ??= [];
    for (const slug of from.slugs) addSlug(into.slugs, slug);
  }
  let gone = 1;
  if (from.literals !== null) {
    into.literals ??= new Map();
    gone += mergeChildren(into, into.literals, from.literals);
  }
  if (from.patterns !== null) {
    into.patterns ??= new Map();
    gone += mergeChildren(into, into.patterns, from.patterns);
  }
  return gone;
}

function mergeChildren(
  parent: RouteNode,
  into: Map<string, RouteNode>,
  from: Map<string, RouteNode>,
): number {
  let gone = 0;
  for (const [name, child] of from) {
    const known = into.get(name);
    if (known !== undefined) gone += merge(known, child);
    else {
      rebase(child, `${parent.template}/${name}`);
      into.set(name, child);
    }
  }
  return gone;
}

/** Adds a slug, or widens the one that is there. */
export function addSlug(slugs: Slug[], slug: Slug): void {
  if (slugs.some((s) => s.suffix === slug.suffix && (s.only === null || s.only === slug.only))) return;
  if (slug.only === null) {
    for (let i = slugs.length - 1; i >= 0; i--) if (slugs[i]!.suffix === slug.suffix) slugs.splice(i, 1);
  }
  slugs.push({ ...slug });
}

function rebase(node: RouteNode, template: string): void {
  node.template = template;
  if (node.literals !== null) for (const [name, child] of node.literals) rebase(child, `${template}/${name}`);
  if (node.patterns !== null) for (const [name, child] of node.patterns) rebase(child, `${template}/${name}`);
}
