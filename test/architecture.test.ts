// Holds the project's structure: imports go schemas ← detectors ← services, each outside dependency stays in its
// folder, and every file says what it is for.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

const layers = ['schemas', 'detectors', 'services'];
const sources = layers.flatMap((layer) =>
  readdirSync(layer, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(layer, name)),
);

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
    ),
  ].map((match) => (match[1] ?? match[2] ?? match[3]) as string);
}

const layerOf = (path: string) => layers.indexOf(path.split('/')[0] ?? '');

test('imports go one way: schemas, then detectors, then services', () => {
  const wrong: string[] = [];
  for (const file of sources) {
    for (const target of importsOf(file).filter((name) => name.startsWith('.'))) {
      const to = layerOf(normalize(join(dirname(file), target)));
      if (to === -1 || to > layerOf(file)) wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('schemas and detectors are pure: no node: modules, no package but zod', () => {
  const wrong = sources
    .filter((file) => layerOf(file) < 2)
    .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
    .filter(({ target }) => !target.startsWith('.') && target !== 'zod');
  assert.deepEqual(wrong, []);
});

test('schemas and detectors read no clock and no randomness', () => {
  const wrong = sources
    .filter((file) => layerOf(file) < 2)
    .filter((file) =>
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bprocess\./.test(
        readFileSync(file, 'utf8'),
      ),
    );
  assert.deepEqual(wrong, []);
});

const HOMES: Record<string, string | readonly string[]> = {
  kafkajs: 'services/bus/',
  'lz4-napi': 'services/bus/',
  '@clickhouse/client': 'services/store/',
  chdb: 'services/store/',
  'ffi-rs': 'services/store/',
  'node-cron': 'services/hunt/',
  'mmdb-lib': 'services/ingest/source/',
  // Reading tokens of callers, and verifying those of security event transmitters.
  jose: ['services/ingest/identify/', 'services/facts/caep.ts'],
  standardwebhooks: 'services/deliver/',
};

test('each outside dependency is imported in one folder only', () => {
  const wrong = sources.flatMap((file) =>
    importsOf(file)
      .map((target) => ({
        target,
        home: Object.entries(HOMES).find(([name]) => target === name || target.startsWith(`${name}/`))?.[1],
      }))
      .filter(({ home }) => home !== undefined && ![home].flat().some((place) => file.startsWith(place)))
      .map(({ target }) => `${file} imports ${target}`),
  );
  assert.deepEqual(wrong, []);
});

test('every source file opens with a comment that says what it is for', () => {
  const wrong = sources.filter((file) => {
    const text = readFileSync(file, 'utf8').replace(/^#!.*\n/, '');
    return !/^\/\/ \S/.test(text);
  });
  assert.deepEqual(wrong, []);
});

test('no detector knows a path or name of the benchmark’s generator', () => {
  const generator = readdirSync('test/scenarios', { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(?:world|attacks|negatives)\/.*\.ts$/.test(name))
    .map((name) => readFileSync(join('test/scenarios', name), 'utf8'));
  const literals = new Set(
    generator.flatMap((text) =>
      [...text.matchAll(/'(\/(?:v\d|files)\/[a-z0-9/-]+|mobile-app|searchbot|shop-sdk)/g)].map(
        ([, one]) => one!,
      ),
    ),
  );
  assert.ok(literals.size > 30, `${literals.size} literals`);
  const wrong = sources
    .filter((file) => file.startsWith('detectors/') && !file.endsWith('cases.ts'))
    .flatMap((file) => {
      // Comments may name examples.
      const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
      return [...literals]
        .filter((literal) => code.includes(literal))
        .map((literal) => `${file}: ${literal}`);
    });
  assert.deepEqual(wrong, []);
});
