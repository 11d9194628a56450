// What is open (running incidents, claims that wait) as rows beside what was learned, and back.
// Always holds: rows of a credential go with its part of the input, those about what many share with the process that found it;
// what is open no more leaves a row without state. Rows of another version are left alone and logged.

import { deserialize, serialize } from 'node:v8';
import type { Engine } from '../../detectors/engine-contract.ts';
import type { Logger } from '../logger.ts';
import type { LearnedRow, Store } from '../store/store.ts';

/** Shard of what is open about credentials. */
const OPEN = 'open';
const LAYOUT = 'open-1';
/** Lineages of rows of a process; no credential's starts with U+0001. */
const ABOUT_MANY = '\u0001open\u0000';
const SUSPICIONS = '\u0001suspicions';
const NOTHING = new Uint8Array();

type Row = Pick<LearnedRow, 'shard' | 'tenant' | 'lineage' | 'layout' | 'version' | 'updatedAt' | 'bytes'>;
type Stored = ReturnType<Engine['investigations']>[number];
type Suspicions = NonNullable<ReturnType<Engine['suspicions']>>;

export interface OpenRows {
  /** Of credentials, each to be written with its part. */
  own: Row[];
  /** Of the process, without their shard and version. */
  shared: Row[];
}

/**
 * What changed since the last call, or what the process holds as a whole; to be asked before the engine's changes().
 * @param o.version grows from call to call, over all processes that had the parts before
 */
export function openRows(
  engine: Pick<Engine, 'investigations' | 'suspicions'>,
  o: { version: number; whole: boolean },
): OpenRows {
  const row = { layout: LAYOUT, version: o.version, updatedAt: 0 };
  const rows: OpenRows = { own: [], shared: [] };
  for (const { tenant, lineage, shared, state } of engine.investigations(o)) {
    const bytes = state === null ? NOTHING : serialize(state);
    if (shared) rows.shared.push({ ...row, shard: '', tenant, lineage: ABOUT_MANY + lineage, bytes });
    else rows.own.push({ ...row, shard: OPEN, tenant, lineage, bytes });
  }
  const suspicions = engine.suspicions(o);
  if (suspicions !== null)
    rows.shared.push({ ...row, shard: '', tenant: '', lineage: SUSPICIONS, bytes: serialize(suspicions) });
  return rows;
}

/** True for rows of a process that are not the engine's own. */
export const isOpenRow = ({ lineage }: Pick<LearnedRow, 'lineage'>): boolean =>
  lineage === SUSPICIONS || lineage.startsWith(ABOUT_MANY);

/** Takes up what the process had found about many. */
export function restoreOpenShared(
  engine: Pick<Engine, 'restoreInvestigations'>,
  rows: readonly LearnedRow[],
  logger: Logger,
): void {
  const read = rows.filter(({ bytes, layout }) => bytes.length > 0 && layout === LAYOUT);
  const suspicions = read.find(({ lineage }) => lineage === SUSPICIONS);
  const open = read.flatMap(({ tenant, lineage, bytes }): Stored[] =>
    lineage.startsWith(ABOUT_MANY)
      ? [{ tenant, lineage: lineage.slice(ABOUT_MANY.length), shared: true, state: stateOf(bytes) }]
      : [],
  );
  const known = suspicions && (deserialize(suspicions.bytes) as Suspicions);
  report(engine.restoreInvestigations(open, known), rows.length - read.length, logger);
}

/** Takes up what is open about the credentials that `isOurs` says; answers the highest version in use. */
export async function restoreOpen(
  store: Pick<Store, 'learned'>,
  engine: Pick<Engine, 'restoreInvestigations'>,
  o: { isOurs: (about: { tenant: string; lineage: string }) => boolean; logger: Logger },
): Promise<number> {
  const { version, keys } = await store.learned.kept(OPEN);
  const ours = keys.filter(o.isOurs);
  const rows = await store.learned.find(OPEN, ours);
  const read = rows.filter(({ layout }) => layout === LAYOUT);
  const open = read.map(
    ({ tenant, lineage, bytes }): Stored => ({ tenant, lineage, shared: false, state: stateOf(bytes) }),
  );
  report(engine.restoreInvestigations(open), rows.length - read.length, o.logger);
  return version;
}

const stateOf = (bytes: Uint8Array): Stored['state'] => deserialize(bytes) as Stored['state'];

function report(
  { restored, ignored }: { restored: number; ignored: number },
  foreign: number,
  logger: Logger,
): void {
  if (restored > 0) logger.info({ restored }, 'what was open is taken up again');
  if (ignored + foreign > 0)
    logger.warn({ ignored: ignored + foreign }, 'what another version of Keytrail had open is left out');
}
