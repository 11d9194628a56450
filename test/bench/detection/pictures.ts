// The benchmark's pictures, as SVG without scripts: records out per scenario, and against false pages.

import type { AttackResult, BenignResult, CellResult, NegativeResult } from './results.ts';
import { FACTORS } from './rules/index.ts';
import { groupBy, median, type Summary } from './summary.ts';

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

/** Median records out over scenarios against false pages: rules at every factor, ours where it stands. */
export function curveOf(s: Summary, results: readonly CellResult[]): string {
  const attacks = results.filter((r): r is AttackResult => r.type === 'attack');
  const harmless = results.filter((r): r is BenignResult | NegativeResult => r.type !== 'attack');
  const days = harmless.reduce((sum, r) => sum + r.credentials * r.days, 0);
  const rules = [...new Set(attacks.flatMap((r) => r.rules.map(({ rule }) => rule)))];
  const points = (rule: string): { rate: number; leaked: number }[] =>
    FACTORS.map((_, i) => ({
      rate:
        (harmless.reduce((sum, r) => sum + (r.rules.find((one) => one.rule === rule)?.pages[i] ?? 0), 0) /
          Math.max(1, days)) *
        1000,
      leaked:
        median(
          [...groupBy(attacks, (r) => r.scenario).values()].map(
            (group) =>
              median(group.map((r) => r.rules.find((one) => one.rule === rule)?.leaked[i] ?? r.total))!,
          ),
        ) ?? 1,
    }));
  const ours = {
    rate: s.rateOverall,
    leaked:
      median(
        [...groupBy(attacks, (r) => r.scenario).values()].map(
          (group) => median(group.map((r) => r.detected?.leaked ?? r.total))!,
        ),
      ) ?? 1,
  };
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
    'Records out (median over scenarios and variants) against false pages per 1,000 credentials and day',
    [
      ...axis,
      ...levels,
      ...curves,
      `<circle cx="${x(ours.rate)}" cy="${y(ours.leaked)}" r="7" fill="${OURS}"/><text x="645" y="72" fill="${OURS}" font-weight="bold">Keytrail</text>`,
      '<text x="350" y="410" text-anchor="middle">false pages</text>',
    ],
  );
}

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
