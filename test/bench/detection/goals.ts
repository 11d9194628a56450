// The goals of the benchmark, with what was reached; a goal that is not met is said to be not met.

import { median } from './figures.ts';
import type { ScenarioLine, Summary } from './summary.ts';

export interface Goal {
  what: string;
  goal: string;
  reached: string;
  met: boolean | null;
}

const whole = (value: number | null): string =>
  value === null ? '–' : Math.round(value).toLocaleString('en-US');
const percent = (value: number | null): string =>
  value === null ? '–' : `${Math.round(value * 1000) / 10} %`;

export function goalsOf(s: Summary): Goal[] {
  const line = (scenario: string, variant: string, shape = ''): ScenarioLine | undefined =>
    s.lines.find((l) => l.scenario === scenario && l.variant === variant && l.shape === shape);
  const records = (what: string, l: ScenarioLine | undefined, most: number): Goal => ({
    what,
    goal: `≤ ${whole(most)} records`,
    reached: l
      ? `${whole(l.leaked)}, worst seed ${whole(l.worst)}${l.detected < 1 ? `, detected in ${percent(l.detected)} of seeds` : ''}`
      : '–',
    met: l ? l.leaked <= most && l.detected === 1 : null,
  });
  const sharded = line('B01', 'sharded', 'new');
  const drift = line('B12', 'reported');
  const thief = line('B17', 'reported', '20%');
  const errors = s.lines.flatMap((l) => (l.error === null ? [] : [Math.abs(l.error)]));
  const right = errors.filter((error) => error <= 0.05);
  const quiet = s.negatives.filter(({ scenario }) => scenario <= 'H08');
  const noisy = quiet.filter(({ pages }) => pages > 0);
  const fleets = s.negatives.filter(({ fleet, allowed }) => fleet > allowed);
  return [
    {
      what: 'false pages per 1,000 credentials and day, ordinary traffic',
      goal: '≤ 0.1',
      reached: `${s.benign.rate.toFixed(3)} (below ${s.benign.rateBelow.toFixed(2)} with 95 % confidence)`,
      met: s.benign.credentialDays > 0 ? s.benign.rate <= 0.1 : null,
    },
    records('Dell as reported, established partner', line('B01', 'reported', 'established'), 500),
    records('Dell as reported, new partner', line('B01', 'reported', 'new'), 2000),
    records('Dell sharded over 100 credentials', sharded, 5000),
    {
      what: 'Dell sharded: attribution F1',
      goal: '≥ 0.9',
      reached: sharded?.attribution?.toFixed(2) ?? '–',
      met: sharded ? (sharded.attribution ?? 0) >= 0.9 : null,
    },
    records('anonymous success on a protected endpoint (Optus)', line('B02', 'reported'), 100),
    records('Trello, lookups through proxies (identifiers found)', line('B05', 'reported'), 5000),
    records('Twitter, lookups through proxies (identifiers found)', line('B04', 'reported'), 5000),
    {
      what: 'Salesloft Drift: alert before the bulk export',
      goal: 'all seeds',
      reached: drift ? percent(drift.useful) : '–',
      met: drift ? drift.useful === 1 : null,
    },
    {
      what: 'thief with 20 % of the requests',
      goal: '≤ 100 requests',
      reached: thief ? `${whole(thief.requests)}, detected in ${percent(thief.detected)} of seeds` : '–',
      met: thief ? (thief.requests ?? Number.POSITIVE_INFINITY) <= 100 && thief.detected === 1 : null,
    },
    {
      what: 'recall before a tenth of the loot of the incident, all scenarios and variants',
      goal: '≥ 95 %',
      reached: `${percent(s.recallAll.usefulOfWhole)} (ever: ${percent(s.recallAll.detected)})`,
      met: s.lines.length === 0 ? null : s.recallAll.usefulOfWhole >= 0.95,
    },
    {
      what: 'the same, of the records that the calls made here take, which are its beginning',
      goal: '≥ 95 %',
      reached: percent(s.recallAll.useful),
      met: s.lines.length === 0 ? null : s.recallAll.useful >= 0.95,
    },
    {
      what: 'hard negatives H01 to H08',
      goal: '0 pages',
      reached: noisy.length === 0 ? '0' : noisy.map((n) => `${n.scenario} ${n.pages}`).join(', '),
      met: quiet.length === 0 ? null : noisy.length === 0,
    },
    {
      what: 'fleet incidents at H06, H09, H14, H17',
      goal: '≤ 1 each, none elsewhere',
      reached: fleets.length === 0 ? 'kept' : fleets.map((n) => `${n.scenario} ${n.fleet}`).join(', '),
      met: s.negatives.length === 0 ? null : fleets.length === 0,
    },
    {
      what: 'records out, the best of the rules of others against ours (median over scenarios), both at 0.1 false pages in ordinary weeks',
      goal: '≥ 10×',
      reached:
        s.advantageSingle === null
          ? '–'
          : `${s.advantageSingle.ratio.toFixed(1)}× (${s.advantageSingle.rule})`,
      met: s.advantageSingle === null ? null : s.advantageSingle.ratio >= 10,
    },
    {
      what: 'the same, with whichever rule is best chosen for each scenario afterwards',
      goal: '≥ 10×',
      reached:
        s.advantage === null
          ? '–'
          : `${s.advantage.toFixed(1)}× (rules held to 0.1 over hard negatives, too: ${s.advantageStrict?.toFixed(1) ?? '–'}×)`,
      met: s.advantage === null ? null : s.advantage >= 10,
    },
    {
      what: 'stated records against the truth, every scenario and variant',
      goal: 'within ± 5 %',
      reached:
        s.stated === null
          ? '–'
          : `${right.length} of ${errors.length}; ${percent(s.stated.within)} of cells, median error ${percent(median(errors))}; interval holds the truth in ${percent(s.stated.covered)} of cells`,
      met: errors.length === 0 ? null : right.length === errors.length,
    },
    {
      what: 'bytes → verdict against JSON.parse',
      goal: '≥ 0.6×',
      reached: s.speed ? `${s.speed.ratio.toFixed(2)}×` : '–',
      met: s.speed ? s.speed.ratio >= 0.6 : null,
    },
  ];
}
