// POST /v1/context takes facts (one, a list, or one a line), POST /v1/caep takes security event tokens.
// Always holds: the answer comes after the facts are kept; a wrong list is refused whole with every problem named.

import type { FastifyInstance } from 'fastify';
import type { Fact } from '../../../schemas/fact.ts';
import { CaepError, type CaepReader } from '../../facts/caep.ts';
import { FactsError, factsOf, parseText } from '../../facts/read-facts.ts';
import { plainBody, RequestError } from './body.ts';

export interface FactTaker {
  take(facts: readonly Fact[]): Promise<void>;
  /** Null when no issuer is configured. */
  caep: CaepReader | null;
}

export function addFactRoutes(app: FastifyInstance, facts: FactTaker | undefined, limit: number): void {
  const bytesOf = async (body: unknown, encoding: string | undefined): Promise<string> =>
    (await plainBody(Buffer.isBuffer(body) ? body : Buffer.alloc(0), encoding, limit)).toString('utf8');
  app.post('/v1/context', async (request, reply) => {
    const taker = orElse(facts);
    const text = await bytesOf(request.body, request.headers['content-encoding']);
    const told = checked(() => factsOf(parseText(text)));
    if (told.length === 0) throw new RequestError(400, 'the body holds no fact; see docs/facts.md');
    await taker.take(told);
    return reply.send({ accepted: told.length });
  });
  app.post('/v1/caep', async (request, reply) => {
    const taker = orElse(facts);
    if (taker.caep === null)
      throw new RequestError(501, 'no issuer is configured: set caep.issuer, caep.audience and caep.jwks');
    const token = await bytesOf(request.body, request.headers['content-encoding']);
    try {
      await taker.take(await taker.caep(token.trim()));
    } catch (error) {
      if (!(error instanceof CaepError)) throw error;
      // As RFC 8935 section 2.3 wants it.
      return reply.code(400).send({ err: error.code, description: error.message });
    }
    return reply.code(202).send();
  });
}

function orElse(facts: FactTaker | undefined): FactTaker {
  if (facts === undefined)
    throw new RequestError(
      501,
      'this process keeps no facts: set CLICKHOUSE_URL, or send them to keytrail up',
    );
  return facts;
}

function checked(read: () => Fact[]): Fact[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof FactsError) throw new RequestError(400, error.problems.join('\n'));
    throw error;
  }
}
