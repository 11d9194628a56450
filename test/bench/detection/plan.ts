// Which cells a run has, and the work of one process: all cells of one seed and archetype.

import { ATTACKS } from '../../scenarios/attacks/index.ts';
import { ARCHETYPES, type Archetype, type Attack, VARIANTS, type Variant } from '../../scenarios/contract.ts';
import { HARD_NEGATIVES } from '../../scenarios/negatives/index.ts';
import { runAttack, runBenign, runNegative } from './cells.ts';
import type { CellResult } from './results.ts';
import { prepare, type Stage } from './stage.ts';

export interface Selection {
  /** Ids `B01`, `H06`; `benign` for the ordinary weeks. */
  scenarios: string[];
  variants: Variant[];
  shapes: string[] | null;
  /** Credentials of one tenant. */
  credentials: number;
  threshold: number;
}

export interface Task extends Selection {
  archetype: Archetype;
  seed: number;
}

/** Every archetype that has something to do, for every seed. */
export function tasksOf(selection: Selection, seeds: readonly number[]): Task[] {
  return seeds.flatMap((seed) =>
    ARCHETYPES.filter((archetype) => cellsIn({ ...selection, archetype, seed }) > 0).map((archetype) => ({
      ...selection,
      archetype,
      seed,
    })),
  );
}

const attacksOf = (task: Task) =>
  ATTACKS.filter(({ id, archetype }) => archetype === task.archetype && task.scenarios.includes(id));
const negativesOf = (task: Task) =>
  HARD_NEGATIVES.filter(({ id, archetype }) => archetype === task.archetype && task.scenarios.includes(id));

function* attackCells(task: Task) {
  for (const attack of attacksOf(task))
    for (const shape of attack.shapes ?? [''])
      if (task.shapes === null || task.shapes.includes(shape) || shape === '')
        for (const variant of VARIANTS)
          if (attack.variants.includes(variant) && task.variants.includes(variant))
            yield { attack, shape, variant };
}

export function cellsIn(task: Task): number {
  return (
    [...attackCells(task)].length + negativesOf(task).length + (task.scenarios.includes('benign') ? 1 : 0)
  );
}

export function runTask(task: Task, done: (result: CellResult) => void): void {
  const { archetype, seed, threshold } = task;
  const give = (result: CellResult): void => done(threshold === 1 ? result : { ...result, threshold });
  const stage = stageOf(task);
  if (task.scenarios.includes('benign')) give(runBenign(stage, { archetype, seed }));
  for (const negative of negativesOf(task)) give(runNegative(stage, { negative, seed }));
  for (const cell of attackCells(task)) {
    // An attack that prepares for weeks has another past in each variant; nobody has two.
    const own = cell.variant !== 'reported' && cell.attack.plan(stage.world, { ...cell, seed }).warmUp;
    give(runAttack(own ? stageOf(task, cell) : stage, { ...cell, seed }));
  }
}

/** The tenant's past, with that of one attack as the cell has it. */
function stageOf(task: Task, own?: { attack: Attack; variant: Variant; shape: string }): Stage {
  const { archetype, seed } = task;
  return prepare({
    archetype,
    seed,
    credentials: task.credentials,
    threshold: task.threshold,
    // The pasts of all scenarios of the archetype, whichever are run: a cell's figure must not depend on the selection.
    pasts: (world) => [
      ...ATTACKS.filter((one) => one.archetype === archetype).flatMap((attack) => {
        const { variant, shape } =
          own?.attack === attack ? own : { variant: 'reported' as const, shape: attack.shapes?.[0] ?? '' };
        const { warmUp } = attack.plan(world, { variant, shape, seed });
        return warmUp ? [warmUp] : [];
      }),
      ...HARD_NEGATIVES.filter((one) => one.archetype === archetype).flatMap((negative) => {
        const { warmUp } = negative.plan(world, { seed });
        return warmUp ? [warmUp] : [];
      }),
    ],
  });
}

export const ALL_SCENARIOS: readonly string[] = [
  'benign',
  ...ATTACKS.map(({ id }) => id),
  ...HARD_NEGATIVES.map(({ id }) => id),
];
