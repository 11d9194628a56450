// Measures the engine alone: events a second of process() as a ratio to JSON.parse of the same events in the same run,
// and bytes per light credential (row, key and Map entry). Run: npm run bench:engine [-- --events 300000 --detectors none]
// Slices of the two alternate and medians of CPU time are compared, since machines are noisy. Does not measure reading, normalising
// or storing; the events are made up (zipf over credentials, 24 routes, ordinary behaviour).

import { parseArgs } from 'node:util';
import { CATALOGUE } from '../../detectors/catalogue.ts';
import type { Detector } from '../../detectors/detector.ts';
import { createEngine } from '../../detectors/engine.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import { median, nanosecondsPerEvent } from './measure/cpu.ts';
import { lightMemory } from './measure/light-memory.ts';
import { ordinaryCalls, take } from './measure/ordinary-calls.ts';

const SLICES = 25;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    credentials: { type: 'string', default: '10000' },
    light: { type: 'string', default: '200000' },
    detectors: { type: 'string', default: 'all' },
    json: { type: 'boolean', default: false },
  },
});

function createLines(events: number, credentials: number): string[] {
  return take(ordinaryCalls({ credentials, stepMs: 400 }), events).map((event) => JSON.stringify(event));
}

/** One engine, as in production: slices of the input are parsed alone, then parsed and judged, the first fifth unmeasured. */
function speed(lines: readonly string[], detectors: readonly Detector[]) {
  const engine = createEngine({ detectors });
  const parse: number[] = [];
  const both: number[] = [];
  const size = Math.ceil(lines.length / SLICES);
  let sum = 0;
  for (let slice = 0; slice < SLICES; slice++) {
    const part = lines.slice(slice * size, (slice + 1) * size);
    const parseNs = nanosecondsPerEvent(part.length, () => {
      for (const line of part) sum += (JSON.parse(line) as ApiEvent).at;
    });
    const bothNs = nanosecondsPerEvent(part.length, () => {
      for (const line of part) engine.process(JSON.parse(line) as ApiEvent);
    });
    if (slice < SLICES / 5) continue;
    parse.push(parseNs);
    both.push(bothNs);
  }
  const parseNs = median(parse);
  const bothNs = median(both);
  const { credentials, findings } = engine.statistics();
  return {
    detectors: detectors.length,
    credentials,
    findings,
    parse_ns: Math.round(parseNs),
    process_ns: Math.round(bothNs - parseNs),
    /** 1 would mean that judging costs nothing. */
    parse_and_process_to_parse: Number((parseNs / bothNs).toFixed(2)),
    check: sum,
  };
}

const lines = createLines(Number(values.events), Number(values.credentials));
const report = {
  events: lines.length,
  bytes_per_event: Math.round(lines.reduce((sum, line) => sum + line.length, 0) / lines.length),
  speed: speed(lines, values.detectors === 'none' ? [] : CATALOGUE),
  light: lightMemory(Number(values.light)),
};
process.stdout.write(`${JSON.stringify(report, null, values.json ? 0 : 2)}\n`);
