// One `keytrail detect` process, or another service, that may be killed at any moment.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Member {
  readonly pid: number;
  /** Resolves once it has partitions, or has said `ready`; rejects with its log when it ends before. */
  readonly working: Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  log(): string;
}

const LAST_WORDS = 20_000;

export interface MemberOptions {
  /** Arguments of node that run the command line; default: the sources. */
  program?: readonly string[];
  command?: string;
  ready?: RegExp;
}

const SOURCES = ['--import', 'tsx', 'services/main.ts'];

export function startMember(configFile: string, o: MemberOptions = {}): Member {
  const { program = SOURCES, command = 'detect', ready = /"msg":"partitions assigned"/ } = o;
  const child = spawn(process.execPath, [...program, command, '-c', configFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, KAFKA_BROKERS: '', CLICKHOUSE_URL: '' },
  });
  let log = '';
  const working = new Promise<void>((resolve, reject) => {
    const hear = (text: Buffer): void => {
      log = (log + text).slice(-LAST_WORDS);
      if (ready.test(log)) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}:\n${log}`)));
  });
  working.catch(() => undefined);
  return {
    pid: child.pid!,
    working,
    log: () => log,
    kill: () => end(child, 'SIGKILL').then(() => undefined),
    stop: () => end(child, 'SIGTERM'),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
  return child.exitCode;
}
