// The figures of a process that judges: what engine and detection count, and how much of it fell into the last hour.

import { CATALOGUE } from '../../detectors/catalogue.ts';
import type { Engine } from '../../detectors/engine-contract.ts';
import type { Tuning } from '../../schemas/tuning.ts';
import type { DetectorFigures, JudgingFigures } from './figures.ts';
import { createHistory } from './history.ts';
import type { Watched } from './watch-detect.ts';

const HOUR = 60 * 60_000;
const STEP_MS = 60_000;

export function judgingFigures(o: {
  engine: Pick<Engine, 'statistics'>;
  watched: Watched;
  /** Input refused since the start. */
  rejected: () => Readonly<Record<string, number>>;
}): (now: number) => JudgingFigures {
  const counts = createHistory<{ events: number; rejected: number; evictions: number }>({
    spanMs: HOUR,
    stepMs: STEP_MS,
  });
  counts.add(Date.now(), { events: 0, rejected: 0, evictions: 0 });
  return (now) => {
    const { credentials, openIncidents, evictions, late, quarantined, stateBytes } = o.engine.statistics();
    const { events, duplicates, findings, failed, checkpoints } = o.watched.detect.counters;
    const rejected = Object.values(o.rejected()).reduce((sum, count) => sum + count, 0);
    counts.add(now, { events, rejected, evictions });
    const then = counts.oldest(now)!.value;
    return {
      ...{ events, duplicates, findings, failed, checkpoints },
      ...{ credentials, openIncidents, evictions, late, quarantined, stateBytes },
      lastCheckpointAt: o.watched.lastCheckpointAt,
      waitingSince: o.watched.waitingSince,
      lastHour: {
        events: events - then.events,
        rejected: rejected - then.rejected,
        evictions: evictions - then.evictions,
      },
    };
  };
}

export function detectorFigures(engine: Pick<Engine, 'health'>, tuning: Tuning): DetectorFigures {
  return {
    off: detectorsOff(tuning),
    misCalibrated: engine
      .health()
      .filter(({ calibrated }) => calibrated === false)
      .map(({ detector }) => detector),
  };
}

/** Those that are off for everybody. */
export function detectorsOff(tuning: Tuning): string[] {
  return CATALOGUE.map(({ meta }) => meta.id).filter((id) => tuning.detectors[id]?.enabled === false);
}
