// An engine that has seen every credential, and 21 days of ordinary calls, and the calls that come next, twenty a second.
// Same arguments, same engine. What the credentials have in common is learned; most of them have called once or twice.

import { createEngine } from '../../../detectors/engine.ts';
import type { Engine } from '../../../detectors/engine-contract.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import { oneCallEach, ordinaryCalls } from './ordinary-calls.ts';

const WARM_MS = 21 * 86_400_000;
const STEP_MS = 50;
const REPORT_EVERY = 50_000;

export interface Warm {
  credentials: number;
  /** Ordinary calls, beside the first of each credential. */
  warmEvents: number;
  onProgress?: ((said: string) => void) | undefined;
}

export function warmEngine({ credentials, warmEvents, onProgress }: Warm): {
  engine: Engine;
  next: Iterator<ApiEvent>;
} {
  const engine = createEngine();
  const pace = { credentials, stepMs: WARM_MS / warmEvents };
  const next = ordinaryCalls(pace);
  // The first calls of all, merged in time with the ordinary ones.
  const firsts = oneCallEach({ credentials, stepMs: WARM_MS / credentials });
  let first = firsts.next();
  let seen = 0;
  const see = (event: ApiEvent): void => {
    engine.process(event);
    if (++seen % REPORT_EVERY === 0) onProgress?.(`warming: ${seen} of ${credentials + warmEvents} events`);
  };
  for (let n = 0; n < warmEvents; n++) {
    const event = next.next().value as ApiEvent;
    for (; !first.done && first.value.at <= event.at; first = firsts.next()) see(first.value);
    see(event);
  }
  for (; !first.done; first = firsts.next()) see(first.value);
  pace.stepMs = STEP_MS;
  return { engine, next };
}
