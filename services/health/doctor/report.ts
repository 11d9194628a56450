// The doctor's rows as a table for people: status, check, what was found, and below it what to do next.

import Table from 'cli-table3';
import { printable } from '../../scan/printable.ts';
import type { Row, Status } from './check.ts';

const COLOUR: Record<Status, string> = { ok: '32', warn: '33', fail: '31' };
const WIDTH = { status: 6, check: 26 };
const LEAST = 40;
const WIDEST = 150;

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'mid', 'left', 'right']
    .flatMap((edge) => ['', '-mid', '-left', '-right'].map((place) => [`${edge}${place}`, '']))
    .concat([['middle', '']]),
);

export function report(rows: readonly Row[], o: { columns: number; colour: boolean }): string {
  const rest = Math.max(LEAST, Math.min(WIDEST, o.columns) - WIDTH.status - WIDTH.check);
  const table = new Table({
    colWidths: [WIDTH.status, WIDTH.check, rest],
    wordWrap: true,
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
  for (const { status, check, what, next } of rows) {
    const word = o.colour ? `\u001b[${COLOUR[status]}m${status}\u001b[0m` : status;
    const text = lines(what).concat(next === '' ? [] : [`Next: ${printable(next)}`]);
    table.push([word, printable(check), text.join('\n')]);
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A refused configuration has a line per problem. */
const lines = (text: string): string[] => text.split('\n').map((line) => printable(line));

export function summary(rows: readonly Row[]): string {
  const count = (status: Status): number => rows.filter((row) => row.status === status).length;
  return `${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed`;
}
