// `npm run sample`: writes the bundled sample day (samples/) from its fixed seed.

import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { larkfieldDay } from './larkfield.ts';

const day = larkfieldDay(20260310);
writeFileSync('samples/larkfield-kong.ndjson.gz', gzipSync(`${day.lines.join('\n')}\n`, { level: 9 }));
writeFileSync(
  'samples/larkfield-labels.json',
  `${JSON.stringify({ seed: 20260310, labels: day.labels }, null, 2)}\n`,
);
process.stdout.write(
  `${day.lines.length} calls by ${day.consumers} credentials, ${day.labels.length} planted attacks\n`,
);
