// `npm test`: lint, types, dead code, then every test file, two at a time, against one real Kafka broker when there is
// one. Quiet: a line per step, failures in full, and a closing line with the counts. Exits 1 when anything failed.
//
//   npm test                     everything
//   npm test -- routes engine    only test files whose path contains one of the words (no lint, types, dead code)

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { startBroker } from './kafka/broker.ts';

const words = process.argv.slice(2);
const started = Date.now();
let failures = 0;

const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function step(name: string, command: string, args: string[]): void {
  const result = spawnSync(command, args, { encoding: 'utf8' });
  if (result.status === 0) {
    say(`ok    ${name} (${seconds()})`);
  } else {
    failures += 1;
    say(`FAIL  ${name}\n${result.stdout ?? ''}${result.stderr ?? ''}`);
  }
}

function testFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
    .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
    .sort();
}

/** What node:test says about one test, as far as it is used here. */
interface TestEvent {
  name: string;
  nesting: number;
  file?: string;
  skip?: string | boolean;
  details?: { type?: string; error?: { cause?: unknown } & Error };
}

async function tests(files: string[]): Promise<{ passed: number; failed: number; skipped: number }> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const stream = run({ files, concurrency: 2, timeout: 600_000 });
  const isTest = (event: TestEvent) => event.details?.type !== 'suite' && event.name !== event.file;
  stream.on('test:pass', (event: TestEvent) => {
    if (!isTest(event)) return;
    if (event.skip !== undefined) {
      counts.skipped += 1;
      say(`skip  ${event.name}${typeof event.skip === 'string' && event.skip ? `: ${event.skip}` : ''}`);
    } else counts.passed += 1;
  });
  stream.on('test:fail', (event: TestEvent) => {
    counts.failed += 1;
    const cause = event.details?.error?.cause;
    say(`FAIL  ${event.file ? `${relative('.', event.file)} › ` : ''}${event.name}`);
    say(
      String(cause instanceof Error ? cause.stack : (cause ?? event.details?.error?.message)).replace(
        /^/gm,
        '      ',
      ),
    );
  });
  stream.on('test:stderr', (event: { message: string }) => process.stderr.write(event.message));
  for await (const _ of stream) {
    // Consuming the stream runs the tests.
  }
  return counts;
}

if (words.length === 0) {
  step('lint', 'npx', ['biome', 'check', '--error-on-warnings', '.']);
  step('types', 'npx', ['tsc', '-p', '.']);
  step('dead code', 'npx', ['knip', '--no-progress']);
}
const files = testFiles('test');
const broker = files.some(
  (file) => file.includes('kafka') || file.includes('integration') || file.includes('bus'),
)
  ? await startBroker()
  : null;
if (broker) process.env.KAFKA_BROKERS = broker.brokers.join(',');
try {
  const { passed, failed, skipped } = await tests(files);
  failures += failed;
  say(`${passed} passed, ${failed} failed, ${skipped} skipped`);
} finally {
  await broker?.close();
}
process.exitCode = failures > 0 ? 1 : 0;
