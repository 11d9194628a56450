// The status page's HTTP server: read-only, loopback by default, no script, strict Content-Security-Policy. Serves the
// page, the same facts as JSON, health and Prometheus metrics.

import fastify, { type FastifyInstance } from 'fastify';
import { ConfigError } from '../config.ts';
import { addHealthRoutes } from '../health/routes.ts';
import { isLoopback, namesThisMachine } from '../loopback.ts';
import { ledgerCsv, ledgerNdjson } from './ledger.ts';
import { incidentPage, STYLE, statusPage } from './page.ts';
import type { StatusSource } from './status.ts';

export interface ConsoleOptions {
  host: string;
  port: number;
  source: StatusSource;
}

export interface Console {
  url: string;
  close(): Promise<void>;
}

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

const LEDGERS = [
  ['ndjson', 'application/x-ndjson', ledgerNdjson],
  ['csv', 'text/csv; charset=utf-8', ledgerCsv],
] as const;

/**
 * @throws ConfigError when it would be reachable from other machines: there is no sign-in yet.
 * @throws Error naming the address when the port is taken.
 */
export async function startConsole({ host, port, source }: ConsoleOptions): Promise<Console> {
  if (!isLoopback(host))
    throw new ConfigError('console', [
      `host ${host} can be reached from other machines, and the status page has no sign-in; use 127.0.0.1 and, for others, a proxy that asks for a login`,
    ]);
  const server = fastify({ logger: false });
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    // A page on another site must not read this one through DNS rebinding: only names of this machine are answered.
    if (namesThisMachine(request.headers.host)) return;
    return reply.code(421).send({ error: 'ask for this page as 127.0.0.1 or localhost' });
  });
  addRoutes(server, source);
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw Object.assign(
      new Error(
        `the status page cannot listen on ${host}:${port}: the port is in use; set console.port in keytrail.yaml or --port`,
      ),
      {
        code: 'EADDRINUSE',
      },
    );
  }
  const address = server.server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`, close: () => server.close() };
}

function addRoutes(server: FastifyInstance, source: StatusSource): void {
  server.get('/', async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(statusPage(source.report(), source.incidents())),
  );
  server.get<{ Params: { id: string } }>('/incidents/:id', async (request, reply) => {
    const incident = source.incidents().find(({ id }) => id === request.params.id);
    if (incident === undefined) return reply.code(404).send({ error: 'no such incident' });
    return reply.type('text/html; charset=utf-8').send(incidentPage(source.report(), incident));
  });
  for (const [ending, type, write] of LEDGERS)
    server.get<{ Params: { id: string } }>(`/incidents/:id/ledger.${ending}`, async (request, reply) => {
      const incident = source.incidents().find(({ id }) => id === request.params.id);
      if (incident === undefined) return reply.code(404).send({ error: 'no such incident' });
      const rows = await source.ledger(incident);
      return reply
        .type(type)
        .header('content-disposition', `attachment; filename="ledger-${incident.id}.${ending}"`)
        .send(write(rows));
    });
  server.get('/style.css', async (_request, reply) => reply.type('text/css; charset=utf-8').send(STYLE));
  server.get('/api/status', async () => source.report());
  server.get('/api/incidents', async () => source.incidents());
  server.get<{ Params: { id: string } }>('/api/incidents/:id', async (request, reply) => {
    const incident = source.incidents().find(({ id }) => id === request.params.id);
    return incident ?? reply.code(404).send({ error: 'no such incident' });
  });
  addHealthRoutes(server, source.health);
}
