// The child process around the ClickHouse engine: how it is spawned, watched and ended.
// Always holds: it ends when this process ends (the pipe at descriptor 3 closes) or when stop() is called.

import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** Kept of what the engine printed on stderr, from the end. */
const LAST_WORDS = 2000;
/** After this the process is killed; stored data survives that. */
const STOP_TIMEOUT_MS = 15_000;

export interface RunningEngine {
  readonly pid: number;
  readonly running: boolean;
  readonly exited: Promise<void>;
  /** The end of what it printed on stderr, at most 2,000 characters. */
  lastWords(): string;
  stop(): Promise<void>;
}

/** Spawns the engine with ClickHouse's own command-line arguments. */
export function spawnEngine(args: readonly string[]): RunningEngine {
  // Run from TypeScript sources when this file is one; then the child needs the same loader as its parent.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const entry = fileURLToPath(new URL(`./engine-process.${extension}`, import.meta.url));
  const child = spawn(process.execPath, [...loaderFlags(process.execArgv), entry, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-LAST_WORDS);
  });
  const lifeline = child.stdio[3] as Writable;
  lifeline.on('error', () => {});
  let running = true;
  const exited = new Promise<void>((done) => {
    const end = () => {
      running = false;
      done();
    };
    child.once('exit', end);
    child.once('error', end);
  });
  return {
    pid: child.pid ?? 0,
    get running() {
      return running;
    },
    exited,
    lastWords: () => words.trim(),
    stop: () => stop(child, lifeline, exited),
  };
}

async function stop(child: ChildProcess, lifeline: Writable, exited: Promise<void>): Promise<void> {
  lifeline.destroy();
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}

/** Of the parent's own flags, those that load TypeScript; not its test runner, debugger or profiler. */
function loaderFlags(flags: readonly string[]): string[] {
  const kept: string[] = [];
  for (const [index, flag] of flags.entries()) {
    if (!/^(?:--import|--require|-r|--loader|--experimental-loader)(?:=|$)/.test(flag)) continue;
    kept.push(flag);
    const value = flags[index + 1];
    if (!flag.includes('=') && value !== undefined) kept.push(value);
  }
  return kept;
}
