// A log read in a thread of its own gives what it gives in one thread: the same events in the same order, refusals, formats, routes,
// incidents and errors. And parcels give back the events that were packed.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { config } from '../../../schemas/config.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import type { Rejection } from '../../../schemas/rejection.ts';
import { tuningOf } from '../../../services/config.ts';
import { InputError } from '../../../services/ingest/read/input.ts';
import { createPacker, createUnpacker } from '../../../services/scan/parcel.ts';
import { type ScanOptions, scan } from '../../../services/scan/scan.ts';
import { arbitraryEvent } from '../../arbitrary/event.ts';

const dir = await mkdtemp(join(tmpdir(), 'keytrail-threads-'));
const kong = join(dir, 'kong.ndjson.gz');
const sample = gunzipSync(await readFile('samples/larkfield-kong.ndjson.gz'))
  .toString()
  .split('\n');
await writeFile(kong, gzipSync(sample.slice(0, 3500).join('\n')));
after(() => rm(dir, { recursive: true }));

const settings = config.parse({});

async function scanned(paths: string[], threaded: boolean, more: Partial<ScanOptions> = {}) {
  const events: string[] = [];
  const rejections: Rejection[] = [];
  const formats: string[][] = [];
  const { summary, incidents, routes } = await scan({
    paths,
    format: 'auto',
    formatOptions: {},
    normaliser: {
      extractors: settings.identity.extractors,
      hmacKey: Buffer.alloc(32, 3),
      tenant: 'default',
      environment: 'test',
      trustedProxies: [],
    },
    sourceFiles: {},
    tuning: tuningOf(settings),
    now: () => 0,
    onEvent: (event) => void events.push(JSON.stringify(event)),
    onRejection: (rejection) => void rejections.push(rejection),
    onFormat: (...found) => void formats.push(found),
    threaded,
    ...more,
  });
  return { summary, incidents, routes, events, rejections, formats };
}

function combinedLog(from: number, count: number): string {
  let text = '';
  for (let i = from; i < from + count; i++) {
    const time = new Date(Date.UTC(2026, 0, 5) + i * 700).toISOString().slice(11, 19);
    const who = i % 37 === 0 ? '-' : `partner-${i % 23}`;
    text += `203.0.113.${i % 29} - ${who} [05/Jan/2026:${time} +0000] "GET /v1/things/${100_000 + ((i * 7919) % 900)}?page=${i % 9} HTTP/1.1" 200 ${i} "-" "curl/8.${i % 3}"\n`;
    if (i % 101 === 0) text += 'no line of any log\n';
  }
  return text;
}

describe('a threaded reader', () => {
  it('gives what reading in one thread gives', async () => {
    const logs = [join(dir, 'a.log'), join(dir, 'b.log'), join(dir, 'refused.log')];
    await writeFile(logs[0]!, combinedLog(0, 2500));
    await writeFile(logs[1]!, combinedLog(1200, 2500));
    await writeFile(logs[2]!, 'not a line\n'.repeat(4000));
    for (const paths of [[kong], logs]) {
      const one = await scanned(paths, false);
      const two = await scanned(paths, true);
      assert.ok(one.events.length > 3000 && one.formats.length > 0);
      assert.deepEqual(two, one);
    }
  });

  it('gives the same errors', async () => {
    for (const threaded of [false, true]) {
      const missing = scanned([join(dir, 'none.log')], threaded);
      await assert.rejects(missing, (error) => error instanceof InputError && error.problem === 'missing');
      const wrong = scanned([kong], threaded, {
        format: 'kong',
        normaliser: { ...normaliserOf(), trustedProxies: ['x'] },
      });
      await assert.rejects(wrong, /trusted proxy "x" is not an address/);
    }
  });

  it('stops when the scan does', async () => {
    const refused = scanned([kong], true, {
      onEvent: () => {
        throw new Error('the disk is full');
      },
    });
    await assert.rejects(refused, /the disk is full/);
  });
});

const normaliserOf = (): ScanOptions['normaliser'] => ({
  extractors: settings.identity.extractors,
  hmacKey: Buffer.alloc(32, 3),
  tenant: 'default',
  environment: 'test',
  trustedProxies: [],
});

describe('parcels', () => {
  it('give back the events that were packed, as structured cloning sends them', () => {
    const pack = createPacker();
    const unpack = createUnpacker();
    fc.assert(
      fc.property(fc.array(arbitraryEvent, { maxLength: 12 }), (events: ApiEvent[]) => {
        const twice = structuredClone([...events, ...events]);
        assert.deepEqual(unpack(structuredClone(pack(twice))), twice);
      }),
      { numRuns: 200 },
    );
  });

  it('keep their tables bounded', () => {
    const pack = createPacker();
    const unpack = createUnpacker();
    // As a clone: what comes back has the prototype of plain objects.
    const [event] = structuredClone(fc.sample(arbitraryEvent, { numRuns: 1, seed: 1 }));
    let times = 0;
    for (let i = 0; i < 80; i++) {
      const events = Array.from({ length: 1000 }, (_, k) => ({
        ...event!,
        route: `/v1/${i}/${k}`,
        credential: { ...event!.credential },
      }));
      const parcel = pack(events);
      if (parcel.anew) times++;
      assert.deepEqual(unpack(parcel), events);
    }
    assert.equal(times, 2);
  });
});
