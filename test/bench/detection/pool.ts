// Spreads tasks over processes; a task that fails ends the run with its error.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Task } from './plan.ts';
import type { CellResult } from './results.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

export function runAll(
  tasks: readonly Task[],
  o: { jobs: number; onResult: (result: CellResult) => void },
): Promise<void> {
  const waiting = [...tasks];
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(WORKER, {
        execArgv: process.execArgv,
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      child.on('message', (message: { result?: CellResult; ready?: boolean }) => {
        if (message.result) o.onResult(message.result);
        if (!message.ready) return;
        const task = waiting.shift();
        if (task) child.send(task);
        else child.disconnect();
      });
      child.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`a process of the benchmark ended with ${code}`)),
      );
    });
  return Promise.all(Array.from({ length: Math.min(o.jobs, tasks.length) }, one)).then(() => undefined);
}
