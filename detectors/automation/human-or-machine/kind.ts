// Whether a session looks like a person at a screen or a program: what it calls with, how long it rests between calls, and how
// unevenly.
// Always holds: only sessions of eight calls and more are told, and none whose client program is unknown; what lies between is
// neither. A session ends with five minutes of silence.

import type { ApiEvent } from '../../../schemas/event.ts';
import { f32, f64, type StateView, u8, u16 } from '../../state/fields.ts';

export const SESSION = {
  lastAt: f64('latest call, ms'),
  calls: u16('calls of the session'),
  lnPauses: f32('sum of ln of the pauses, ms'),
  lnPausesSquared: f32('sum of their squares'),
  screens: u16('calls by a program with a screen'),
  programs: u16('calls by a program without'),
  told: u8('1 once the session was told of'),
} as const;
export type Session = StateView<typeof SESSION>;

const SILENCE = 5 * 60_000;
const LEAST_CALLS = 8;
const SCREEN = /^(?:chrome|chromium|firefox|safari|edge|opera|samsung|brave|vivaldi|ie|postman|insomnia)/i;
/** Telephones' kits are used by people as well as programs. */
const EITHER = /^(?:okhttp|cfnetwork|dart|unknown|none|bot:)/i;
/** People rest for a second and more, and now and then much longer. */
const HUMAN_PAUSE = 1200;
const HUMAN_SPREAD = 0.6;
const MACHINE_PAUSE = 700;

export const isOver = (session: Session, at: number): boolean =>
  session.calls > 0 && at - session.lastAt > SILENCE;

export function restart(session: Session): void {
  session.calls = session.screens = session.programs = session.told = 0;
  session.lnPauses = session.lnPausesSquared = 0;
}

export function follow(session: Session, { at, client }: ApiEvent): void {
  if (session.calls > 0) {
    const ln = Math.log(Math.max(1, at - session.lastAt));
    session.lnPauses += ln;
    session.lnPausesSquared += ln * ln;
  }
  session.calls++;
  session.lastAt = at;
  if (SCREEN.test(client.ua_family)) session.screens++;
  else if (client.ua_family !== '' && !EITHER.test(client.ua_family)) session.programs++;
}

/** `null`: too short, or neither. */
export function kindOf(session: Session): 'person' | 'program' | null {
  const pauses = session.calls - 1;
  if (session.calls < LEAST_CALLS) return null;
  const mean = session.lnPauses / pauses;
  const spread = Math.sqrt(Math.max(0, session.lnPausesSquared / pauses - mean * mean));
  const typical = Math.exp(mean);
  if (session.screens >= 0.8 * session.calls)
    return typical >= HUMAN_PAUSE && spread >= HUMAN_SPREAD
      ? 'person'
      : typical < MACHINE_PAUSE
        ? 'program'
        : null;
  if (session.programs >= 0.8 * session.calls) return 'program';
  return null;
}
