// A reader that reads in a thread of its own, so that the next lines are read while the engine judges the last ones.
// Always holds: the same events in the same order, the same routes and the same errors as createReader() gives.

import { Worker } from 'node:worker_threads';
import type { ApiEvent } from '../../schemas/event.ts';
import type { ScanRoute } from '../../schemas/scan.ts';
import { InputError } from '../ingest/read/input.ts';
import { createUnpacker } from './parcel.ts';
import type { EventReader, ReaderListener, ReaderOptions, Reading } from './reader.ts';
import type { ReaderMessage, ThreadData } from './reader-messages.ts';

export function createThreadedReader(options: ReaderOptions, listener: ReaderListener): EventReader {
  const reading: Reading = { lines: 0, rejected: {}, bytesRead: 0, bytesTotal: 0 };
  let routes: readonly ScanRoute[] = [];

  async function* runs(): AsyncGenerator<readonly ApiEvent[]> {
    const worker = startThread({ options, tellsRejections: listener.onRejection !== undefined });
    const unpack = createUnpacker();
    try {
      for await (const message of messagesOf(worker)) {
        if (message.kind === 'input-error')
          throw new InputError(message.problem, message.path, message.message);
        if (message.kind === 'end') {
          routes = message.routes;
          return;
        }
        Object.assign(reading, message.reading);
        for (const note of message.notes) {
          if ('rejection' in note) listener.onRejection?.(note.rejection);
          else listener.onFormat?.(note.path, note.format);
        }
        const events = unpack(message.parcel);
        worker.postMessage(null);
        if (events.length > 0) yield events;
      }
      throw new Error('the reading thread ended before the log did');
    } finally {
      await worker.terminate();
    }
  }

  return { runs, reading, routes: () => routes };
}

/** Room for the events on their way: with less, most of them are copied by the garbage collector before they are sent. */
const YOUNG_MB = 96;

/** Run from source, a thread has to be told how to read TypeScript. */
function startThread(workerData: ThreadData): Worker {
  const here = import.meta.url;
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
  if (here.endsWith('.js'))
    return new Worker(new URL('./reader-thread.js', here), { workerData, resourceLimits });
  const tsx = import.meta.resolve('tsx/esm/api');
  const entry = new URL('./reader-thread.ts', here).href;
  const script = `import('${tsx}').then(({ register }) => (register(), import('${entry}')))`;
  return new Worker(script, { eval: true, workerData, resourceLimits });
}

/** Ends when the thread does; throws what it threw. */
async function* messagesOf(worker: Worker): AsyncGenerator<ReaderMessage> {
  const waiting: ReaderMessage[] = [];
  let failure: Error | null = null;
  let ended = false;
  let wake: () => void = () => undefined;
  worker.on('message', (message: ReaderMessage) => {
    waiting.push(message);
    wake();
  });
  worker.on('error', (error) => {
    failure = error instanceof Error ? error : new Error(String(error));
    wake();
  });
  worker.on('exit', () => {
    ended = true;
    wake();
  });
  for (;;) {
    const next = waiting.shift();
    if (next !== undefined) yield next;
    else if (failure !== null) throw failure;
    else if (ended) return;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}
