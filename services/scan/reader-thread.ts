// The thread that reads for a scan: sends parcels of events, and between them what was refused and which formats were recognised.
// Always holds: what is sent is in the order of reading; at most CREDIT messages are on their way.

import { parentPort, workerData } from 'node:worker_threads';
import type { ApiEvent } from '../../schemas/event.ts';
import { InputError } from '../ingest/read/input.ts';
import { createPacker } from './parcel.ts';
import { createReader } from './reader.ts';
import { CREDIT, type Note, type ReaderMessage, type ThreadData } from './reader-messages.ts';

/** Events in one parcel: enough that a message costs little for each, few enough to keep both threads at work. */
const PARCEL = 1000;
const MOST_NOTES = 500;

const port = parentPort!;
const { options, tellsRejections } = workerData as ThreadData;
let notes: Note[] = [];
let credit = CREDIT;
let goOn: (() => void) | null = null;

port.on('message', () => {
  credit++;
  goOn?.();
  goOn = null;
});

const reader = createReader(options, {
  ...(tellsRejections ? { onRejection: (rejection) => void notes.push({ rejection }) } : {}),
  onFormat: (path, format) => void notes.push({ path, format }),
  onBatch: () => (notes.length >= MOST_NOTES ? send([]) : undefined),
});
const pack = createPacker();

async function send(events: readonly ApiEvent[]): Promise<void> {
  while (credit === 0) {
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  }
  credit--;
  post({ kind: 'events', parcel: pack(events), notes, reading: reader.reading });
  notes = [];
}

function post(message: ReaderMessage): void {
  port.postMessage(message);
}

async function readAll(): Promise<void> {
  let waiting: ApiEvent[] = [];
  for await (const run of reader.runs()) {
    for (const event of run) waiting.push(event);
    if (waiting.length < PARCEL) continue;
    await send(waiting);
    waiting = [];
  }
  await send(waiting);
  post({ kind: 'end', routes: reader.routes() });
}

try {
  await readAll();
} catch (error) {
  if (error instanceof InputError)
    post({ kind: 'input-error', problem: error.problem, path: error.path, message: error.message });
  else throw error;
} finally {
  port.close();
}
