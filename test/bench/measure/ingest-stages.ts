// Ingest measured: bytes of a gateway's line to a validated, identified, routed event, against JSON.parse.
// Slices of both alternate; the first fifth is not counted. Kong's records are JSON: the same bytes are parsed. Combined lines are
// not; they are compared with JSON.parse of as many bytes of the Kong records of the same calls.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../../../services/config.ts';
import { createNormaliserFactory } from '../../../services/ingest/normaliser-factory.ts';
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
const CREDENTIALS = 10_000;

/** @throws Error when a line is rejected: the comparison would not be of the same work. */
export function ingestStages(events: number): StageTimes[] {
  const dir = mkdtempSync(join(tmpdir(), 'keytrail-bench-'));
  try {
    const settings = loadSettings({ directory: dir, environment: { KEYTRAIL_DATA: dir } });
    const normaliserOf = createNormaliserFactory(settings);
    return measure(events, normaliserOf('kong'), normaliserOf('combined'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

type Normaliser = ReturnType<ReturnType<typeof createNormaliserFactory>>;

function measure(events: number, kong: Normaliser, combined: Normaliser): StageTimes[] {
  const source = gatewayLines({ credentials: CREDENTIALS });
  const ns = { parse: [] as number[], kong: [] as number[], combined: [] as number[] };
  const bytes = { kong: 0, combined: 0, lines: 0 };
  const slices = Math.ceil(events / SLICE);
  for (let slice = 0; slice < slices; slice++) {
    const lines = Array.from({ length: SLICE }, () => source.next().value!);
    const parse = nanosecondsPerEvent(SLICE, () => {
      for (const line of lines) JSON.parse(line.kong.toString());
    });
    const ofKong = normalising(
      kong,
      lines.map((line) => line.kong),
      `kong:${slice}`,
    );
    const ofCombined = normalising(
      combined,
      lines.map((line) => line.combined),
      `combined:${slice}`,
    );
    for (const line of lines) {
      bytes.kong += line.kong.length;
      bytes.combined += line.combined.length;
    }
    bytes.lines += SLICE;
    if (slice < slices / 5) continue;
    ns.parse.push(parse);
    ns.kong.push(ofKong);
    ns.combined.push(ofCombined);
  }
  const parseNs = median(ns.parse);
  const share = bytes.combined / bytes.kong;
  const perEvent = (all: number): number => Math.round(all / bytes.lines);
  return [
    {
      stage: 'kong-line-to-event',
      bytesPerEvent: perEvent(bytes.kong),
      parseNs,
      stageNs: median(ns.kong),
    },
    {
      stage: 'combined-line-to-event',
      bytesPerEvent: perEvent(bytes.combined),
      parseNs: parseNs * share,
      stageNs: median(ns.combined),
    },
  ];
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
