// Ends hours, days and weeks of a credential's row as its event times pass them, and judges whether an event is in time.
// Always holds: what a complete hour or day taught is final; one with a suspicious event teaches nothing; peer groups are
// taught once per complete hour. An event of an hour already complete is learned, except into that hour.

import { CREDENTIAL_KINDS } from '../../schemas/event.ts';
import type { CredentialRows } from './credential-rows.ts';
import { FLAG } from './fields.ts';
import type { Hourly } from './hourly.ts';
import type { Moment } from './moment.ts';
import type { WeekProfile } from './week-profile.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LATENESS = 10 * 60_000;
const FUTURE = 7 * DAY;
const CLOCK_WRONG_AFTER = 64;
const RATE_HALF_LIFE_DAYS = 15;
const PERIOD_DAYS = 28;

/** Shares of one credential as they stand at the end of an hour. */
export interface TaughtHour {
  logBytes: number;
  logRequests: number;
  /** -1 when it touched no object. */
  novelShare: number;
  missShare: number;
}

export interface Calendar {
  /** Begins the row of a credential never seen before. */
  start(): void;
  /** Ends the periods that the event lies beyond; says through `now.inTime` whether it may be learned. */
  keepTime(watermark: number): void;
}

export function createCalendar(o: {
  rows: CredentialRows;
  now: Moment;
  bytes: Hourly;
  requests: Hourly;
  novelObjects: Hourly;
  week: WeekProfile;
  mature: () => boolean;
  /** Gives the hour to the credential's groups. */
  teach: (hour: TaughtHour) => void;
}): Calendar {
  const { rows, now, bytes, requests, novelObjects, week, mature } = o;
  const { core, heavy } = rows;
  const quantities = [bytes, requests, novelObjects];
  const ending = { tainted: false, capped: false, hours: 0 };
  const peerHour: TaughtHour = { logBytes: 0, logRequests: 0, novelShare: 0, missShare: 0 };
  /** Shares of the credential as it stands, given to its groups once per complete hour. */
  const teachGroups = (logBytes: number, logRequests: number): void => {
    const trials = core.novelTrials;
    const answers = core.answers;
    peerHour.logBytes = logBytes;
    peerHour.logRequests = logRequests;
    peerHour.novelShare = trials > 0 ? core.novelHits / trials : -1;
    peerHour.missShare = answers > 0 ? core.misses / answers : 0;
    o.teach(peerHour);
  };
  const endHour = (capped: boolean): void => {
    const { flags, hours } = core;
    ending.tainted = (flags & FLAG.hourTainted) !== 0;
    ending.capped = capped;
    ending.hours = hours;
    const logBytes = bytes.endHour(ending);
    const logRequests = requests.endHour(ending);
    novelObjects.endHour(ending);
    if (!ending.tainted) {
      core.hours = hours + 1;
      if (!now.anonymous && core.seen > 0) teachGroups(logBytes, logRequests);
    }
    core.flags = flags & ~FLAG.hourTainted;
    core.hour = now.hour;
  };
  const endDay = (capped: boolean): void => {
    ending.tainted = (core.flags & FLAG.dayTainted) !== 0;
    ending.capped = capped;
    for (const quantity of quantities) quantity.endDay(ending);
    core.flags &= ~FLAG.dayTainted;
    core.day = now.day;
    core.activeDays += 1;
    const keep = 2 ** (-(now.day - core.decayDay) / RATE_HALF_LIFE_DAYS);
    core.decayDay = now.day;
    core.novelHits *= keep;
    core.novelTrials *= keep;
    core.failures *= keep;
    core.misses *= keep;
    core.answers *= keep;
    if (now.busy) endWeek();
  };
  const endWeek = (): void => {
    if (now.day - heavy.periodDay >= PERIOD_DAYS) {
      heavy.periodDay = now.day;
      for (const quantity of quantities) quantity.endPeriod();
    }
    const weeks = Math.floor((now.day - heavy.anchorDay) / 7);
    if (weeks < 1) return;
    heavy.anchorDay = now.day;
    // The growth cap binds once a week's anchor was taken from a mature past.
    if (mature()) {
      core.flags |= FLAG.anchored;
      for (const quantity of quantities) quantity.endWeek();
    }
    week.fade(2 ** (-weeks / 4));
  };
  const roll = (): void => {
    if (now.hour <= core.hour) return;
    const capped = now.busy && (core.flags & FLAG.anchored) !== 0;
    endHour(capped);
    if (now.day > core.day) endDay(capped);
  };
  const start = (): void => {
    core.firstAt = core.lastAt = now.event.at;
    core.hour = now.hour;
    core.day = core.decayDay = now.day;
    core.activeDays = 1;
    core.kind = CREDENTIAL_KINDS.indexOf(now.event.credential.kind);
    if (now.event.credential.display !== now.event.credential.lineage)
      rows.rows.setText(now.slot, now.event.credential.display);
  };
  /** A clock that ran ahead would make the credential blind until time catches up. */
  const setClockBack = (): void => {
    core.lastAt = now.event.at;
    core.hour = now.hour;
    core.day = core.decayDay = now.day;
    core.flags |= FLAG.hourTainted | FLAG.dayTainted;
    core.lateRun = 0;
  };
  const keepTime = (watermark: number): void => {
    const late = now.event.at < core.lastAt - LATENESS;
    core.lateRun = late ? core.lateRun + 1 : 0;
    if (late && core.lateRun >= CLOCK_WRONG_AFTER) setClockBack();
    now.inTime = !late && (watermark === 0 || now.event.at <= watermark + FUTURE);
    if (now.inTime) roll();
  };

  return { start, keepTime };
}
