// Waiting in tests: for a condition, never for a time.

import { setTimeout as delay } from 'node:timers/promises';

/** Waits until the condition holds; says what was seen last when it does not within two minutes. */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
  holds: (seen: T) => boolean,
): Promise<T> {
  for (const deadline = Date.now() + 120_000; ; ) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`${what}: still ${JSON.stringify(seen)}`);
    await delay(50);
  }
}
