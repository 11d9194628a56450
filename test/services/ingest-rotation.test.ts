// What logrotate does to a followed file, while it is followed and while nobody follows: every line is read once, in order, and
// each with the id it would have had undisturbed.

import assert from 'node:assert/strict';
import {
  appendFile,
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import pino from 'pino';
import { type Follower, startFollower } from '../../services/ingest/follow/follower.ts';
import { createIntake } from '../../services/ingest/intake.ts';
import { seeded } from '../scenarios/random.ts';
import { logLine, type MemorySink, memorySink, normalisers, numberOf, Outage } from './ingest-sources.ts';

const normaliserFor = normalisers();
const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${logLine(from + i)}\n`).join('');
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

let dir = '';
let log = '';
let sink: MemorySink;
let follower: Follower | null = null;
let warnings: string[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keytrail-rotation-'));
  log = join(dir, 'access.log');
  sink = memorySink();
  warnings = [];
});
afterEach(async () => {
  await follower?.close();
  await rm(dir, { recursive: true });
});

const logger = pino({ level: 'warn' }, { write: (line) => void warnings.push(JSON.parse(line).msg) });

async function start(o: { pollMs: number; graceMs: number } = { pollMs: 20, graceMs: 60 }): Promise<void> {
  follower = await startFollower({
    files: [log],
    directory: join(dir, 'data'),
    ...o,
    intake: createIntake({ sink }),
    normaliserFor: () => normaliserFor('combined'),
    logger,
  });
}

const seen = (count: number) => sink.until(() => sink.events.length >= count);

/** Reads lines 1 to `to`, then nobody follows any more. */
async function readAndLeave(to: number): Promise<void> {
  await writeFile(log, lines(1, to));
  await start();
  await seen(to);
  await follower!.close();
}

/** `access.log.1` → `access.log.2` and so on, `access.log` → `access.log.1`, as logrotate does. */
async function rotate(): Promise<void> {
  const names = await readdir(dir);
  for (let n = 9; n >= 1; n--)
    for (const ending of ['', '.gz'])
      if (names.includes(`access.log.${n}${ending}`))
        await rename(`${log}.${n}${ending}`, `${log}.${n + 1}${ending}`);
  await rename(log, `${log}.1`);
}

async function compress(file: string): Promise<void> {
  await writeFile(`${file}.gz`, gzipSync(await readFile(file)));
  await unlink(file);
}

async function copyTruncate(): Promise<void> {
  await copyFile(log, `${log}.1`);
  await truncate(log, 0);
}

function allRead(n: number): void {
  assert.deepEqual(sink.events.map(numberOf), upTo(n));
  assert.deepEqual(warnings, []);
  assert.deepEqual(sink.rejections, []);
}

const LOST =
  'the file was rotated away or truncated while nobody read it, and what it held is not found; what was not read of it is lost';

// A line that is lost would be waited for without end.
const WITHIN = { timeout: 60_000 };

describe('while nobody follows', WITHIN, () => {
  it('the file is rotated and compressed', async () => {
    await readAndLeave(300);
    await appendFile(log, lines(301, 500));
    await rotate();
    await compress(`${log}.1`);
    await writeFile(log, lines(501, 502));
    await start();
    await seen(502);
    allRead(502);
  });

  it('the same line has the same id, compressed or not', async () => {
    await readAndLeave(3);
    const positions = await readFile(join(dir, 'data', 'follow.json'));
    await appendFile(log, lines(4, 6));
    await start();
    await seen(6);
    await follower!.close();
    await writeFile(join(dir, 'data', 'follow.json'), positions);
    await rotate();
    await compress(`${log}.1`);
    await start();
    await seen(9);
    const ids = sink.events.map(({ id }) => id);
    assert.deepEqual(ids.slice(6), ids.slice(3, 6));
  });

  it('it is rotated several times, the older ones compressed', async () => {
    await readAndLeave(3);
    for (let n = 4; n < 12; n += 2) {
      await appendFile(log, lines(n, n));
      await rotate();
      await writeFile(log, lines(n + 1, n + 1));
      if ((await readdir(dir)).includes('access.log.2')) await compress(`${log}.2`);
    }
    assert.ok((await readdir(dir)).includes('access.log.4.gz'));
    await start();
    await seen(11);
    allRead(11);
  });

  it('rotated files are named by date, also before the ending', async () => {
    await readAndLeave(3);
    await rename(log, join(dir, 'access-20260310.log'));
    await writeFile(join(dir, 'access-20260311.log.gz'), gzipSync(lines(4, 5)));
    await writeFile(join(dir, 'access-20260309.log'), lines(98, 99));
    await writeFile(join(dir, 'access.log.bak'), lines(98, 99));
    await writeFile(log, lines(6, 6));
    await start();
    await seen(6);
    allRead(6);
  });

  it('it is copied and truncated, and the copy compressed', async () => {
    await readAndLeave(3);
    await appendFile(log, lines(4, 5));
    await copyTruncate();
    await compress(`${log}.1`);
    await appendFile(log, lines(6, 7));
    await start();
    await seen(7);
    allRead(7);
  });

  it('it is copied and truncated, and has grown past where it was read', async () => {
    await readAndLeave(3);
    await appendFile(log, lines(4, 5));
    await copyTruncate();
    await appendFile(log, lines(6, 30));
    await start();
    await seen(30);
    allRead(30);
  });

  it('it is truncated without a copy: that is said', async () => {
    await readAndLeave(3);
    await truncate(log, 0);
    await appendFile(log, lines(4, 5));
    await start();
    await seen(5);
    assert.deepEqual(sink.events.map(numberOf), upTo(5));
    assert.deepEqual(warnings, [LOST]);
  });

  it('it is rotated and removed: that is said', async () => {
    await readAndLeave(3);
    await unlink(log);
    await writeFile(log, lines(4, 5));
    await start();
    await seen(5);
    assert.deepEqual(warnings, [LOST]);
  });

  it('files that begin alike are told apart', async () => {
    const header = `#${'-'.repeat(400)}\n`;
    const rejected = () => sink.rejections.length;
    await writeFile(log, header + lines(1, 3));
    await start();
    await seen(3);
    await follower!.close();
    await writeFile(`${log}.1.gz`, gzipSync(header + lines(50, 60)));
    await writeFile(`${log}.2.gz`, gzipSync(header + lines(1, 5)));
    await writeFile(log, header + lines(61, 80));
    await start();
    await seen(36);
    assert.deepEqual(sink.events.map(numberOf), [...upTo(5), ...upTo(80).slice(49)]);
    assert.equal(rejected(), 3);
  });

  it('a compressed file is damaged: what it held is read, and the rest named', async () => {
    await readAndLeave(300);
    await appendFile(log, lines(301, 6_000));
    await rotate();
    const whole = gzipSync(await readFile(`${log}.1`));
    await writeFile(`${log}.1.gz`, whole.subarray(0, whole.length / 2));
    await unlink(`${log}.1`);
    await writeFile(log, lines(6_001, 6_001));
    await start();
    await sink.until(() => sink.events.some((event) => numberOf(event) === 6_001));
    const numbers = sink.events.map(numberOf);
    assert.deepEqual(numbers.slice(0, -1), upTo(numbers.length - 1));
    assert.ok(numbers.length > 1_000, `${numbers.length} read`);
    assert.deepEqual(
      sink.rejections.map(({ reason }) => reason),
      ['truncated'],
    );
  });
});

