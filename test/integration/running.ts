// A keytrail service as a process of its own, as an operator runs it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Running {
  /** Everything it has logged so far. */
  log(): string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Resolves once the process has logged that it runs; rejects with its log when it ends before. */
export async function start(command: string, configFile: string): Promise<Running> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'services/main.ts', command, '-c', configFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, KAFKA_BROKERS: '', CLICKHOUSE_URL: '' },
  });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (text: Buffer) => {
      log += text;
      if (/"msg":"(ingest runs|detection runs|delivering)"/.test(log)) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`keytrail ${command} ended with ${code}:\n${log}`)));
  });
  return {
    log: () => log,
    async stop() {
      if (child.exitCode !== null) return child.exitCode;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
      return child.exitCode;
    },
  };
}
