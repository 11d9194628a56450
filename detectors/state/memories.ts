// The stored form of the detectors' own memories: one row per detector that has one, beside the engine's other rows.
// Always holds: its rows carry a lineage that starts with U+0001, which no credential has. A row of a detector that is
// not there, or of another version of its memory, is refused.

import type { Detector, Memory } from '../detector.ts';
import type { StoredBaseline } from '../engine-contract.ts';

const MARK = '\u0001memory\u0000';
const LAYOUT = 'memory-1';

/** Stands where a detector declares none. */
export const NO_MEMORY: Memory = { bytes: 0, save: () => new Uint8Array(), load: () => false };

export function* snapshotMemories(
  detectors: readonly Detector[],
  memories: readonly Memory[],
  updatedAt: number,
): Generator<StoredBaseline> {
  for (const [i, memory] of memories.entries())
    if (memory !== NO_MEMORY)
      yield {
        tenant: '',
        lineage: MARK + detectors[i]!.meta.id,
        layout: LAYOUT,
        updatedAt,
        version: 0,
        bytes: memory.save(),
      };
}

/** True when the row was a detector's memory and was taken. */
export function restoreMemory(
  row: StoredBaseline,
  detectors: readonly Detector[],
  memories: readonly Memory[],
): boolean {
  if (row.layout !== LAYOUT || !row.lineage.startsWith(MARK)) return false;
  const position = detectors.findIndex(({ meta }) => MARK + meta.id === row.lineage);
  return memories[position]?.load(row.bytes) ?? false;
}
