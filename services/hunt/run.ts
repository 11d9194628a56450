// `keytrail hunt` as a process: every ten minutes, or once, all hunts one after the other.
// Always holds: a hunt never overlaps itself, here or in another process; what was missed while nobody ran is made up for.

import { randomUUID } from 'node:crypto';
import { createKnowledge } from '../../detectors/knowledge.ts';
import { ConfigError, type Settings, tuningOf } from '../config.ts';
import { createDeliverer } from '../deliver/deliver.ts';
import { readFactsFiles } from '../facts/read-facts.ts';
import { createFactKeeper } from '../facts/take-facts.ts';
import type { Figures } from '../health/figures.ts';
import { type ServedHealth, serveHealth } from '../health/listener.ts';
import { storeLook } from '../health/neighbours.ts';
import { aborted } from '../lifecycle.ts';
import type { Logger } from '../logger.ts';
import { createStore, type Store } from '../store/store.ts';
import { createJudge, HUNTS, type Hunt, versionOf } from './hunts.ts';
import { createHunter, type Found, type HuntParts, huntWindow } from './run-hunt.ts';
import { startSchedule } from './schedule.ts';

const EVERY_TEN_MINUTES = '30 */10 * * * *';

export interface RunHuntOptions {
  hunts: readonly Hunt[];
  /** Ends when nothing is due any more, instead of waiting for the next window. */
  once: boolean;
  signal: AbortSignal;
  logger: Logger;
  onFound: (found: Found) => void;
}

export async function runHunts(settings: Settings, o: RunHuntOptions): Promise<void> {
  await withParts(settings, o.logger, async (parts) => {
    const { tuning } = parts;
    await parts.store.recordTuning({ version: versionOf(tuning), tuning });
    const hunters = o.hunts.map((hunt) => createHunter(hunt, parts));
    let lastHuntAt: number | null = null;
    const all = async (): Promise<void> => {
      for (const hunter of hunters)
        for await (const found of hunter.due(Date.now(), o.signal)) o.onFound(found);
      lastHuntAt = Date.now();
    };
    if (o.once) return await all();
    const health = await serveHuntHealth(settings, {
      store: parts.store,
      lastHuntAt: () => lastHuntAt,
      logger: o.logger,
    });
    try {
      await all();
      await huntRegularly(all, o);
    } finally {
      await health.close();
    }
  });
}

/** Until the signal is raised. */
async function huntRegularly(all: () => Promise<void>, o: RunHuntOptions): Promise<void> {
  const schedule = startSchedule({
    jobs: [{ name: 'hunts', every: EVERY_TEN_MINUTES, run: all }],
    logger: o.logger,
  });
  o.logger.info({ hunts: o.hunts.map(({ name }) => name) }, 'hunting');
  try {
    await aborted(o.signal);
  } finally {
    await schedule.close();
  }
}

async function serveHuntHealth(
  settings: Settings,
  o: { store: Store; lastHuntAt: () => number | null; logger: Logger },
): Promise<ServedHealth> {
  const { clickhouse, webhooks } = settings;
  const askStore = storeLook({ store: o.store, place: new URL(clickhouse.url!).host, webhooks });
  const startedAt = Date.now();
  const read = async (): Promise<Figures> => {
    const asked = await askStore();
    return { service: 'hunt', now: Date.now(), startedAt, ...asked, lastHuntAt: o.lastHuntAt() };
  };
  return await serveHealth({ service: 'hunt', settings, read, logger: o.logger });
}

/** Looks at a stretch of the past, from nothing, and stores nothing. */
export async function huntPast(
  settings: Settings,
  o: { hunts: readonly Hunt[]; from: number; until: number; logger: Logger; onFound: (found: Found) => void },
): Promise<void> {
  await withParts(settings, o.logger, async (parts) => {
    for (const hunt of o.hunts) {
      const judge = createJudge(hunt, parts);
      o.onFound(await huntWindow(hunt, { judge, parts, from: o.from, until: o.until }));
    }
  });
}

async function withParts(
  settings: Settings,
  logger: Logger,
  run: (parts: HuntParts & { store: Store }) => Promise<void>,
): Promise<void> {
  const { clickhouse, webhooks, pagesPerDay } = settings;
  if (clickhouse.url === undefined)
    throw new ConfigError('clickhouse', [
      'url is missing: hunts ask a ClickHouse server; set CLICKHOUSE_URL. `keytrail up` sees every event itself and needs none',
    ]);
  const store = createStore({ ...clickhouse, url: clickhouse.url });
  try {
    await store.migrate();
    const own = readFactsFiles(settings.facts);
    const knowledge = createKnowledge(own);
    await createFactKeeper({ store, knowledge }).catchUp();
    const facts = [...own, ...(await store.facts())];
    await run({
      store,
      hunts: store.hunts,
      deliverer: createDeliverer({ outbox: store.outbox, webhooks, logger }),
      tuning: tuningOf(settings),
      knowledge,
      pagesPerDay,
      facts,
      owner: randomUUID(),
    });
  } finally {
    await store.close();
  }
}

/** The hunts of these names; all without any. Throws with the allowed ones. */
export function huntsNamed(names: readonly string[]): readonly Hunt[] {
  if (names.length === 0) return HUNTS;
  return names.map((name) => {
    const hunt = HUNTS.find((one) => one.name === name || one.detector === name);
    if (hunt === undefined)
      throw new Error(`--hunt ${name}: not known; allowed are ${HUNTS.map((one) => one.name).join(', ')}`);
    return hunt;
  });
}
