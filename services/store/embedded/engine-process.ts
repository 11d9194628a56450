// Entry of the child process that is the embedded ClickHouse server: loads libchdb and runs it until its parent is gone.
// Always holds: the server lives exactly as long as the pipe at descriptor 3 is open, however the parent ends.
// Does not promise: a clean shutdown when it takes longer than the grace period; the data survives a kill anyway.

import { closeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';

/** Descriptor of the pipe to the parent; its end is the order to stop. */
const LIFELINE = 3;
const SHUTDOWN_GRACE_MS = 10_000;

const require = createRequire(import.meta.url);
const { open, load, DataType } = require('ffi-rs') as typeof import('ffi-rs');
const { libchdbPath } = require('chdb/libchdb') as typeof import('chdb/libchdb');

const hold = holdStandardInput();
const lifeline = new Socket({ fd: LIFELINE });
lifeline.on('error', stop);
lifeline.on('end', stop);
lifeline.resume();
// Ctrl-C reaches the whole process group of a terminal; the parent decides when the store ends, not the terminal.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('SIGTERM', stop);

open({ library: 'chdb', path: libchdbPath() });
const argv = ['clickhouse', ...process.argv.slice(2)];
await load({
  library: 'chdb',
  funcName: 'chdb_query_cmdline',
  retType: DataType.I32,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [argv.length, argv],
  runInNewThread: true,
});
process.exit(0);

/**
 * The engine serves while its last query reads standard input, and it can only open a real pipe there (Node gives
 * children sockets). So this makes one; returns the writing end, whose closing ends the query and the server.
 */
function holdStandardInput(): number {
  open({ library: 'libc', path: '' });
  const ends = Buffer.alloc(8);
  const call = (funcName: string, types: number[], values: (Buffer | number)[]) => {
    const result = load({
      library: 'libc',
      funcName,
      retType: DataType.I32,
      paramsType: types,
      paramsValue: values,
    });
    if (result < 0) throw new Error(`${funcName}() failed`);
  };
  call('pipe', [DataType.U8Array], [ends]);
  const [reading, writing] = [ends.readInt32LE(0), ends.readInt32LE(4)];
  call('dup2', [DataType.I32, DataType.I32], [reading, 0]);
  closeSync(reading);
  return writing;
}

function stop(): void {
  if (lifeline.destroyed) return;
  lifeline.destroy();
  closeSync(hold);
  setTimeout(() => process.exit(0), SHUTDOWN_GRACE_MS).unref();
}