describe('whatever happens to it', WITHIN, () => {
  for (let seed = 1; seed <= 8; seed++)
    it(`in any order (${seed})`, async () => {
      const random = seeded(seed);
      let written = 0;
      let following = false;
      await writeFile(log, '');
      const write = async () => {
        const from = written + 1;
        written += random.int(1, 40);
        await appendFile(log, lines(from, written));
      };
      const leave = async () => {
        await follower?.close();
        following = false;
      };
      const come = async () => {
        await start({ pollMs: 2, graceMs: 1 });
        following = true;
      };
      const catchUp = async () => {
        if (following) await seen(written);
      };
      const rotateAndCreate = async () => {
        await rotate();
        await writeFile(log, '');
      };
      const compressOldest = async () => {
        const plain = (await readdir(dir)).filter((name) => /log\.\d+$/.test(name)).sort();
        if (plain.length > 0) await compress(join(dir, plain.at(-1)!));
      };
      const truncateCopied = async () => {
        // The copy takes the place of the last one.
        for (let n = 9; n >= 1; n--)
          for (const ending of ['', '.gz'])
            await rename(`${log}.${n}${ending}`, `${log}.${n + 1}${ending}`).catch(() => undefined);
        await copyTruncate();
      };
      await write();
      await come();
      await catchUp();
      for (let i = 0; i < 25; i++) {
        await random.pick([write, write, rotateAndCreate, compressOldest, truncateCopied, catchUp])();
        if (random.next() < 0.3) await (following ? leave() : come());
        // The ninth is the last that is kept.
        if (i % 8 === 7) {
          if (!following) await come();
          await catchUp();
        }
      }
      if (!following) await come();
      await seen(written);
      assert.deepEqual(sink.events.map(numberOf), upTo(written));
      assert.deepEqual(warnings, []);
    });
});

describe('while it is followed', WITHIN, () => {
  it('it is rotated again and again, and compressed at once', async () => {
    await writeFile(log, lines(1, 1));
    await start();
    for (let n = 1; n < 6; n++) {
      await seen(n);
      await rotate();
      await compress(`${log}.1`);
      await writeFile(log, lines(n + 1, n + 1));
    }
    await seen(6);
    allRead(6);
  });

  it('it is rotated several times during an outage of the sink', async () => {
    await writeFile(log, lines(1, 2));
    await start();
    await seen(2);
    sink.outage = new Outage('away');
    await appendFile(log, lines(3, 4));
    await sink.refused();
    await rotate();
    await writeFile(log, lines(5, 6));
    await rotate();
    await compress(`${log}.2`);
    await writeFile(log, lines(7, 8));
    sink.outage = null;
    await seen(8);
    assert.deepEqual(sink.events.map(numberOf), upTo(8));
  });

  it('it is copied and truncated before all of it was read', async () => {
    await writeFile(log, lines(1, 2));
    await start();
    await seen(2);
    sink.outage = new Outage('away');
    await appendFile(log, lines(3, 3));
    await sink.refused();
    await appendFile(log, lines(4, 5));
    await copyTruncate();
    await appendFile(log, lines(6, 6));
    sink.outage = null;
    await seen(6);
    assert.deepEqual(sink.events.map(numberOf), upTo(6));
  });

  it('stopped in the middle of a compressed file, it goes on at the right byte', async () => {
    await readAndLeave(3);
    await appendFile(log, lines(4, 4_000));
    await rotate();
    await compress(`${log}.1`);
    assert.ok(gunzipSync(await readFile(`${log}.1.gz`)).length > 4 * 64 * 1024);
    await writeFile(log, lines(4_001, 4_001));
    await start();
    await sink.until(() => sink.events.length > 3);
    await follower!.close();
    assert.ok(sink.events.length < 4_000, 'stopped too late to tell');
    await start();
    await seen(4_001);
    allRead(4_001);
    assert.equal(new Set(sink.events.map(({ id }) => id)).size, 4_001);
  });
});
