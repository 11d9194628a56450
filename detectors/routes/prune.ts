// Makes room in a full route tree.
// Always holds: the least-used leaves go first, ties by template, so the same tree is always cut the same way; what a gateway declared stays.

import type { RouteNode } from './node.ts';

interface Leaf {
  node: RouteNode;
  parent: RouteNode;
  name: string;
  literal: boolean;
}

/** Removes `count` nodes if it can, then halves all counts so that the past fades. Returns how many went away. */
export function pruneLeastUsed(root: RouteNode, count: number): number {
  let gone = 0;
  while (gone < count) {
    const leaves: Leaf[] = [];
    gather(root, leaves);
    if (leaves.length === 0) break;
    leaves.sort((a, b) => a.node.visits - b.node.visits || (a.node.template < b.node.template ? -1 : 1));
    for (const leaf of leaves.slice(0, count - gone)) {
      (leaf.literal ? leaf.parent.literals : leaf.parent.patterns)!.delete(leaf.name);
      gone++;
    }
  }
  age(root);
  return gone;
}

function gather(node: RouteNode, leaves: Leaf[]): void {
  for (const literal of [true, false]) {
    const children = literal ? node.literals : node.patterns;
    if (children === null) continue;
    for (const [name, child] of children) {
      const empty = (child.literals?.size ?? 0) === 0 && (child.patterns?.size ?? 0) === 0;
      if (!empty) gather(child, leaves);
      else if (!child.pinned) leaves.push({ node: child, parent: node, name, literal });
    }
  }
}

function age(node: RouteNode): void {
  node.visits = Math.max(1, node.visits >>> 1);
  if (node.literals !== null) for (const child of node.literals.values()) age(child);
  if (node.patterns !== null) for (const child of node.patterns.values()) age(child);
}
