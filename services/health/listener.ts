// The small HTTP server of a service that has no other: `/healthz` and `/metrics`.
// Always holds: the service runs whether or not its port is free; with a taken one it listens on another and says so. On loopback it
// answers to the names of this machine only; elsewhere to everybody, and there is no sign-in: it tells counts and names of gateways.

import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import type { Settings } from '../config.ts';
import type { Logger } from '../logger.ts';
import { isLoopback, namesThisMachine } from '../loopback.ts';
import type { Figures } from './figures.ts';
import { createHealth, type Health } from './health.ts';
import { addHealthRoutes } from './routes.ts';

export interface ServedHealth {
  /** Null when health.enabled is false. */
  url: string | null;
  close(): Promise<void>;
}

export async function serveHealth(o: {
  service: keyof Settings['health']['ports'];
  settings: Pick<Settings, 'health'>;
  read: () => Promise<Figures>;
  logger: Logger;
}): Promise<ServedHealth> {
  const { enabled, host, ports, silentMinutes } = o.settings.health;
  const health = createHealth({ read: o.read, limits: { silentMinutes }, logger: o.logger });
  if (!enabled) return { url: null, close: async () => health.close() };
  const server = await listen(health, { host, port: ports[o.service], logger: o.logger });
  const { address, family, port } = server.server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  o.logger.info({ health: `${url}/healthz`, metrics: `${url}/metrics` }, 'health can be asked for');
  return {
    url,
    async close() {
      health.close();
      await server.close();
    },
  };
}

async function listen(
  health: Health,
  { host, port, logger }: { host: string; port: number; logger: Logger },
): Promise<FastifyInstance> {
  const server = fastify({ logger: false, forceCloseConnections: true });
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    if (!isLoopback(host) || namesThisMachine(request.headers.host)) return;
    return reply.code(421).send({ error: 'ask for this as 127.0.0.1 or localhost' });
  });
  addHealthRoutes(server, health);
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: 'there is GET /healthz and GET /metrics' }),
  );
  try {
    await server.listen({ host, port });
    return server;
  } catch (error) {
    await server.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port === 0) throw error;
    logger.warn({ host, port }, 'the port for health is taken, as by a second process; another one is used');
    return await listen(health, { host, port: 0, logger });
  }
}
