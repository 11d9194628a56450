// Figures of an earlier run, committed, so that a regression is seen. Ratios only: they hold on other machines, absolute figures do not.
// Two files of this kind never mix: each command has its own section.

import { readFileSync, writeFileSync } from 'node:fs';
import { rounded } from './cpu.ts';

const FILE = 'test/bench/baseline.json';

export type Ratios = Record<string, number>;

function readAll(): Record<string, Ratios> {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Ratios>;
}

export function readBaseline(command: string): Ratios {
  return readAll()[command] ?? {};
}

export function saveBaseline(command: string, ratios: Ratios): void {
  writeFileSync(FILE, `${JSON.stringify({ ...readAll(), [command]: ratios }, null, 2)}\n`);
}

export interface Comparison {
  name: string;
  ratio: number;
  /** Undefined where the baseline does not know the figure. */
  before: number | undefined;
  /** Lower than `tolerance` times the baseline. */
  regressed: boolean;
}

/** @param tolerance share of the baseline that a ratio may lose before it counts as a regression */
export function compare(ratios: Ratios, baseline: Ratios, tolerance: number): Comparison[] {
  return Object.entries(ratios).map(([name, ratio]) => {
    const before = baseline[name];
    return { name, ratio, before, regressed: before !== undefined && ratio < before * (1 - tolerance) };
  });
}

/** `+12 %`, or what stands in its place when there is nothing to compare with. */
export function change({ ratio, before }: Comparison): string {
  if (before === undefined) return 'new';
  const percent = rounded((ratio / before - 1) * 100, 0);
  return `${percent > 0 ? '+' : ''}${percent} %`;
}
