// Memory of credentials with one event each: row, key and Map entry, by the process's own account. Needs --expose-gc.

import { createEngine } from '../../../detectors/engine.ts';
import { call, START } from '../../detectors/engine/traffic.ts';

export function lightMemory(credentials: number) {
  const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});
  const engine = createEngine({ maxCredentials: credentials });
  engine.process(call({ at: START, lineage: 'first' }));
  collect();
  const before = process.memoryUsage();
  for (let i = 0; i < credentials - 1; i++)
    engine.process(
      call({ at: START + i, lineage: `key:${(i * 40_503) % 2 ** 24}:${String(i).padStart(24, '0')}` }),
    );
  collect();
  const after = process.memoryUsage();
  const used = after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers;
  return {
    credentials,
    bytes_per_credential: Math.round(used / credentials),
    evictions: engine.statistics().evictions,
  };
}
