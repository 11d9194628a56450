// Whether the detectors' e-values mean what they say: on ordinary days at most one credential in ten may show e ≥ 10, one in a
// hundred e ≥ 100, one in a thousand e ≥ 1,000 (Markov's inequality). Counted per detector over the last 28 days.
// Always holds: a credential counts once per detector and day. Attacks count too, so a bad day is a reason to look, not proof;
// nothing is corrected by itself, since an attacker could then teach the detectors to be deaf.

const LEVELS = [1, 2, 3] as const;
const DAYS = 28;
const DAY = 86_400_000;
const MOST_PER_DAY = 50_000;
/** Credential-days below which nothing is said. */
const LEAST = 200;

export interface DetectorHealth {
  detector: string;
  /** Active credentials, summed over days. */
  credentialDays: number;
  /** Credential-days with e at least 10, 100, 1,000. */
  reached: number[];
  /** Null while too little was seen; false when they are more than chance allows. */
  calibrated: boolean | null;
}

export interface Calibration {
  /** A credential's first event of a UTC day. */
  active(at: number): void;
  /** @param credential its tenant and lineage, hashed */
  note(position: number, credential: () => number, logE: number, at: number): void;
  health(): DetectorHealth[];
  save(): unknown;
  load(stored: unknown): void;
}

interface DayCount {
  day: number;
  active: number;
  /** Per detector, per level. */
  reached: number[][];
}

export function createCalibration(detectors: readonly string[]): Calibration {
  let days: DayCount[] = [];
  /** Highest level reached today, by detector and credential. */
  const today = new Map<number, number>();
  const dayOf = (at: number): DayCount => {
    const day = Math.floor(at / DAY);
    const last = days.at(-1);
    if (last !== undefined && day <= last.day) return last;
    today.clear();
    const next = { day, active: 0, reached: detectors.map(() => LEVELS.map(() => 0)) };
    days = [...days.filter((one) => day - one.day < DAYS), next];
    return next;
  };
  return {
    active(at) {
      dayOf(at).active++;
    },
    note(position, credential, logE, at) {
      const level = Math.min(LEVELS.length, Math.floor(logE / Math.LN10));
      if (level < 1) return;
      const day = dayOf(at);
      const key = position * 2 ** 32 + credential();
      const before = today.get(key) ?? 0;
      if (level <= before || today.size >= MOST_PER_DAY) return;
      today.set(key, level);
      for (let i = before; i < level; i++) day.reached[position]![i]! += 1;
    },
    health() {
      const active = days.reduce((sum, day) => sum + day.active, 0);
      return detectors.map((detector, position) => {
        const reached = LEVELS.map((_, i) => days.reduce((sum, day) => sum + day.reached[position]![i]!, 0));
        const within = LEVELS.every((k, i) => reached[i]! <= mostByChance(active, 10 ** -k));
        return { detector, credentialDays: active, reached, calibrated: active < LEAST ? null : within };
      });
    },
    save: () => ({ detectors, days, today: [...today] }),
    load(stored) {
      const given = stored as
        | { detectors: string[]; days: DayCount[]; today?: [number, number][] }
        | undefined;
      if (given?.detectors.join() !== detectors.join()) return;
      days = given.days;
      for (const [key, level] of given.today ?? []) today.set(key, level);
    },
  };
}

/** Upper bound of a binomial count that chance passes about once in a thousand times. */
function mostByChance(n: number, p: number): number {
  return n * p + 3.1 * Math.sqrt(n * p * (1 - p)) + 3;
}
