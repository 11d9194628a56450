// The file follower on real files: growth, rotation, truncation, late files, restarts and outages.

import assert from 'node:assert/strict';
import { appendFile, copyFile, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import pino from 'pino';
import { type Follower, type FollowerOptions, startFollower } from '../../services/ingest/follow/follower.ts';
import { createIntake } from '../../services/ingest/intake.ts';
import { logLine, type MemorySink, memorySink, normalisers, numberOf, Outage } from './ingest-sources.ts';

const logger = pino({ level: 'silent' });
const normaliserFor = normalisers();

describe('follower', () => {
  let dir = '';
  let log = '';
  let sink: MemorySink;
  let follower: Follower | null = null;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'keytrail-follow-'));
    log = join(dir, 'access.log');
    sink = memorySink();
  });
  afterEach(async () => {
    await follower?.close();
    await rm(dir, { recursive: true });
  });

  async function start(options: Partial<FollowerOptions> = {}): Promise<void> {
    follower = await startFollower({
      files: [log],
      directory: join(dir, 'data'),
      pollMs: 20,
      graceMs: 60,
      intake: createIntake({ sink }),
      normaliserFor: () => normaliserFor('combined'),
      logger,
      ...options,
    });
  }

  async function restart(): Promise<void> {
    await follower!.close();
    await start();
  }

  /** Resolves once the follower has opened the file and noted where it begins. */
  async function remembered(): Promise<void> {
    const positions = join(dir, 'data', 'follow.json');
    while (!(await readFile(positions, 'utf8').catch(() => '')).includes(log)) await setImmediate();
  }

  const lines = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => `${logLine(from + i)}\n`).join('');
  const numbers = () => sink.events.map(numberOf);
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
  const seen = (count: number) => sink.until(() => sink.events.length >= count);

  it('reads what is there and what is appended, complete lines only', async () => {
    await writeFile(log, lines(1, 3));
    await start();
    await seen(3);
    const line = logLine(4);
    await appendFile(log, line.slice(0, 30));
    await appendFile(log, `${line.slice(30)}\r\n${lines(5, 5)}`);
    await seen(5);
    assert.deepEqual(numbers(), upTo(5));
    assert.deepEqual(sink.rejections, []);
  });

  it('waits for a file that appears later', async () => {
    await start();
    await writeFile(log, lines(1, 2));
    await seen(2);
    assert.deepEqual(numbers(), upTo(2));
  });

  it('begins at the end when told so, with the first whole line', async () => {
    await writeFile(log, lines(1, 3));
    await start({ start: 'end' });
    await remembered();
    await follower!.close();
    await appendFile(log, lines(4, 4));
    await start({ start: 'end' });
    await appendFile(log, lines(5, 6));
    await seen(3);
    assert.deepEqual(numbers(), [4, 5, 6]);
  });

  it('goes on where it stopped, with nothing lost and nothing twice', async () => {
    await writeFile(log, lines(1, 500));
    await start();
    await seen(500);
    await appendFile(log, lines(501, 501).slice(0, 40));
    await restart();
    await appendFile(log, lines(501, 501).slice(40) + lines(502, 600));
    await seen(600);
    assert.deepEqual(numbers(), upTo(600));
    const ids = new Set(sink.events.map((event) => event.id));
    assert.equal(ids.size, 600);
  });

  it('reads the rest of a rotated file, then the new one', async () => {
    await writeFile(log, lines(1, 3));
    await start();
    await seen(3);
    await rename(log, `${log}.1`);
    await appendFile(`${log}.1`, lines(4, 5) + logLine(6));
    await writeFile(log, lines(7, 9));
    await seen(9);
    assert.deepEqual(numbers(), upTo(9));
  });

  it('reads the rest of a file that was rotated while nobody followed', async () => {
    await writeFile(log, lines(1, 3));
    await start();
    await seen(3);
    await follower!.close();
    await appendFile(log, lines(4, 5));
    await rename(log, `${log}.1`);
    await writeFile(log, lines(6, 7));
    await start();
    await seen(7);
    assert.deepEqual(numbers(), upTo(7));
  });

  it('starts over after copy-and-truncate, also when the file has grown past its old size', async () => {
    await writeFile(log, lines(1, 3));
    await start();
    await seen(3);
    await copyFile(log, `${log}.1`);
    await truncate(log, 0);
    await appendFile(log, lines(4, 4));
    await seen(4);
    await follower!.close();
    await truncate(log, 0);
    await appendFile(log, lines(5, 30));
    await start();
    await seen(30);
    assert.deepEqual(numbers(), upTo(30));
  });

  it('pauses during an outage of the sink and does not move its position', async () => {
    await writeFile(log, lines(1, 2));
    sink.outage = new Outage('away');
    let refused = false;
    await start({
      logger: pino(
        { level: 'warn' },
        {
          write: () => {
            refused = true;
            sink.outage = null;
          },
        },
      ),
    });
    await seen(2);
    assert.ok(refused);
    assert.deepEqual(numbers(), upTo(2));
  });

  it('starts over with a clear warning when its positions are damaged', async () => {
    await writeFile(log, lines(1, 2));
    await start();
    await seen(2);
    await follower!.close();
    const positions = join(dir, 'data', 'follow.json');
    assert.equal(JSON.parse(await readFile(positions, 'utf8'))[log].line, 2);
    await writeFile(positions, '{"half');
    await start();
    await seen(4);
    assert.deepEqual(
      sink.events.slice(2).map((event) => event.id),
      sink.events.slice(0, 2).map((event) => event.id),
    );
  });

  it('dead-letters a bad line with file and line number and goes on', async () => {
    await writeFile(log, `${lines(1, 1)}\0\0garbage\n${lines(2, 2)}`);
    await start();
    await seen(2);
    assert.deepEqual(numbers(), [1, 2]);
    assert.deepEqual(
      sink.rejections.map(({ reason, position }) => [reason, position]),
      [['binary', `${log}:2`]],
    );
  });
});
