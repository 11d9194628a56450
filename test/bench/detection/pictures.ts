// The benchmark's pictures, as SVG without scripts: records out per scenario, and against false pages.

import { groupBy, median, perThousand, sum } from './figures.ts';
import type { AttackResult, BenignResult, CellResult } from './results.ts';
import { FACTORS } from './rules/index.ts';
import type { Summary } from './summary.ts';

const OURS = '#1d6fa5';
const THEIRS = '#c9772b';
const FONT = 'font-family="system-ui, sans-serif" font-size="12" fill="#333"';

const log = (value: number): number => Math.log10(Math.max(1, value));

/** One pair of bars per scenario as reported, on a log scale. */
export function barsOf(s: Summary): string {
  const lines = s.lines.filter(({ variant }) => variant === 'reported');
  const height = 60 + lines.length * 30;
  const most = Math.max(1, ...lines.flatMap((l) => [log(l.leaked), log(l.best?.leaked ?? 1)]));
  const x = (value: number): number => 130 + (log(value) / most) * 520;
  const bars = lines.map((l, i) => {
    const y = 50 + i * 30;
    const bar = (value: number, at: number, colour: string): string =>
      `<rect x="130" y="${at}" width="${(x(value) - 130).toFixed(1)}" height="10" fill="${colour}"/><text x="${(x(value) + 6).toFixed(1)}" y="${at + 9}" font-size="10">${Math.round(value).toLocaleString('en-US')}</text>`;
    return `<text x="10" y="${y + 14}">${escaped(`${l.scenario} ${l.shape}`)}</text>${bar(l.leaked, y, OURS)}${l.best ? bar(l.best.leaked, y + 12, THEIRS) : ''}`;
  });
  return svg(740, height, 'Records out before the alert, as reported', [
    legend(['Keytrail', OURS], ['best rule at the same rate of false pages', THEIRS]),
    ...bars,
  ]);
}

/** Median records out over scenarios against false pages of ordinary weeks: rules at every factor, ours at those of the sweep. */
export function curveOf(results: readonly CellResult[], usual: number): string {
  const at = (factor: number): CellResult[] => results.filter((r) => (r.threshold ?? 1) === factor);
  const rules = [
    ...new Set(results.flatMap((r) => (r.type === 'attack' ? r.rules.map(({ rule }) => rule) : []))),
  ];
  const points = (rule: string): Point[] =>
    FACTORS.map((_, i) =>
      pointOf(
        at(usual),
        (r) => r.rules.find((one) => one.rule === rule)?.leaked[i] ?? r.total,
        (r) => r.rules.find((one) => one.rule === rule)?.pages[i] ?? 0,
      ),
    );
  const ours = sweep(results);
  // False pages from 0.001 to 1,000, records from 1 to 100,000.
  const x = (rate: number): number => 70 + ((Math.log10(Math.max(0.001, rate)) + 3) / 6) * 560;
  const y = (leaked: number): number => 370 - (log(leaked) / 5) * 300;
  const axis = [0.001, 0.01, 0.1, 1, 10, 100].map(
    (rate) =>
      `<text x="${x(rate)}" y="390" text-anchor="middle">${rate}</text><line x1="${x(rate)}" y1="70" x2="${x(rate)}" y2="370" stroke="#eee"/>`,
  );
  const levels = [1, 10, 100, 1000, 10_000].map(
    (n) =>
      `<text x="62" y="${y(n) + 4}" text-anchor="end">${n.toLocaleString('en-US')}</text><line x1="70" y1="${y(n)}" x2="630" y2="${y(n)}" stroke="#eee"/>`,
  );
  const curves = rules.map((rule, i) => {
    const path = points(rule).map((p) => `${x(p.rate).toFixed(1)},${y(p.leaked).toFixed(1)}`);
    const colour = `hsl(${20 + i * 28} 60% 45%)`;
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/><circle cx="${path[0]!.split(',')[0]}" cy="${path[0]!.split(',')[1]}" r="3" fill="${colour}"/><text x="645" y="${90 + i * 18}" fill="${colour}">${escaped(rule)}</text>`;
  });
  return svg(
    740,
    420,
    'Records out (median over scenarios) against false pages per 1,000 credentials and day',
    [
      ...axis,
      ...levels,
      ...curves,
      `<polyline points="${ours.map((p) => `${x(p.rate).toFixed(1)},${y(p.leaked).toFixed(1)}`).join(' ')}" fill="none" stroke="${OURS}" stroke-width="2.5"/>`,
      ...ours.map(
        (p) =>
          `<circle cx="${x(p.rate).toFixed(1)}" cy="${y(p.leaked).toFixed(1)}" r="${p.factor === usual ? 7 : 4}" fill="${OURS}"/>`,
      ),
      `<text x="645" y="72" fill="${OURS}" font-weight="bold">Keytrail</text>`,
      `<text x="350" y="410" text-anchor="middle">false pages in ordinary weeks (left edge: 0.001 and fewer, none too)${ours.length > 1 ? `; Keytrail at thresholds × ${ours.map((p) => p.factor).join(', ')}` : ''}</text>`,
    ],
  );
}

interface Point {
  rate: number;
  leaked: number;
}

/** Ours at every factor, over the cells that were run at all of them: else the points would be of different attacks. */
export function sweep(results: readonly CellResult[]): (Point & { factor: number })[] {
  const factors = groupBy(results, (r) => String(r.threshold ?? 1));
  const runs = groupBy(results, cellOf);
  const common = results.filter((r) => runs.get(cellOf(r))!.length === factors.size);
  return [...factors.keys()]
    .map(Number)
    .sort((a, b) => a - b)
    .map((factor) => ({
      factor,
      ...pointOf(
        common.filter((r) => (r.threshold ?? 1) === factor),
        (r) => r.detected?.leaked ?? r.total,
        (r) => r.pages,
      ),
    }));
}

function pointOf(
  results: readonly CellResult[],
  leaked: (r: AttackResult) => number,
  pages: (r: BenignResult) => number,
): Point {
  const attacks = results.filter((r): r is AttackResult => r.type === 'attack');
  const benign = results.filter((r): r is BenignResult => r.type === 'benign');
  const groups = [...groupBy(attacks, (r) => r.scenario).values()];
  return {
    rate: perThousand(
      sum(benign, pages),
      sum(benign, (r) => r.credentials * r.days),
    ),
    leaked: median(groups.map((group) => median(group.map(leaked))!)) ?? 1,
  };
}

const cellOf = (r: CellResult): string =>
  r.type === 'attack'
    ? `${r.scenario} ${r.shape} ${r.variant} ${r.seed}`
    : `${r.type} ${r.type === 'benign' ? r.archetype : r.scenario} ${r.seed}`;

const legend = (...entries: [string, string][]): string =>
  entries
    .map(
      ([text, colour], i) =>
        `<rect x="${130 + i * 120}" y="28" width="10" height="10" fill="${colour}"/><text x="${145 + i * 120}" y="37">${text}</text>`,
    )
    .join('');

function svg(width: number, height: number, title: string, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img"><title>${title}</title><rect width="100%" height="100%" fill="#fff"/><g ${FONT}><text x="10" y="18" font-weight="bold">${title}</text>${parts.join('')}</g></svg>\n`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').trim();
