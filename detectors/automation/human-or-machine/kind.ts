// Whether a run of calls looks like a person at a screen or like a program: what it calls with, how long it rests, how unevenly.
// Always holds: screens and programs are followed apart, so that a service at work does not hide who uses its key by hand; each is
// told of once an hour at most. Does not promise to know a script that names itself a browser: its calls are nobody's.

import type { ApiEvent } from '../../../schemas/event.ts';
import { f32, f64, type StateView, u8, u32 } from '../../state/fields.ts';

export const RUNS = {
  screenAt: f64('latest call by a program with a screen, ms'),
  lnPauses: f32('sum of ln of the pauses at the screen, ms'),
  lnPausesSquared: f32('sum of their squares'),
  pauses: u8('number of them'),
  programAt: u32('latest call by a program without a screen, seconds'),
  calls: u8('its calls in a row'),
  scripts: u8('of these, by kits that scripts are written with'),
  told: u8('told of this hour: 1 a person, 2 a program, 4 and it is a script'),
} as const;
export type Runs = StateView<typeof RUNS>;

/** `script`: a program that people write for themselves, not one that is given to customers. */
export type Kind = 'person' | 'program' | 'script';

const HOUR = 3_600_000;
const SILENCE = 5 * 60_000;
/** Calls that make a run; at a screen, steps. */
export const LEAST_CALLS = 8;
/** Steps after which a run that is neither is looked at anew. */
const MOST_PAUSES = 64;
/** A page makes several calls at once: what follows sooner is part of the same step. */
const SAME_STEP = 500;
/** People rest for a second and more, and now and then much longer. */
const HUMAN_PAUSE = Math.log(1200);
const HUMAN_SPREAD = 0.6;
/** Of the eight calls. */
const SCRIPT_CALLS = 7;
const PERSON = 1;
const PROGRAM = 2;
const SCRIPT = 4;

/** Families as ingest names them. */
const SCREENS = new Set([
  ...['chrome', 'firefox', 'safari', 'edge', 'opera', 'vivaldi', 'internet-explorer', 'electron'],
  ...['samsung-browser', 'yandex-browser', 'uc-browser', 'webkit', 'gecko', 'mozilla', 'postman', 'insomnia'],
]);
/** Kits of telephones are used by people as well as programs. */
const EITHER = /^(?:$|okhttp|cfnetwork|alamofire|dart|other|unknown|none|bot:)/;
const SCRIPTS =
  /^(?:python|aiohttp|httpx|curl|wget|httpie|powershell|perl|ruby|go-http-client|node|axios|got|java|scrapy|headless-chrome|guzzle|libcurl|aws-cli|boto)/;

/** Takes the call in; the kind it tells, once an hour: of eight calls in a row by a program, or eight steps at a screen. */
export function follow(runs: Runs, { at, client }: ApiEvent): Kind | null {
  const family = client.ua_family;
  if (SCREENS.has(family)) return followScreen(runs, at);
  return EITHER.test(family) ? null : followProgram(runs, at, SCRIPTS.test(family));
}

/** Whether the call continues a run that was told of as one of a person, or else of a script. */
export function continues(runs: Runs, family: string, kind: 'person' | 'script'): boolean {
  if (kind === 'person') return (runs.told & PERSON) !== 0 && SCREENS.has(family);
  return (runs.told & SCRIPT) !== 0 && SCRIPTS.test(family);
}

/** Typical pause of the run at the screen, seconds. */
export const pauseOf = (runs: Runs): number => Math.exp(runs.lnPauses / Math.max(1, runs.pauses)) / 1000;

function followScreen(runs: Runs, at: number): Kind | null {
  const pause = at - runs.screenAt;
  const anew = beginsHour(runs, runs.screenAt, at, PERSON);
  if (anew || Math.abs(pause) > SILENCE || runs.pauses >= MOST_PAUSES)
    runs.pauses = runs.lnPauses = runs.lnPausesSquared = 0;
  else if (pause >= SAME_STEP) {
    const ln = Math.log(pause);
    runs.pauses++;
    runs.lnPauses += ln;
    runs.lnPausesSquared += ln * ln;
  }
  runs.screenAt = at;
  if (runs.pauses < LEAST_CALLS - 1 || (runs.told & PERSON) !== 0) return null;
  const mean = runs.lnPauses / runs.pauses;
  const spread = Math.sqrt(Math.max(0, runs.lnPausesSquared / runs.pauses - mean * mean));
  if (mean < HUMAN_PAUSE || spread < HUMAN_SPREAD) return null;
  runs.told |= PERSON;
  return 'person';
}

function followProgram(runs: Runs, at: number, script: boolean): Kind | null {
  const before = runs.programAt * 1000;
  const anew = beginsHour(runs, before, at, PROGRAM | SCRIPT);
  if (anew || Math.abs(at - before) > SILENCE) runs.calls = runs.scripts = 0;
  runs.programAt = Math.floor(at / 1000);
  runs.calls++;
  if (script) runs.scripts++;
  if (runs.calls !== LEAST_CALLS || (runs.told & PROGRAM) !== 0) return null;
  runs.told |= PROGRAM;
  if (runs.scripts < SCRIPT_CALLS) return 'program';
  runs.told |= SCRIPT;
  return 'script';
}

/** What was told last hour may be told again, of a run that begins now. */
function beginsHour(runs: Runs, before: number, at: number, kinds: number): boolean {
  if ((runs.told & kinds) === 0 || Math.floor(before / HOUR) === Math.floor(at / HOUR)) return false;
  runs.told &= ~kinds;
  return true;
}
