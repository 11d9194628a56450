// The documents about running Keytrail hold: files they name exist, tests that prove a promise are there, and what
// readers copy (SQL, YAML, the verifier of webhooks) works.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { config } from '../../schemas/config.ts';
import { bodyOf, createSigner } from '../../services/deliver/message.ts';
import { post } from '../../services/deliver/post.ts';
import { incident } from '../services/store/fixtures.ts';
import { until } from '../until.ts';

const adrs = readdirSync('docs/adr').map((file) => `docs/adr/${file}`);
const pages = ['deploy', 'operations', 'performance', 'scale', 'threat-model', 'webhooks'].map(
  (name) => `docs/${name}.md`,
);
const read = (file: string) => readFileSync(file, 'utf8');

/** Contents of a page's fenced blocks of one language. */
function blocks(page: string, language: string): string[] {
  return [...read(page).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    (match) => match[1] as string,
  );
}

test('files that the documents name exist', () => {
  for (const page of [...pages, ...adrs]) {
    const text = read(page);
    for (const [, path] of text.matchAll(
      /`((?:schemas|detectors|services|dashboards|test|docs)\/[\w./-]*\w)`/g,
    ))
      assert.ok(existsSync(path as string), `${page}: ${path}`);
    for (const [, link] of text.matchAll(/\]\(((?!https?:)[^)#]+)/g))
      assert.ok(
        existsSync(join('docs', page.includes('/adr/') ? 'adr' : '.', link as string)),
        `${page}: ${link}`,
      );
  }
});

test('every promise of the threat model names a test that is there', () => {
  const rows = read('docs/threat-model.md').split('## Promised')[1]?.split('## Not')[0]?.split('\n') ?? [];
  const promises = rows.filter((row) => row.includes('.test.ts`'));
  assert.ok(promises.length > 20);
  for (const row of promises) {
    let file = '';
    for (const proof of row.split('|')[2]?.split(';') ?? []) {
      const [, where, name = ''] = /^\s*(`[^`]+`|the same): (.+?)\s*$/.exec(proof) ?? [];
      if (where !== 'the same') file = (where ?? '').replaceAll('`', '');
      assert.ok(existsSync(file), `${row}: ${file}`);
      const titles = read(file).match(/(?:test|it)\(\s*(?:'[^'\n]*'|"[^"\n]*"|`[^`\n]*`)/g) ?? [];
      assert.ok(name !== '' && titles.some((title) => title.includes(name)), `${file}: ${name}`);
    }
  }
});

test('the grants to copy are those of docker-compose.yml, and the example configuration is valid', () => {
  const compose = parse(read('docker-compose.yml'), { merge: true }) as {
    configs: Record<string, { content: string }>;
    services: Record<string, object>;
  };
  const users = compose.configs['clickhouse-users']?.content ?? '';
  const offered = [...(blocks('docs/deploy.md', 'sql')[0] ?? '').matchAll(/^(GRANT .*) TO \w+;$/gm)];
  assert.deepEqual(
    offered.map((match) => match[1]),
    [...users.matchAll(/<query>(.*?)<\/query>/g)].map((match) => match[1]),
  );
  const [own = '', override = '', kafka = ''] = blocks('docs/deploy.md', 'yaml');
  config.parse(parse(own));
  config.parse(parse(kafka));
  config.parse(parse(blocks('docs/webhooks.md', 'yaml')[0] ?? ''));
  const { services } = parse(override, { merge: true }) as { services: Record<string, object> };
  for (const name of Object.keys(services)) assert.ok(name in compose.services, name);
});

test('the verifier in webhooks.md takes what Keytrail signs and refuses the rest', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'keytrail-verifier-'));
  const port = await freePort();
  const code = (blocks('docs/webhooks.md', 'js')[0] ?? '')
    .replace("'standardwebhooks'", JSON.stringify(import.meta.resolve('standardwebhooks')))
    .replace('listen(9000', `listen(${port}`);
  writeFileSync(join(folder, 'verify.mjs'), code);
  const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
  const shared = secret();
  const receiver = spawn(process.execPath, [join(folder, 'verify.mjs')], {
    env: { ...process.env, KEYTRAIL_WEBHOOK_SECRET: shared },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  receiver.stdout.on('data', (chunk: Buffer) => {
    printed += chunk;
  });
  t.after(() => {
    receiver.kill();
    rmSync(folder, { recursive: true });
  });
  const body = bodyOf(incident(1), { format: 'ocsf', version: '0.1.0' });
  const send = async (id: string, key: { secret: string; previousSecret?: string }, text = body) => {
    const hook = {
      name: 'siem',
      url: `http://127.0.0.1:${port}/`,
      format: 'ocsf',
      minSeverity: 'low',
    } as const;
    const headers = createSigner({ ...hook, ...key, allowPrivate: true, timeoutMs: 5000 }).sign({
      id,
      now: Date.now(),
      body,
    });
    return (await post({ url: hook.url, body: text, headers, timeoutMs: 5000, allowPrivate: true })).status;
  };
  await until('the verifier listens', () => answers(port), Boolean);
  assert.equal(await send('a', { secret: shared }), 204);
  assert.equal(await send('a', { secret: shared }), 204, 'a repeat is answered as the first');
  assert.equal(await send('b', { secret: secret(), previousSecret: shared }), 204, 'during rotation');
  assert.equal(await send('c', { secret: secret() }), 401);
  assert.equal(await send('d', { secret: shared }, `${body} `), 401);
  assert.equal(printed, `${incident(1).title}\n`.repeat(2), 'the repeat was dropped');
});

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
    server.on('error', reject);
  });
}
