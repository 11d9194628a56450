// The reader: bytes in, entries out. Properties: neither the division into chunks nor compression changes anything.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Entry, MAX_ENTRY_BYTES, positionIn } from '../../services/ingest/read/entry.ts';
import { InputError } from '../../services/ingest/read/input.ts';
import { readEntries } from '../../services/ingest/read/read.ts';
import { createSplitter, splitBytes } from '../../services/ingest/read/split.ts';

interface Seen {
  text: string;
  position: string;
  fault?: string;
}

function seen(entries: readonly Entry[]): Seen[] {
  return entries.map(({ bytes, position, fault }) => ({
    text: Buffer.from(bytes).toString('latin1'),
    position,
    ...(fault === undefined ? {} : { fault: fault.reason }),
  }));
}

function split(text: string | Buffer): Seen[] {
  return seen(splitBytes(Buffer.from(text), positionIn('f')));
}

function texts(text: string | Buffer): string[] {
  return split(text).map((entry) => entry.text);
}

async function read(source: string | Readable, name = 'f'): Promise<Seen[]> {
  const out: Seen[] = [];
  for await (const batch of readEntries(source, { name })) {
    assert.ok(batch.entries.length <= 1000);
    out.push(...seen(batch.entries));
  }
  return out;
}

/** Bytes that hit every branch of the splitters. */
const document = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom('\n', '\r\n', '\r', ' ', '[', ']', '{', '}', ',', '"', '\\', '\0'),
      },
      {
        weight: 2,
        arbitrary: fc.constantFrom('{"Records":[', '{"Records"', ']}', '[{', '{"a":1}', '{\n', '﻿'),
      },
      { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.from(parts.join('')));

const cuts = fc.array(fc.nat(300), { maxLength: 12 });

function divide(bytes: Buffer, at: readonly number[]): Buffer[] {
  const edges = [0, ...[...at].map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i]!, edge));
}

describe('lines', () => {
  it('gives every line, blank ones too, with its number', () => {
    assert.deepEqual(split('a\n\nb\r\nc'), [
      { text: 'a', position: 'f:1' },
      { text: '', position: 'f:2' },
      { text: 'b', position: 'f:3' },
      { text: 'c', position: 'f:4' },
    ]);
  });

  it('gives nothing for empty input, one entry for one line break', () => {
    assert.deepEqual(split(''), []);
    assert.deepEqual(texts('\n'), ['']);
  });

  it('drops a byte order mark and keeps NUL and invalid UTF-8 as they are', () => {
    assert.deepEqual(texts(Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0x00, 0xff, 0x0a])), ['a\0ÿ']);
  });

  it('reads lines that start with a bracket but are no JSON, such as the default of Envoy', () => {
    const line = '[2026-04-15T20:17:00.310Z] "POST /api/v1/locations HTTP/2" 204';
    assert.deepEqual(texts(`${line}\n${line}\n`), [line, line]);
  });

  it('refuses a line over the limit with an excerpt and goes on', () => {
    const long = 'x'.repeat(MAX_ENTRY_BYTES + 1);
    assert.deepEqual(split(`a\n${long}\nb\n`), [
      { text: 'a', position: 'f:1' },
      { text: 'x'.repeat(512), position: 'f:2', fault: 'too-long' },
      { text: 'b', position: 'f:3' },
    ]);
    assert.equal(texts('y'.repeat(MAX_ENTRY_BYTES))[0]!.length, MAX_ENTRY_BYTES);
  });
});

describe('JSON documents', () => {
  it('splits an array into its elements, whatever stands in its strings', () => {
    assert.deepEqual(split('[{"a":"]}\\"[{"},\n {"b":[1,{}]} ,{}]\n'), [
      { text: '{"a":"]}\\"[{"}', position: 'f#1' },
      { text: '{"b":[1,{}]}', position: 'f#2' },
      { text: '{}', position: 'f#3' },
    ]);
  });

  it('splits CloudTrail records, pretty-printed or not, and several documents in a row', () => {
    assert.deepEqual(texts('{\n  "Records" : [\n {"a": 1}, {"b": {"c": 2}}\n ] , "x": {"y": "]"} }\n'), [
      '{"a": 1}',
      '{"b": {"c": 2}}',
    ]);
    assert.deepEqual(split('{"Records":[{"a":1}]}\n{"Records":[]}\n{"Records":[{"b":2}]}\nplain\n'), [
      { text: '{"a":1}', position: 'f#1' },
      { text: '{"b":2}', position: 'f#2' },
      { text: 'plain', position: 'f:4' },
    ]);
  });

  it('splits pretty-printed objects that follow one another', () => {
    assert.deepEqual(texts('{\n  "a": 1\n}\n{\n  "b": {\n  }\n}\n'), [
      '{\n  "a": 1\n}',
      '{\n  "b": {\n  }\n}',
    ]);
  });

  it('keeps NDJSON as lines', () => {
    assert.deepEqual(texts('{"a":1}\n{"Record":2}\n{}\n'), ['{"a":1}', '{"Record":2}', '{}']);
  });

  it('says where a document that ends early ends, and counts it once', () => {
    assert.deepEqual(split('[{"a":1},{"b":'), [
      { text: '{"a":1}', position: 'f#1' },
      { text: '{"b":', position: 'f#2', fault: 'invalid-json' },
    ]);
    assert.deepEqual(split('{"Records":[{"a":1}]'), [
      { text: '{"a":1}', position: 'f#1' },
      { text: '', position: 'f#2', fault: 'invalid-json' },
    ]);
  });

  it('refuses an element over the limit and goes on', () => {
    const long = `{"a":"${'x'.repeat(MAX_ENTRY_BYTES)}"}`;
    const entries = split(`[{},${long},{"b":1}]`);
    assert.deepEqual(
      entries.map((entry) => [entry.text.length, entry.position, entry.fault]),
      [
        [2, 'f#1', undefined],
        [512, 'f#2', 'too-long'],
        [7, 'f#3', undefined],
      ],
    );
  });

  it('survives thousands of documents in one chunk', () => {
    assert.equal(texts('{"Records":[{}]}\n'.repeat(30_000)).length, 30_000);
  });

  it('agrees with JSON.parse on every array of objects', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), fc.nat(3), (objects, indent) => {
        const elements = texts(JSON.stringify(objects, null, indent)).map((text) =>
          JSON.parse(Buffer.from(text, 'latin1').toString()),
        );
        assert.deepEqual(elements, JSON.parse(JSON.stringify(objects)));
      }),
      { numRuns: 200 },
    );
  });
});

