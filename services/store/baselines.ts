// Stored baselines: opaque bytes per credential, written as RowBinary because JSON cannot carry bytes.
// Always holds: loading gives the newest row of each credential, one block in memory at a time.

import type { StoredBaseline } from '../../detectors/engine-contract.ts';
import type { Client } from './client.ts';
import { RowBinary } from './row-binary.ts';

const COLUMNS = ['tenant', 'lineage', 'layout', 'updated_at', 'state'] as const;

export async function saveBaselines(
  client: Client,
  rows: readonly StoredBaseline[],
  token: string,
): Promise<void> {
  if (rows.length === 0) return;
  const body = new RowBinary(rows.reduce((sum, row) => sum + row.bytes.length + 128, 0));
  for (const row of rows) {
    body.string(row.tenant);
    body.string(row.lineage);
    body.string(row.layout);
    body.int64(row.updatedAt);
    body.bytes(row.bytes);
  }
  await client.insertBinary('baselines', COLUMNS, body.finish(), token);
}

export async function* loadBaselines(client: Client): AsyncGenerator<StoredBaseline> {
  const rows = client.stream<{
    tenant: string;
    lineage: string;
    layout: string;
    updated_at: number;
    state: string;
  }>('SELECT tenant, lineage, layout, updated_at, base64Encode(state) AS state FROM baselines FINAL');
  for await (const row of rows)
    yield {
      tenant: row.tenant,
      lineage: row.lineage,
      layout: row.layout,
      updatedAt: row.updated_at,
      bytes: new Uint8Array(Buffer.from(row.state, 'base64')),
    };
}
