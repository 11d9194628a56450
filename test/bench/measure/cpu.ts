// Time as benchmarks count it: CPU time of this process, all its threads, so that other work on the machine counts less than on the
// wall clock; and the machine the figures are of. Ratios within one run are to be trusted, absolute figures are not.

import { cpus, totalmem } from 'node:os';

/** CPU time of `run` divided by `events`. */
export function nanosecondsPerEvent(events: number, run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / events;
}

/** Of an odd or even number of figures, the upper one in the middle. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** `digits` behind the point. */
export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

export function machine() {
  const all = cpus();
  return {
    cpu: all[0]?.model ?? 'unknown',
    cores: all.length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}
