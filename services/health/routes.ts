// `/healthz` and `/metrics` of whatever server has them: the same in every process.
// Always holds: 503 exactly when the process does not do its work; what is merely worth a look is told with 200.

import type { FastifyInstance } from 'fastify';
import { version } from '../paths.ts';
import type { Health } from './health.ts';
import { createMetrics } from './metrics.ts';
import { worstOf } from './problem.ts';

export function addHealthRoutes(server: FastifyInstance, health: Pick<Health, 'look'>): void {
  const metrics = createMetrics(version);
  server.get('/healthz', async (_request, reply) => {
    const { figures, problems } = await health.look();
    const status = worstOf(problems);
    return await reply
      .code(status === 'fail' ? 503 : 200)
      .send({ status, service: figures.service, version, problems });
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text(await health.look())),
  );
}
