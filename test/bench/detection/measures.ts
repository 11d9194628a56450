// What is measured on ordinary weeks beside pages: how strong the evidence against the innocent gets, and what judging costs.

import type { Engine } from '../../../detectors/engine-contract.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import type { Finding } from '../../../schemas/finding.ts';
import { DAY } from '../../scenarios/contract.ts';
import type { BenignResult } from './results.ts';
import type { Stage } from './stage.ts';

/** What the speed is measured on. */
const MEASURED_EVENTS = 30_000;
/** Powers of ten whose e-values are counted. */
const LEVELS = [1, 2, 3, 4, 5] as const;

/** Per credential and UTC day the strongest finding about that credential. */
export function strongest() {
  const today = new Map<string, { day: number; level: number }>();
  const reached = LEVELS.map(() => 0);
  let credentialDays = 0;
  return {
    see({ credential, at }: ApiEvent, findings: readonly Finding[]): void {
      const { lineage } = credential;
      const day = Math.floor(at / DAY);
      let own = today.get(lineage);
      if (own?.day !== day) {
        own = { day, level: 0 };
        today.set(lineage, own);
        credentialDays++;
      }
      for (const finding of findings)
        if (finding.lineage === lineage)
          for (; own.level < LEVELS.length && finding.log_e >= LEVELS[own.level]! * Math.LN10; own.level++)
            reached[own.level]! += 1;
    },
    result: () => ({ credentialDays, reached }),
  };
}

/** CPU time of judging the first events again against that of parsing them, alternating. */
export function speedOf(stage: Stage, engine: Engine): BenignResult['speed'] {
  const { world } = stage;
  const lines: string[] = [];
  for (const event of world.traffic(world.testStart, world.testStart + 2 * DAY)) {
    if (lines.length >= MEASURED_EVENTS) break;
    lines.push(JSON.stringify(event));
  }
  const copy = stage.at(world.testStart).engine();
  let judgeMs = 0;
  let parseMs = 0;
  for (let from = 0; from < lines.length; from += 1000) {
    const part = lines.slice(from, from + 1000);
    const before = process.cpuUsage();
    const parsed = part.map((line) => JSON.parse(line) as ApiEvent);
    const parsing = process.cpuUsage(before);
    const between = process.cpuUsage();
    for (const event of parsed) copy.process(event);
    const judging = process.cpuUsage(between);
    parseMs += (parsing.user + parsing.system) / 1000;
    judgeMs += (judging.user + judging.system) / 1000;
  }
  const { stateBytes, credentials } = engine.statistics();
  return {
    judgeMs,
    parseMs,
    events: lines.length,
    stateBytes,
    bytesPerCredential: stateBytes / Math.max(1, credentials),
  };
}