describe('properties', () => {
  it('the division into chunks changes nothing', () => {
    fc.assert(
      fc.property(document, cuts, (bytes, at) => {
        const splitter = createSplitter(positionIn('f'));
        const out: Entry[] = [];
        for (const chunk of divide(bytes, at)) splitter.push(chunk, out);
        splitter.end(out);
        assert.deepEqual(seen(out), split(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it('gzip, in one member or several and in any chunks, changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(document, cuts, cuts, async (bytes, at, members) => {
        const packed = Buffer.concat(divide(bytes, members).map((part) => gzipSync(part)));
        assert.deepEqual(await read(Readable.from(divide(packed, at))), split(bytes));
      }),
      { numRuns: 100 },
    );
  });
});

describe('files', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'keytrail-read-'));
  });
  after(() => rm(dir, { recursive: true }));

  async function file(name: string, content: string | Buffer): Promise<string> {
    const path = join(dir, name);
    await writeFile(path, content);
    return path;
  }

  const LINES = Array.from({ length: 5000 }, (_, i) => `line ${i} ${(i * 2_654_435_761) % 4_294_967_296}`);
  const TEXT = `${LINES.join('\n')}\n`;

  it('tells gzip by its first bytes, not by its name, and reports progress', async () => {
    const packed = gzipSync(TEXT);
    const path = await file('a.log', packed);
    let last = { bytesRead: 0, size: null as number | null };
    let count = 0;
    for await (const batch of readEntries(path)) {
      last = { bytesRead: batch.bytesRead, size: batch.size };
      count += batch.entries.length;
    }
    assert.equal(count, LINES.length);
    assert.deepEqual(last, { bytesRead: packed.length, size: packed.length });
    assert.equal((await read(await file('b.gz', TEXT))).length, LINES.length);
  });

  it('gives out everything before the point where a gzip file is cut off, then one refusal', async () => {
    const packed = gzipSync(TEXT);
    for (const length of [3, 11, 500, packed.length >> 1, packed.length - 9, packed.length - 1]) {
      const entries = await read(await file('cut.gz', packed.subarray(0, length)));
      const last = entries.at(-1)!;
      assert.equal(last.fault, 'truncated', `cut at ${length}`);
      const whole = entries.slice(0, -1).map((entry) => entry.text);
      assert.deepEqual(whole, LINES.slice(0, whole.length));
      assert.equal(last.position, `f:${entries.length}`);
      assert.ok(
        whole.length >= Math.floor((length / packed.length) * LINES.length * 0.9) - 300,
        `${whole.length}`,
      );
    }
  });

  it('gives out everything before the point where a gzip file is damaged, then one refusal', async () => {
    const first = gzipSync(TEXT);
    const damaged = gzipSync('later');
    damaged[3] = 0xff;
    damaged[12] = 0xff;
    const inMembers = await read(await file('members.gz', Buffer.concat([first, damaged])));
    assert.equal(inMembers.length, LINES.length + 1);
    assert.equal(inMembers.at(-1)!.fault, 'truncated');

    const middle = Buffer.from(first);
    middle.fill(0xff, first.length >> 1, (first.length >> 1) + 64);
    const entries = await read(await file('middle.gz', middle));
    assert.equal(entries.at(-1)!.fault, 'truncated');
    const intact = entries.findIndex((entry, i) => entry.text !== LINES[i]);
    assert.ok(intact > LINES.length * 0.45, `only ${intact} lines before the damage`);
  });

  it('ignores zero padding after the last gzip member', async () => {
    const entries = await read(
      await file('padded.gz', Buffer.concat([gzipSync(TEXT), Buffer.alloc(40_000)])),
    );
    assert.equal(entries.length, LINES.length);
    assert.ok(entries.every((entry) => entry.fault === undefined));
  });

  it('says what is wrong with an input that cannot be read, and what to do', async () => {
    const problem = async (path: string): Promise<string> => {
      try {
        await read(path);
      } catch (error) {
        assert.ok(error instanceof InputError);
        assert.ok(error.message.startsWith(path), error.message);
        return error.problem;
      }
      return 'none';
    };
    assert.equal(await problem(join(dir, 'nothing.log')), 'missing');
    assert.equal(await problem(dir), 'directory');
    assert.equal(
      await problem(await file('a.zst', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0]))),
      'compression',
    );
    assert.equal(await problem(await file('empty.log', '')), 'none');
  });

  it('passes an error of a stream on as an InputError', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('connection lost'));
      },
    });
    await assert.rejects(read(broken), InputError);
  });
});
