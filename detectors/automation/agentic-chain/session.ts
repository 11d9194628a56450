// One session of a credential as a chain: how many functions, how fast from one to the next, how many steps nobody took before, and
// how many mistakes it mended by itself.
// Always holds: a session ends with five minutes of silence. Functions are told apart by hash in 64 bins: few are counted as fewer.

import type { ApiEvent } from '../../../schemas/event.ts';
import { hash32, mix32 } from '../../hash.ts';
import { f32, f64, type NumberArray, type StateView, u8, u16, u32, u32s } from '../../state/fields.ts';

const STEP_WORDS = 8;
export const SESSION = {
  startedAt: f64('first call of the session, ms'),
  lastAt: f64('latest call, ms'),
  calls: u16('calls of the session'),
  fast: u16('of these, to another function without a pause'),
  functions: u32s(2, 'bins of its functions'),
  repairs: u8('mistakes mended: refused, then the same function with another shape of query'),
  newSteps: u16('steps from function to function the credential never took before'),
  lastFunction: u32('hash of the function called last'),
  wrongFunction: u32('hash of the function that refused the query last; 0 when none did lately'),
  wrongShape: u32('hash of that shape of query'),
  wrongAt: f64('when that was, ms'),
  steps: u32s(STEP_WORDS, 'Bloom filter of the steps it takes'),
  records: u32('objects or items of the session'),
  bytes: f64('bytes of the session'),
  told: f32('score it was last judged by'),
} as const;
export type Session = StateView<typeof SESSION>;

const SILENCE = 5 * 60_000;
/** A mistake is mended at once, or by a person. */
const MEND_WITHIN = 5000;

export const isOver = (session: Session, at: number): boolean =>
  session.calls > 0 && at - session.lastAt > SILENCE;

export function restart(session: Session, at: number): void {
  session.startedAt = at;
  session.calls = session.fast = session.repairs = session.newSteps = 0;
  session.lastFunction = session.wrongFunction = session.records = session.bytes = session.told = 0;
  session.functions.fill(0);
}

/** Takes a call in. */
export function follow(session: Session, event: ApiEvent, o: { fastMs: number; novel: number }): void {
  const here = hash32(event.route, hash32(event.method)) || 1;
  const pause = event.at - session.lastAt;
  if (session.calls > 0 && here !== session.lastFunction) {
    if (pause < o.fastMs) session.fast++;
    if (addStep(session.steps, mix32(here ^ session.lastFunction))) session.newSteps++;
  }
  setBit(session.functions, here % 64);
  noteMistake(session, event, here);
  session.calls++;
  session.lastFunction = here;
  session.lastAt = event.at;
  if (event.status >= 200 && event.status < 300) {
    session.records += Math.max(event.items ?? 0, o.novel);
    session.bytes += event.bytes_out;
  }
}

/** A query that was refused as wrong, then the same function with another shape, which answers. */
function noteMistake(session: Session, { at, status, query_shape }: ApiEvent, here: number): void {
  const shape = hash32(query_shape) || 1;
  if (status === 400 || status === 404 || status === 405 || status === 415 || status === 422) {
    session.wrongFunction = here;
    session.wrongShape = shape;
    session.wrongAt = at;
    return;
  }
  if (here !== session.wrongFunction || status < 200 || status > 299) return;
  if (at - session.wrongAt <= MEND_WITHIN && shape !== session.wrongShape) session.repairs++;
  session.wrongFunction = 0;
}

export function functionsOf(session: Session): number {
  let count = 0;
  for (let i = 0; i < 64; i++) if (hasBit(session.functions, i)) count++;
  return count;
}

/** How much like an agent at work: mended mistakes, breadth, speed, and steps new to the credential. */
export function scoreOf(session: Session): number {
  const calls = Math.max(1, session.calls);
  return (
    Math.min(20, session.repairs) +
    0.5 * Math.max(0, functionsOf(session) - 6) +
    (4 * session.fast) / calls +
    (4 * Math.min(calls, session.newSteps)) / calls
  );
}

const hasBit = (bits: NumberArray, bit: number): boolean =>
  Math.floor(bits.get(bit >>> 5) / 2 ** (bit & 31)) % 2 === 1;
function setBit(bits: NumberArray, bit: number): boolean {
  if (hasBit(bits, bit)) return false;
  bits.set(bit >>> 5, bits.get(bit >>> 5) + 2 ** (bit & 31));
  return true;
}

/** True when the step was new. Full filters forget nothing: a credential with hundreds of steps has no new ones. */
function addStep(steps: NumberArray, step: number): boolean {
  const first = setBit(steps, step % (STEP_WORDS * 32));
  const second = setBit(steps, mix32(step + 1) % (STEP_WORDS * 32));
  return first || second;
}
