// One thing the doctor looks at, and how it looks: each check answers within a deadline, whatever its neighbour does.
// Always holds: a check that fails or hangs is a row of the report, never the end of it.

import { ConfigError } from '../../config.ts';
import { within } from '../deadline.ts';
import type { Problem } from '../problem.ts';

export type Status = 'ok' | 'warn' | 'fail';

export interface Row {
  check: string;
  status: Status;
  what: string;
  /** What to do next; '' when all is well. */
  next: string;
}

export const DEADLINE_MS = 5_000;

export const ok = (check: string, what: string): Row => ({ check, status: 'ok', what, next: '' });
export const warn = (check: string, what: string, next: string): Row => ({
  check,
  status: 'warn',
  what,
  next,
});
export const fail = (check: string, what: string, next: string): Row => ({
  check,
  status: 'fail',
  what,
  next,
});

/** The problems as rows, or that all is well. */
export function rowsOf(check: string, problems: readonly Problem[], well: string): Row[] {
  if (problems.length === 0) return [ok(check, well)];
  return problems.map(({ level, what, next }) => ({ check, status: level, what, next }));
}

/** @param o.next what to do when it throws or when `who` gives no answer in time */
export async function checked(
  check: string,
  o: { next: string; who?: string },
  look: () => Promise<Row[]> | Row[],
): Promise<Row[]> {
  try {
    return await within(DEADLINE_MS, async () => await look(), o.who);
  } catch (error) {
    return [fail(check, reasonOf(error), o.next)];
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.join('; ');
  return error instanceof Error ? error.message : String(error);
}
