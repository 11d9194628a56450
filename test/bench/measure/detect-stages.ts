// Detection measured: bytes of a Kafka message to a validated event, to a verdict, to the encoded insert, each stage with those
// before it, against JSON.parse of the same bytes.
// Batches of the consumer's size: parsed alone, then read, judged and encoded. One engine, as in production; it has seen every
// credential, and 21 days of calls, before anything is counted.

import { createEngine } from '../../../detectors/engine.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import { readEvents } from '../../../services/detect/event-message.ts';
import { encodeEvents } from '../../../services/store/store.ts';
import { median, nanosecondsPerEvent } from './cpu.ts';
import { SLICE, type StageTimes } from './ingest-stages.ts';
import { oneCallEach, ordinaryCalls, take } from './ordinary-calls.ts';

const WARM_MS = 21 * 86_400_000;
/** Of event time between measured calls: 20 calls a second. */
const STEP_MS = 50;

export interface DetectStages {
  stages: StageTimes[];
  credentials: number;
  warmEvents: number;
  findings: number;
}

export function detectStages(o: {
  events: number;
  credentials: number;
  warmEvents: number;
  onProgress?: (said: string) => void;
}): DetectStages {
  const engine = createEngine();
  const { credentials, warmEvents } = o;
  const pace = { credentials, stepMs: Math.ceil(WARM_MS / warmEvents) };
  // The first calls of all, merged in time with the ordinary ones.
  const first = oneCallEach({ credentials, stepMs: WARM_MS / credentials });
  const source = ordinaryCalls(pace);
  let due = first.next();
  for (let n = 0; n < warmEvents; n++) {
    const event = source.next().value as ApiEvent;
    for (; !due.done && due.value.at <= event.at; due = first.next()) engine.process(due.value);
    engine.process(event);
    if (n % 50_000 === 0) o.onProgress?.(`warming: ${n} of ${warmEvents} events`);
  }
  pace.stepMs = STEP_MS;
  const before = engine.statistics().findings;

  const ns = { parse: [] as number[], read: [] as number[], judge: [] as number[], encode: [] as number[] };
  const slices = Math.ceil(o.events / SLICE);
  let bytes = 0;
  for (let slice = 0; slice < slices; slice++) {
    const messages = take(source, SLICE).map((event, offset) => ({
      key: null,
      value: Buffer.from(JSON.stringify(event)),
      offset: String(offset),
    }));
    for (const { value } of messages) bytes += value.length;
    const parse = nanosecondsPerEvent(SLICE, () => {
      for (const { value } of messages) JSON.parse(value.toString());
    });
    let events: ApiEvent[] = [];
    const read = nanosecondsPerEvent(SLICE, () => {
      ({ events } = readEvents({ topic: 'bench', partition: 0, messages, token: `bench/0@${slice}` }));
    });
    if (events.length !== SLICE) throw new Error(`${SLICE - events.length} made-up events were rejected`);
    const judge = nanosecondsPerEvent(SLICE, () => {
      for (const event of events) engine.process(event);
    });
    const encode = nanosecondsPerEvent(SLICE, () => void encodeEvents(events));
    if (slice % 10 === 0) o.onProgress?.(`detection: ${slice * SLICE} of ${o.events} events`);
    if (slice < slices / 5) continue;
    ns.parse.push(parse);
    ns.read.push(read);
    ns.judge.push(judge);
    ns.encode.push(encode);
  }
  const parseNs = median(ns.parse);
  const readNs = median(ns.read);
  const judgedNs = readNs + median(ns.judge);
  const common = { bytesPerEvent: Math.round(bytes / (slices * SLICE)), parseNs };
  return {
    stages: [
      { stage: 'message-to-event', ...common, stageNs: readNs },
      { stage: 'message-to-verdict', ...common, stageNs: judgedNs },
      { stage: 'message-to-insert', ...common, stageNs: judgedNs + median(ns.encode) },
    ],
    credentials: engine.statistics().credentials,
    warmEvents,
    findings: engine.statistics().findings - before,
  };
}
