// D15's ledger: who holds far more than peers that made as many requests, though nothing about it was ever sudden.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  caller,
  HOUR,
  MINUTE,
  place,
  range,
  read,
  START,
  scattered,
  stream,
  together,
  work,
} from '../../detectors/cases.ts';
import { CATALOGUE } from '../../detectors/catalogue.ts';
import { createEngine } from '../../detectors/engine.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import { tuning } from '../../schemas/tuning.ts';

const collection = '/v1/customers';
const at = (n: number) => place({ ip: `192.0.2.${n}`, asn: 64_600 + n, country: 'DE' });
const peers = (): ApiEvent[] =>
  range(1, 120).flatMap((n) =>
    stream(
      caller(`peer-${n}`, at(n), { client: 'partner' }),
      { from: START + n * MINUTE, every: HOUR / 2, seed: n },
      work({ collection, count: 1030, pool: scattered(40, 90_000, n).map(String), seed: n }),
    ),
  );
const patient = (): ApiEvent[] =>
  stream(
    caller('patient', at(200), { client: 'partner' }),
    { from: START, every: HOUR, seed: 7 },
    read(collection, scattered(1000, 90_000, 77)),
  );

function claims(ledgerFloor: number): string[] {
  const engine = createEngine({
    detectors: CATALOGUE.filter(({ meta }) => meta.id === 'D15'),
    tuning: tuning.parse({ detectors: { D15: { ledgerFloor } } }),
  });
  return together(peers(), patient()).flatMap((event) =>
    engine.process(event).findings.map(({ lineage, claim }) => `${lineage} ${claim}`),
  );
}

test('one object an hour for weeks, never returning, is told once it holds many times what its peers do', () => {
  const told = claims(400);
  assert.ok(told.length >= 1 && told.length <= 2, told.join('\n'));
  assert.match(
    told[0]!,
    /^patient holds \d+ different objects after \d+ requests; 99 of 100 peers hold at most \d+/,
  );
});

test('below the floor it is not compared', () => {
  assert.deepEqual(claims(2000), []);
});
