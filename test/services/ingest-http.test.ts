// The HTTP receiver over real sockets: every form of body, acknowledgement, retries, limits and refusals.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import pino from 'pino';
import { type Receiver, startReceiver } from '../../services/ingest/http/receiver.ts';
import { createIntake } from '../../services/ingest/intake.ts';
import { logLine, type MemorySink, memorySink, normalisers, numberOf, Outage } from './ingest-sources.ts';

const logger = pino({ level: 'silent' });
const LIMIT = 64 * 1024;
const TOKEN = 'token-of-this-test';

describe('HTTP receiver', () => {
  let sink: MemorySink;
  let receiver: Receiver;
  let guarded: Receiver;

  before(async () => {
    sink = memorySink();
    const intake = createIntake({ sink });
    const common = {
      host: '127.0.0.1',
      port: 0,
      maxBodyBytes: LIMIT,
      intake,
      normaliserFor: normalisers(),
      logger,
    };
    receiver = await startReceiver(common);
    guarded = await startReceiver({ ...common, token: TOKEN });
  });
  after(async () => {
    await receiver.close();
    await guarded.close();
  });

  interface Reply {
    status: number;
    body: { accepted?: number; rejected?: Record<string, number>; error?: string; status?: string };
    headers: Headers;
  }

  async function post(
    body: string | Uint8Array,
    headers: Record<string, string> = {},
    query = '',
  ): Promise<Reply> {
    const url = `${receiver.url}/v1/logs${query}`;
    const response = await fetch(url, { method: 'POST', body: Buffer.from(body), headers });
    return {
      status: response.status,
      body: (await response.json()) as Reply['body'],
      headers: response.headers,
    };
  }

  const records = [1, 2, 3].map((n) => ({
    time: `2026-03-10T12:00:0${n}Z`,
    RouterName: 'items@docker',
    StartUTC: `2026-03-10T12:00:0${n}.5Z`,
    ClientHost: '203.0.113.9',
    ClientUsername: 'alice',
    RequestMethod: 'GET',
    RequestPath: `/v1/items/${n}`,
    RequestHost: 'api.example.com',
    RequestProtocol: 'HTTP/1.1',
    DownstreamStatus: 200,
    DownstreamContentSize: 10,
    Duration: 1_000_000,
  }));

  it('takes text lines and answers with what became of them', async () => {
    const { status, body } = await post(`${logLine(1)}\n\nnonsense\n${logLine(2)}\n`, {
      'content-type': 'text/plain',
    });
    assert.equal(status, 200);
    assert.equal(body.accepted, 2);
    assert.equal(
      Object.values(body.rejected!).reduce((a, b) => a + b),
      2,
    );
    assert.equal(body.rejected!.empty, 1);
    assert.deepEqual(sink.events.slice(-2).map(numberOf), [1, 2]);
    assert.match(sink.rejections.at(-1)!.position, /^http:[0-9a-f]{64}#3$/);
  });

  for (const [name, body] of [
    ['NDJSON', records.map((record) => JSON.stringify(record)).join('\n')],
    ['a JSON array', JSON.stringify(records)],
    ['{"Records": […]}', JSON.stringify({ Records: records }, null, 1)],
  ] as const) {
    it(`takes ${name}, plain and gzip, with the same events`, async () => {
      const { status, body: answer } = await post(body, { 'content-type': 'application/json' });
      assert.deepEqual([status, answer], [200, { accepted: 3, rejected: {} }]);
      const ids = sink.events.slice(-3).map((event) => event.id);
      const zipped = await post(gzipSync(body), { 'content-encoding': 'gzip' });
      assert.equal(zipped.status, 200);
      assert.deepEqual(
        sink.events.slice(-3).map((event) => event.id),
        ids,
      );
    });
  }

  it('takes a body with a format of its own, and names the formats when there is none of that name', async () => {
    assert.equal((await post(logLine(1), {}, '?format=combined')).status, 200);
    const { status, body } = await post(logLine(1), {}, '?format=nothing');
    assert.equal(status, 400);
    assert.match(body.error!, /combined/);
  });

  it('answers 400 when nothing could be read, and says why', async () => {
    const { status, body } = await post('what is this\n');
    assert.equal(status, 400);
    assert.equal(body.accepted, 0);
    assert.match(body.error!, /no entry could be read/);
    assert.equal((await post('')).status, 400);
    assert.match((await post(Buffer.from([0x1f, 0x8b, 8, 0, 1]))).body.error!, /not valid gzip/);
  });

  it('answers 503 during an outage; the same body sent again gives the same ids', async () => {
    const body = [10, 11, 12].map(logLine).join('\n');
    sink.outage = new Outage('away');
    const down = await post(body);
    assert.equal(down.status, 503);
    assert.equal(down.headers.get('retry-after'), '5');
    sink.outage = null;
    assert.equal((await post(body)).status, 200);
    const ids = sink.events.slice(-3).map((event) => event.id);
    assert.equal((await post(body)).status, 200);
    assert.deepEqual(
      sink.events.slice(-3).map((event) => event.id),
      ids,
    );
  });

  it('refuses bodies over the limit, also when only inflating shows it', async () => {
    assert.equal((await post('x'.repeat(LIMIT + 1))).status, 413);
    const bomb = await post(gzipSync(Buffer.alloc(LIMIT * 50)), { 'content-encoding': 'gzip' });
    assert.equal(bomb.status, 413);
    assert.match(bomb.body.error!, /65536/);
  });

  it('refuses other types, encodings and web pages', async () => {
    const type = await post('a=1', { 'content-type': 'multipart/form-data' });
    assert.equal(type.status, 415);
    assert.match(type.body.error!, /application\/x-ndjson/);
    assert.equal((await post('x', { 'content-encoding': 'br' })).status, 415);
    assert.equal((await post(logLine(1), { origin: 'https://evil.example' })).status, 403);
    assert.equal((await fetch(`${receiver.url}/other`)).status, 404);
  });

  it('takes what curl --data-binary sends', async () => {
    const answer = await post(logLine(7), { 'content-type': 'application/x-www-form-urlencoded' });
    assert.equal(answer.status, 200);
    assert.equal(answer.body.accepted, 1);
  });

  it('asks for the token, and takes the right one only', async () => {
    const send = async (authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization };
      return await fetch(`${guarded.url}/v1/logs`, { method: 'POST', body: logLine(1), headers });
    };
    const without = await send();
    assert.equal(without.status, 401);
    assert.match(without.headers.get('www-authenticate')!, /Bearer/);
    assert.equal((await send('Bearer wrong')).status, 401);
    assert.equal((await send(`Basic ${TOKEN}`)).status, 401);
    assert.equal((await send(`Bearer ${TOKEN}`)).status, 200);
    assert.deepEqual(await (await fetch(`${guarded.url}/healthz`)).json(), { status: 'ok' });
  });

  it('does not listen beyond this machine without a token, and says when its port is taken', async () => {
    const intake = createIntake({ sink });
    const common = { maxBodyBytes: LIMIT, intake, normaliserFor: normalisers(), logger };
    await assert.rejects(startReceiver({ ...common, host: '0.0.0.0', port: 0 }), /ingest\.http\.token/);
    const port = Number(new URL(receiver.url).port);
    await assert.rejects(startReceiver({ ...common, host: '127.0.0.1', port }), /is taken/);
  });
});
