// The README's picture: the bundled sample day scanned for real, its incident table drawn as a terminal shows it.

import { config } from '../../schemas/config.ts';
import { tuningOf } from '../../services/config.ts';
import { incidentTable } from '../../services/scan/incident-table.ts';
import { scan } from '../../services/scan/scan.ts';
import { terminalPicture } from './terminal-picture.ts';

const SAMPLE = 'samples/larkfield-kong.ndjson.gz';

/** An SVG; the same on every machine, since nothing in the table depends on the fingerprint key or the clock. */
export async function incidentPicture(): Promise<string> {
  const { identity, tenant, environment, ...settings } = config.parse({});
  const { incidents } = await scan({
    paths: [SAMPLE],
    format: 'auto',
    formatOptions: {},
    normaliser: {
      extractors: identity.extractors,
      hmacKey: Buffer.alloc(32),
      tenant,
      environment,
      trustedProxies: [],
    },
    sourceFiles: {},
    tuning: tuningOf({ identity, tenant, environment, ...settings }),
    now: () => 0,
  });
  const table = incidentTable(incidents, { columns: 150, colour: true });
  return terminalPicture(`$ npx keytrail scan ${SAMPLE}\n${table}`, 'keytrail scan');
}
