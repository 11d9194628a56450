// The files `keytrail scan` can write beside its report: credentials, normalised events and learned routes, one JSON
// object a line (schemas/scan.ts). Backpressure is respected; a write error ends the scan with the file's name.

import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { CredentialSummary } from '../../detectors/engine-contract.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import type { ScanCredential, ScanEvent } from '../../schemas/scan.ts';

export interface LineWriter {
  write(value: unknown): Promise<void> | void;
  close(): Promise<void>;
}

export async function openLineWriter(path: string): Promise<LineWriter> {
  const stream: WriteStream = createWriteStream(path, { highWaterMark: 1 << 20 });
  let failure: Error | null = null;
  stream.on('error', (error) => {
    failure = new Error(`${path}: cannot write (${(error as NodeJS.ErrnoException).code ?? error.message})`);
  });
  await Promise.race([once(stream, 'open'), once(stream, 'error').catch(() => undefined)]);
  if (failure) throw failure;
  return {
    write(value) {
      if (failure) throw failure;
      if (stream.write(`${JSON.stringify(value)}\n`)) return;
      return once(stream, 'drain').then(() => undefined);
    },
    async close() {
      await new Promise<void>((resolve) => stream.end(resolve));
      if (failure) throw failure;
    },
  };
}

export function scanEventOf(event: ApiEvent): ScanEvent {
  return {
    at: new Date(event.at).toISOString(),
    ip: event.client.ip,
    method: event.method,
    path: event.path,
    route: event.route,
    query: event.query,
    status: event.status,
    bytes_out: event.bytes_out,
    user_agent: event.client.user_agent,
    user: event.credential.subject,
    lineage: event.credential.lineage,
    objects: event.objects.map((object) => object.id),
  };
}

export function scanCredentialOf(summary: CredentialSummary): ScanCredential {
  const { lineage, kind, display, events, objects, sources, routes, bytes, risk, incidents, readiness } =
    summary;
  return { lineage, kind, display, events, objects, sources, routes, bytes, risk, incidents, readiness };
}
