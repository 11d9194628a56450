// Ingest measured: bytes of a gateway's line to a validated, identified, routed event, against JSON.parse.
// Slices of both alternate; the first fifth is not counted. Kong's records are JSON: the same bytes are parsed. Combined lines are
// not; they are compared with JSON.parse of as many bytes of the Kong records of the same calls.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../../../services/config.ts';
import {
  createNormaliserFactory,
  type NormaliserFactory,
} from '../../../services/ingest/normaliser-factory.ts';
import { median, nanosecondsPerEvent } from './cpu.ts';
import { gatewayLines } from './gateway-lines.ts';

export interface StageTimes {
  stage: string;
  bytesPerEvent: number;
  /** CPU time of JSON.parse of as many bytes. */
  parseNs: number;
  stageNs: number;
}

export const SLICE = 5_000;
/** Known callers may be read faster than new ones, so how many there are counts. */
const MANY = 10_000;
const FEW = 1_000;

/** @throws Error when a line is rejected: the comparison would not be of the same work. */
export function ingestStages(events: number): StageTimes[] {
  const dir = mkdtempSync(join(tmpdir(), 'keytrail-bench-'));
  try {
    const normaliserOf = createNormaliserFactory(
      loadSettings({ directory: dir, environment: { KEYTRAIL_DATA: dir } }),
    );
    const many = measure({ events, callers: MANY, normaliserOf });
    const few = measure({ events, callers: FEW, normaliserOf });
    return [
      { ...many.kong, stage: 'kong-line-to-event' },
      { ...few.kong, stage: 'kong-line-of-1000-callers' },
      { ...many.combined, stage: 'combined-line-to-event' },
    ];
  } finally {
    rmSync(dir, { recursive: true });
  }
}

type Times = Omit<StageTimes, 'stage'>;
type Normaliser = ReturnType<NormaliserFactory>;

function measure(o: { events: number; callers: number; normaliserOf: NormaliserFactory }) {
  const kong = o.normaliserOf('kong');
  const combined = o.normaliserOf('combined');
  const source = gatewayLines({ credentials: o.callers });
  const ns = { parse: [] as number[], kong: [] as number[], combined: [] as number[] };
  const bytes = { kong: 0, combined: 0 };
  const slices = Math.ceil(o.events / SLICE);
  for (let slice = 0; slice < slices; slice++) {
    const lines = Array.from({ length: SLICE }, () => source.next().value!);
    const parse = nanosecondsPerEvent(SLICE, () => {
      for (const line of lines) JSON.parse(line.kong.toString());
    });
    const ofKong = normalising(
      kong,
      lines.map((line) => line.kong),
      `kong:${o.callers}:${slice}`,
    );
    const ofCombined = normalising(
      combined,
      lines.map((line) => line.combined),
      `combined:${o.callers}:${slice}`,
    );
    for (const line of lines) {
      bytes.kong += line.kong.length;
      bytes.combined += line.combined.length;
    }
    if (slice < slices / 5) continue;
    ns.parse.push(parse);
    ns.kong.push(ofKong);
    ns.combined.push(ofCombined);
  }
  const parseNs = median(ns.parse);
  const times = (size: number, stageNs: number): Times => ({
    bytesPerEvent: Math.round(size / (slices * SLICE)),
    parseNs: (parseNs * size) / bytes.kong,
    stageNs,
  });
  return {
    kong: times(bytes.kong, median(ns.kong)),
    combined: times(bytes.combined, median(ns.combined)),
  };
}

function normalising(normaliser: Normaliser, lines: readonly Buffer[], from: string): number {
  let refused = 0;
  const ns = nanosecondsPerEvent(lines.length, () => {
    for (const [number, line] of lines.entries())
      if ('rejection' in normaliser.normalise(line, `${from}:${number}`)) refused++;
  });
  if (refused > 0) throw new Error(`${refused} made-up lines of ${from} were rejected`);
  return ns;
}
