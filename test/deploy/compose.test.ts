// What can be known of docker-compose.yml and the Dockerfile without a Docker engine: that they hold to the rules of
// docs/deploy.md and name only what exists. Whether the containers start is for a machine with Docker to show.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { config } from '../../schemas/config.ts';

interface Service {
  image: string;
  build?: string;
  command?: string[];
  user?: string;
  privileged?: boolean;
  read_only?: boolean;
  network_mode?: string;
  pid?: string;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  environment?: Record<string, unknown>;
  ports?: string[];
  volumes?: string[];
  configs?: { source: string; target: string }[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
}
interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  configs: Record<string, { content: string }>;
}

const text = readFileSync('docker-compose.yml', 'utf8');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const dockerfile = readFileSync('Dockerfile', 'utf8');

test('Kafka, ClickHouse, Grafana and the three services are there', () => {
  assert.deepEqual(services.map(([name]) => name).sort(), [
    'clickhouse',
    'deliver',
    'detect',
    'grafana',
    'ingest',
    'kafka',
  ]);
});

test('every service has a health check, and waits for healthy ones only', () => {
  for (const [name, service] of services) {
    assert.ok((service.healthcheck?.test.length ?? 0) > 1, name);
    for (const [other, wait] of Object.entries(service.depends_on ?? {})) {
      assert.ok(compose.services[other], `${name} depends on ${other}`);
      assert.equal(wait.condition, 'service_healthy', `${name} depends on ${other}`);
    }
  }
});

test('every port is bound to loopback', () => {
  const ports = services.flatMap(([, service]) => service.ports ?? []);
  assert.ok(ports.length > 0);
  for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/);
});

test('no service is privileged, shares the host or keeps a capability', () => {
  for (const [name, service] of services) {
    assert.equal(service.privileged, undefined, name);
    assert.equal(service.network_mode, undefined, name);
    assert.equal(service.pid, undefined, name);
    assert.equal(service.cap_add, undefined, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.ok(!(service.volumes ?? []).some((volume) => volume.includes('docker.sock')), name);
    if (service.build !== undefined) assert.equal(service.read_only, true, name);
  }
});

test('every image is pinned to a version', () => {
  const images = [
    ...services.map(([, service]) => service.image),
    ...[...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1] as string),
  ];
  for (const image of images) assert.match(image, /^[\w./-]+:\d+\.\d+[\w.-]*$/, image);
});

test('secrets come from .env, and .env.example names each of them', () => {
  const wanted = new Set([...text.matchAll(/\$\{(\w+):\?/g)].map((match) => match[1]));
  const offered = [...readFileSync('.env.example', 'utf8').matchAll(/^(\w+)=(.*)$/gm)];
  assert.deepEqual(new Set(offered.map((match) => match[1])), wanted);
  for (const [, name, value] of offered) assert.equal(value, '', `${name} has a value`);
  for (const [name, service] of services)
    for (const [key, value] of Object.entries(service.environment ?? {}))
      if (/PASSWORD|TOKEN|SECRET/.test(key)) assert.match(String(value), /^\$\{\w+:\?/, `${name}: ${key}`);
});

test('volumes, configurations and mounted folders exist', () => {
  for (const [name, service] of services) {
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0] ?? '';
      if (source.startsWith('./')) assert.ok(existsSync(source), `${name}: ${source}`);
      else assert.ok(source in compose.volumes, `${name}: ${source}`);
    }
    for (const each of service.configs ?? [])
      assert.ok(compose.configs[each.source], `${name}: ${each.source}`);
  }
});

test('the mounted configuration is a valid keytrail.yaml that asks senders for a token', () => {
  const parsed = config.parse(parse(compose.configs.keytrail?.content ?? ''));
  assert.equal(parsed.ingest.http.host, '0.0.0.0');
  assert.equal(parsed.ingest.http.token, 'env:KEYTRAIL_INGEST_TOKEN');
  const environment = compose.services.ingest?.environment ?? {};
  assert.ok('KEYTRAIL_INGEST_TOKEN' in environment);
});

test('ClickHouse has the service, a read-only analyst, and no default user', () => {
  const users = compose.configs['clickhouse-users']?.content ?? '';
  assert.match(users, /<default remove="remove"\/>/);
  assert.match(users, /<password from_env="CLICKHOUSE_PASSWORD"\/>/);
  assert.match(users, /<password from_env="KEYTRAIL_ANALYST_PASSWORD"\/>/);
  assert.match(users, /<analyst><readonly>2<\/readonly>/);
  assert.doesNotMatch(users, /<grants><query>GRANT[^<]*(?:INSERT|ALTER|DROP)[^<]*<\/query><\/grants>/);
});

test('the image is Debian with glibc, built in stages, run by an ordinary user, without the embedded engine', () => {
  const stages = dockerfile.split(/^FROM /m).slice(1);
  assert.equal(stages.length, 2);
  const last = stages.at(-1) ?? '';
  assert.match(last, /^node:\S+-bookworm-slim/);
  assert.match(last, /^USER node$/m);
  assert.match(last, /^HEALTHCHECK /m);
  assert.match(dockerfile, /rm -rf node_modules\/chdb node_modules\/@chdb/);
  for (const [, sources] of dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm))
    for (const source of (sources ?? '').split(' ')) assert.ok(existsSync(source), source);
});

test('the builder is sent only what the Dockerfile copies', () => {
  const allowed = new Set(
    [...readFileSync('.dockerignore', 'utf8').matchAll(/^!(.+)$/gm)].map((match) => match[1] as string),
  );
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
    .flatMap((match) => (match[1] ?? '').split(' '))
    .map((path) => path.split('/')[0] as string);
  assert.deepEqual(new Set(copied), allowed);
  assert.match(readFileSync('.dockerignore', 'utf8'), /^\*$/m);
});
