// A problem in words: what is wrong, and what to do next.

/** `fail`: the process does not do its work now. `warn`: it does, and somebody should look. */
export type Level = 'warn' | 'fail';

export interface Problem {
  /** Stable, for alerts: `store-away`, `gateway-silent`. */
  name: string;
  level: Level;
  /** Which gateway, destination or disk; '' where there is only one. */
  about: string;
  what: string;
  next: string;
}

const MINUTE = 60_000;

/** `12 s`, `3 min`, `2 h 5 min`, `4 d 3 h`: as exact as people need it. */
export function spanInWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const rest = hours % 24;
  return rest === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${rest} h`;
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en');

/** `1 event`, `2,000 events`. */
export const counted = (count: number, one: string): string =>
  `${whole(count)} ${count === 1 ? one : `${one}s`}`;

/** `invalid-json 40, empty 2`, most first. */
export function reasonsInWords(reasons: Readonly<Record<string, number>>, most = 4): string {
  const sorted = Object.entries(reasons)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, most).map(([reason, count]) => `${reason} ${whole(count)}`);
  return [...shown, ...(sorted.length > most ? ['…'] : [])].join(', ');
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function bytesInWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export function worstOf(problems: readonly Problem[]): 'ok' | Level {
  if (problems.some(({ level }) => level === 'fail')) return 'fail';
  return problems.length > 0 ? 'warn' : 'ok';
}
