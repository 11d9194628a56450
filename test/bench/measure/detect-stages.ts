// Detection measured: bytes of a Kafka message to a validated event, to a verdict, to the encoded insert, each stage with those
// before it, against JSON.parse of the same bytes.
// Batches of the consumer's size: parsed alone, then read, judged and encoded. One engine, as in production; it has seen every
// credential, and 21 days of calls, before anything is counted.

import type { ApiEvent } from '../../../schemas/event.ts';
import { readEvents } from '../../../services/detect/event-message.ts';
import { encodeEvents } from '../../../services/store/store.ts';
import { median, nanosecondsPerEvent } from './cpu.ts';
import { SLICE, type StageTimes } from './ingest-stages.ts';
import { take } from './ordinary-calls.ts';
import { type Warm, warmEngine } from './warm-engine.ts';

export interface DetectStages {
  stages: StageTimes[];
  credentials: number;
  findings: number;
}

export function detectStages(o: Warm & { events: number }): DetectStages {
  const { engine, next } = warmEngine(o);
  const before = engine.statistics().findings;

  const ns = { parse: [] as number[], read: [] as number[], judge: [] as number[], encode: [] as number[] };
  const slices = Math.ceil(o.events / SLICE);
  let bytes = 0;
  for (let slice = 0; slice < slices; slice++) {
    const messages = take(next, SLICE).map((event, offset) => ({
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
    findings: engine.statistics().findings - before,
  };
}
