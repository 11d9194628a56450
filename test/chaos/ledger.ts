// The ledger: what must be in the store after any trouble, counted against what was produced.
// Always holds: it counts raw rows, so an event or finding that was stored twice shows even where ClickHouse would fold it.

import { createEngine } from '../../detectors/engine.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { Store } from '../../services/store/store.ts';

export interface Ledger {
  events: { produced: number; stored: number; distinct: number; inRollup: number };
  findings: { stored: number; distinct: number; expected: number; missing: number; unexpected: number };
  /** `same`: status, severity and family as last told; `equal`: every word and count. */
  incidents: { expected: number; missing: number; unexpected: number; same: number; equal: number };
  /** `wrong` names those that did not learn each event once, with how many they have too much or too few. */
  baselines: { expected: number; equal: number; wrong: string[] };
}

/**
 * @param exact the events were judged in the order given, by one process at a time: findings and baselines must equal those of
 *   an engine that nothing disturbed. Else only what no order changes is compared.
 */
export async function takeLedger(
  store: Store,
  events: readonly ApiEvent[],
  o: { exact: boolean },
): Promise<Ledger> {
  const engine = createEngine();
  const expected = new Set<string>();
  const perCredential = new Map<string, number>();
  const told = new Map<string, Incident>();
  for (const event of events) {
    const verdict = engine.process(event);
    for (const { id } of verdict.findings) expected.add(id);
    for (const incident of verdict.incidents) told.set(incident.id, incident);
    perCredential.set(event.credential.lineage, (perCredential.get(event.credential.lineage) ?? 0) + 1);
  }
  const [stored] = await store.query<{ n: number; ids: number }>(
    'SELECT count() AS n, uniqExact(id) AS ids FROM events',
  );
  const [rollup] = await store.query<{ n: number }>('SELECT sum(events) AS n FROM traffic_hours');
  const found = (await store.query<{ id: string }>('SELECT toString(id) AS id FROM findings')).map(
    ({ id }) => id,
  );
  const distinct = new Set(found);
  const keys = [...perCredential.keys()].map((lineage) => ({ tenant: events[0]!.tenant, lineage }));
  const learned = new Map((await store.learned.find('', keys)).map((row) => [row.lineage, row]));
  let equal = 0;
  const wrong = [...perCredential].flatMap(([lineage, count]) => {
    const row = learned.get(lineage);
    const more = (row?.version ?? 0) - count;
    return more === 0 ? [] : [`${lineage} ${more > 0 ? '+' : ''}${more} in ${row?.part ?? 'no part'}`];
  });
  for (const row of engine.snapshot())
    if (Buffer.from(learned.get(row.lineage)?.bytes ?? []).equals(row.bytes)) equal++;
  const incidents = new Map((await store.incidents({ limit: 100_000 })).map((one) => [one.id, one]));
  const both = [...told.values()].flatMap((one) => {
    const stored = incidents.get(one.id);
    return stored === undefined ? [] : [{ one, stored }];
  });
  return {
    incidents: {
      expected: o.exact ? told.size : incidents.size,
      missing: o.exact ? told.size - both.length : 0,
      unexpected: o.exact ? incidents.size - both.length : 0,
      same: o.exact ? both.filter(({ one, stored }) => gist(one) === gist(stored)).length : incidents.size,
      equal: both.filter(({ one, stored }) => JSON.stringify(one) === JSON.stringify(stored)).length,
    },
    events: {
      produced: events.length,
      stored: Number(stored!.n),
      distinct: Number(stored!.ids),
      inRollup: Number(rollup!.n),
    },
    findings: {
      stored: found.length,
      distinct: distinct.size,
      expected: o.exact ? expected.size : distinct.size,
      missing: o.exact ? [...expected].filter((id) => !distinct.has(id)).length : 0,
      unexpected: o.exact ? [...distinct].filter((id) => !expected.has(id)).length : 0,
    },
    baselines: {
      expected: perCredential.size,
      equal: o.exact ? equal : perCredential.size,
      wrong,
    },
  };
}

const gist = ({ status, severity, family, lineage }: Incident): string =>
  [status, severity, family, lineage].join();

/** What is not as it must be, in words; nothing when all is well. */
export function problems({ events, findings, incidents, baselines }: Ledger): string[] {
  const said: string[] = [];
  const claim = (holds: boolean, words: string): void => {
    if (!holds) said.push(words);
  };
  claim(events.distinct === events.produced, `${events.produced - events.distinct} events lost`);
  claim(events.stored === events.distinct, `${events.stored - events.distinct} events stored twice`);
  claim(events.inRollup === events.produced, `the rollup counts ${events.inRollup} events`);
  claim(
    findings.stored === findings.distinct,
    `${findings.stored - findings.distinct} findings stored twice`,
  );
  claim(findings.missing === 0, `${findings.missing} findings lost`);
  claim(findings.unexpected === 0, `${findings.unexpected} findings that an undisturbed run has not`);
  claim(incidents.missing === 0, `${incidents.missing} incidents lost`);
  claim(incidents.unexpected === 0, `${incidents.unexpected} incidents that an undisturbed run has not`);
  const differ = incidents.expected - incidents.missing - incidents.same;
  claim(differ <= 0, `${differ} incidents differ in status, severity or family`);
  claim(baselines.wrong.length === 0, `baselines count wrong: ${baselines.wrong.join(', ')}`);
  claim(baselines.equal === baselines.expected, `${baselines.expected - baselines.equal} baselines differ`);
  return said;
}
