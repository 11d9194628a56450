// The HTTP receiver: POST /v1/logs takes log lines, NDJSON, JSON arrays and {"Records":[…]}, plain or gzip.
// Always holds: the answer comes after the sink has the events durably; the same body sent again gives the same event
// ids, so a sender may retry; requests from web pages (with an Origin header) are refused.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { isOutage } from '../../bus/outage.ts';
import { ConfigError } from '../../config.ts';
import type { Logger } from '../../logger.ts';
import { add, type IngestCounts, type Intake } from '../intake.ts';
import type { Normaliser } from '../normalise.ts';
import { splitBytes } from '../read/split.ts';
import { checkContentType, plainBody, RequestError } from './body.ts';
import { addFactRoutes, type FactTaker } from './fact-routes.ts';

/** Entries handed over at once. */
const BATCH = 1000;
/** Bodies held in memory at once, in multiples of the largest. */
const BODIES_AT_ONCE = 4;

export interface ReceiverOptions {
  host: string;
  /** 0 takes a free port. */
  port: number;
  token?: string | undefined;
  maxBodyBytes: number;
  intake: Intake;
  /** A fresh normaliser for one body; throws an Error naming the formats when there is none of that name. */
  normaliserFor: (format: string | undefined) => Normaliser;
  /** Takes facts; absent where there is no store to keep them. */
  facts?: FactTaker;
  logger: Logger;
}

export interface Receiver {
  /** `http://127.0.0.1:4681` */
  readonly url: string;
  close(): Promise<void>;
}

/** Throws ConfigError when it would listen beyond this machine without a token. */
export async function startReceiver(o: ReceiverOptions): Promise<Receiver> {
  if (o.token === undefined && !isLoopback(o.host))
    throw new ConfigError('ingest.http', [
      `host ${o.host} can be reached from other machines; set ingest.http.token, or listen on 127.0.0.1`,
    ]);
  const app = Fastify({ bodyLimit: o.maxBodyBytes, requestTimeout: 120_000, logger: false });
  let held = 0;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'GET') return;
    checkSender(request, o.token);
    checkContentType(request.headers['content-type']);
    const expected = Math.min(Number(request.headers['content-length'] ?? o.maxBodyBytes), o.maxBodyBytes);
    if (held > 0 && held + expected > o.maxBodyBytes * BODIES_AT_ONCE) {
      reply.header('retry-after', '1');
      throw new RequestError(503, 'too much is being received at once; send again in a second');
    }
    held += expected;
    reply.raw.once('close', () => {
      held -= expected;
    });
  });
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.post('/v1/logs', async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const bytes = await plainBody(body, request.headers['content-encoding'], o.maxBodyBytes);
    const result = await takeBody(bytes, formatOf(request), o);
    return await reply.code(result.statusCode).send(result.answer);
  });
  addFactRoutes(app, o.facts, o.maxBodyBytes);
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .send({ error: 'there is POST /v1/logs, POST /v1/context, POST /v1/caep and GET /healthz' }),
  );
  answerErrors(app, o);
  await app.listen({ host: o.host, port: o.port }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE')
      throw new ConfigError('ingest.http', [
        `port ${o.port} on ${o.host} is taken; set another ingest.http.port`,
      ]);
    throw error;
  });
  const { address, family, port } = app.server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  return { url: `http://${host}:${port}`, close: () => app.close() };
}

interface Answer {
  statusCode: number;
  answer: { accepted: number; rejected: Record<string, number>; error?: string };
}

async function takeBody(bytes: Buffer, format: string | undefined, o: ReceiverOptions): Promise<Answer> {
  const normaliser = normaliserOf(format, o);
  const digest = createHash('sha256').update(bytes).digest('hex');
  const entries = splitBytes(bytes, (_kind, n) => `http:${digest}#${n}`);
  if (entries.length === 0)
    throw new RequestError(400, 'the body is empty; send log lines, NDJSON or a JSON array');
  const counts: IngestCounts = { lines: 0, events: 0, rejected: {} };
  let example: string | undefined;
  for (let at = 0; at < entries.length; at += BATCH) {
    const taken = await o.intake.take(entries.slice(at, at + BATCH), normaliser);
    add(counts, taken);
    if (taken.firstRejection !== null)
      example ??= `${taken.firstRejection.reason}: ${taken.firstRejection.detail}`;
  }
  const answer = { accepted: counts.events, rejected: counts.rejected };
  if (counts.events > 0 || example === undefined) return { statusCode: 200, answer };
  return { statusCode: 400, answer: { ...answer, error: `no entry could be read; the first: ${example}` } };
}

function normaliserOf(format: string | undefined, o: ReceiverOptions): Normaliser {
  try {
    return o.normaliserFor(format);
  } catch (error) {
    throw new RequestError(400, (error as Error).message);
  }
}

function formatOf(request: FastifyRequest): string | undefined {
  const { format } = request.query as { format?: unknown };
  if (format === undefined) return undefined;
  if (typeof format !== 'string') throw new RequestError(400, 'give ?format= once');
  return format;
}

function checkSender(request: FastifyRequest, token: string | undefined): void {
  // A web page could post forged log lines to a receiver on the visitor's own machine; log shippers send no Origin.
  if (request.headers.origin !== undefined)
    throw new RequestError(403, 'requests from web pages are refused; send without an Origin header');
  if (token === undefined) return;
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (!timingSafeEqual(digestOf(given), digestOf(token)))
    throw new RequestError(
      401,
      'send the header Authorization: Bearer TOKEN with the token of ingest.http.token',
    );
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function answerErrors(app: FastifyInstance, o: ReceiverOptions): void {
  app.setErrorHandler<FastifyError | RequestError>((error, _request, reply) => {
    if (isOutage(error)) {
      o.logger.warn({ reason: error.message }, 'a request was not accepted');
      return reply
        .code(503)
        .header('retry-after', '5')
        .send({ error: 'the events cannot be stored right now; send the same again later' });
    }
    const status = error.statusCode ?? 500;
    if (status === 401) reply.header('www-authenticate', 'Bearer realm="keytrail"');
    if (status === 413 && !(error instanceof RequestError))
      return reply
        .code(413)
        .send({ error: `the body is larger than ${o.maxBodyBytes} bytes, the most allowed` });
    if (status < 500 || error instanceof RequestError)
      return reply.code(status).send({ error: error.message });
    o.logger.error({ err: error }, 'a request failed');
    return reply.code(500).send({ error: 'internal error; see the log of keytrail' });
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
