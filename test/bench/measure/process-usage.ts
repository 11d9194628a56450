// CPU time and memory of another process, from /proc: Linux only. All threads of the process count.

import { readFileSync } from 'node:fs';

/** proc(5): clock ticks of /proc/PID/stat are hundredths of a second on every Linux that Node runs on. */
const TICK_NS = 10_000_000;

/** CPU time in nanoseconds since the process began. */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold anything; what follows it are fields 3 and on, of which 14 and 15 are user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_NS;
}

/** Resident bytes. */
export function residentOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
