// No secret in anything that `keytrail scan` writes: reports, events, credentials, routes, messages, data directory.
// (The services' tables, topics and logs are searched in test/integration/.)

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { leaksIn, PLANTED, SECRETS } from './planted-secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'keytrail-secrets-'));
after(() => rmSync(folder, { recursive: true }));

function keytrail(args: string[]) {
  return spawnSync(process.execPath, ['--import', 'tsx', 'services/main.ts', ...args], {
    encoding: 'utf8',
    env: { ...process.env, KEYTRAIL_DATA: join(folder, 'data') },
    maxBuffer: 1 << 28,
  });
}

test('the planted secrets are really in the input', () => {
  const input = Object.values(PLANTED).flat().join('\n');
  for (const [name, secret] of Object.entries(SECRETS)) {
    const shown =
      input.includes(secret) || input.includes(encodeURIComponent(secret)) || name === 'basicPassword';
    assert.ok(shown, name);
  }
});

for (const [format, lines] of Object.entries(PLANTED)) {
  test(`${format}: nothing that was written holds a secret`, () => {
    const input = join(folder, `${format}.log`);
    writeFileSync(input, `${lines.join('\n')}\n`);
    const files = ['events', 'credentials', 'routes'].map((name) => join(folder, `${format}-${name}.ndjson`));
    const outputs = files.flatMap((file, index) => [`--${['events', 'credentials', 'routes'][index]}`, file]);
    const reports = [
      keytrail(['scan', '--format', format, '--verbose', '--json', '--summary-json', ...outputs, input]),
      keytrail(['scan', '--format', format, '--verbose', input]),
      keytrail([
        'scan',
        '--summary-json',
        '--identity',
        'cookie:PHPSESSID,header:x-api-key,query:api_key,bearer,basic,client',
        input,
      ]),
    ];
    for (const report of reports) {
      assert.equal(report.status, 0, report.stderr);
      assert.deepEqual(leaksIn(report.stdout + report.stderr), []);
    }
    for (const file of files) assert.deepEqual(leaksIn(readFileSync(file, 'utf8')), [], file);
    const summary = JSON.parse(reports[2]!.stdout) as { lines: number; events: number };
    assert.equal(summary.lines, lines.length);
    assert.ok(
      summary.events >= lines.length / 4,
      `${summary.events} events of ${lines.length} lines: the secrets were not even read`,
    );
  });
}

test('nor does the data directory', () => {
  const data = join(folder, 'data');
  for (const name of readdirSync(data, { recursive: true, encoding: 'utf8' })) {
    const file = join(data, name);
    if (statSync(file).isFile()) assert.deepEqual(leaksIn(readFileSync(file, 'latin1')), [], name);
  }
});
