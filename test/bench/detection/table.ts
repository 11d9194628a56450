// The run as people read it in a terminal.

import Table from 'cli-table3';
import { goalsOf } from './goals.ts';
import type { Summary } from './summary.ts';

const whole = (value: number | null): string =>
  value === null ? '–' : Math.round(value).toLocaleString('en-US');
const percent = (value: number | null): string => (value === null ? '–' : `${Math.round(value * 100)} %`);

export function tables(s: Summary): string {
  const out: string[] = [];
  const attacks = new Table({
    head: [
      'scenario',
      'variant',
      'records out',
      'worst',
      'requests',
      'found',
      'in time',
      'F1',
      'stated',
      'incidents',
      'best rule',
      'by',
    ],
    style: { head: [], border: [] },
  });
  for (const l of s.lines)
    attacks.push([
      `${l.scenario}${l.shape && ` ${l.shape}`}`,
      l.variant,
      whole(l.leaked),
      whole(l.worst),
      whole(l.requests),
      percent(l.detected),
      percent(l.useful),
      l.attribution?.toFixed(2) ?? '–',
      l.error === null ? '–' : `${l.error > 0 ? '+' : ''}${percent(l.error)}`,
      whole(l.incidents),
      l.best ? `${whole(l.best.leaked)} ${l.best.rule}` : '–',
      l.detectors.join(' '),
    ]);
  if (s.lines.length > 0) out.push(attacks.toString());
  const negatives = new Table({
    head: ['harmless', 'seeds', 'pages', 'fleet', 'digest', 'by'],
    style: { head: [], border: [] },
  });
  for (const n of s.negatives)
    negatives.push([
      n.scenario,
      n.seeds,
      n.pages,
      `${n.fleet} of ${n.allowed}`,
      n.digests,
      n.detectors.join(' '),
    ]);
  if (s.negatives.length > 0) out.push(negatives.toString());
  const goals = new Table({ head: ['goal', 'wanted', 'reached', ''], style: { head: [], border: [] } });
  for (const g of goalsOf(s))
    if (g.met !== null) goals.push([g.what, g.goal, g.reached, g.met ? 'met' : 'NOT MET']);
  out.push(goals.toString());
  return out.join('\n');
}
