// `keytrail deliver` as a process: sends what the outbox holds until it is told to stop.

import { aborted } from '../lifecycle.ts';
import type { ServiceContext } from '../service-commands.ts';
import { createStore } from '../store/store.ts';
import { createDeliverer, type Deliverer } from './deliver.ts';

export async function runDeliver(context: ServiceContext): Promise<void> {
  const deliverer = await open(context);
  const { logger, settings, lifecycle } = context;
  logger.info({ webhooks: settings.webhooks.map((hook) => hook.name) }, 'delivering');
  if (settings.webhooks.length === 0) logger.warn('no webhook is configured: nothing will be sent');
  await deliverer.run(lifecycle.signal);
  // Without webhooks there is nothing to run, and a supervisor would start an ended process again and again.
  await aborted(lifecycle.signal);
}

export async function redeliver(context: ServiceContext, id: string): Promise<void> {
  const deliverer = await open(context);
  await deliverer.redeliver(id);
  await deliverer.drain();
  process.stdout.write(
    `${id}: pending again; sent if its destination answers, see the outbox for the outcome\n`,
  );
}

async function open({ settings, logger, lifecycle }: ServiceContext): Promise<Deliverer> {
  const { url, username, password, database, retentionDays } = settings.clickhouse;
  const store = createStore({ url: url!, username, password, database, retentionDays });
  lifecycle.onClose('store', () => store.close());
  await store.migrate();
  return createDeliverer({ outbox: store.outbox, webhooks: settings.webhooks, logger });
}
