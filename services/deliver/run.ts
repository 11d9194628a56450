// `keytrail deliver` as a process: sends what the outbox holds until it is told to stop.

import type { Figures } from '../health/figures.ts';
import { serveHealth } from '../health/listener.ts';
import { storeLook } from '../health/neighbours.ts';
import { aborted } from '../lifecycle.ts';
import type { ServiceContext } from '../service-commands.ts';
import { createStore, type Store } from '../store/store.ts';
import { createDeliverer, type Deliverer } from './deliver.ts';

export async function runDeliver(context: ServiceContext): Promise<void> {
  const { store, deliverer } = await open(context);
  const { logger, settings, lifecycle } = context;
  const { webhooks } = settings;
  const askStore = storeLook({ store, place: new URL(settings.clickhouse.url!).host, webhooks });
  const startedAt = Date.now();
  const read = async (): Promise<Figures> => {
    const asked = await askStore();
    const deliveries = deliverer.statistics();
    return { service: 'deliver', now: Date.now(), startedAt, ...asked, deliveries };
  };
  const health = await serveHealth({ service: 'deliver', settings, read, logger });
  lifecycle.onClose('health', () => health.close());
  logger.info({ webhooks: webhooks.map((hook) => hook.name) }, 'delivering');
  if (webhooks.length === 0) logger.warn('no webhook is configured: nothing will be sent');
  await deliverer.run(lifecycle.signal);
  // Without webhooks there is nothing to run, and a supervisor would start an ended process again and again.
  await aborted(lifecycle.signal);
}

export async function redeliver(context: ServiceContext, id: string): Promise<void> {
  const { deliverer } = await open(context);
  await deliverer.redeliver(id);
  await deliverer.drain();
  process.stdout.write(
    `${id}: pending again; sent if its destination answers, see the outbox for the outcome\n`,
  );
}

async function open({
  settings,
  logger,
  lifecycle,
}: ServiceContext): Promise<{ store: Store; deliverer: Deliverer }> {
  const { url, username, password, database, retentionDays } = settings.clickhouse;
  const store = createStore({ url: url!, username, password, database, retentionDays });
  lifecycle.onClose('store', () => store.close());
  await store.migrate();
  return { store, deliverer: createDeliverer({ outbox: store.outbox, webhooks: settings.webhooks, logger }) };
}
