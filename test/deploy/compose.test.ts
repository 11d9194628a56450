// What can be known of docker-compose.yml and the Dockerfile without a Docker engine: that they hold to the rules of
// docs/deploy.md and name only what exists. Whether the containers start is for a machine with Docker to show.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { parse } from 'yaml';
import { loadSettings } from '../../services/config.ts';
import { addHuntCommand } from '../../services/hunt/command.ts';
import { addServiceCommands } from '../../services/service-commands.ts';
import { usersXml } from '../../services/store/embedded/configuration.ts';

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
  stop_grace_period?: string;
}
interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  configs: Record<string, { content?: string; environment?: string; file?: string }>;
}

const text = readFileSync('docker-compose.yml', 'utf8');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const dockerfile = readFileSync('Dockerfile', 'utf8');
const ours = services.filter(([, service]) => service.build !== undefined);
const PROVISIONING = 'dashboards/grafana/provisioning';

/** Instructions of the Dockerfile, continued lines joined, without comments. */
const instructions = dockerfile
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line !== '');

/** The keytrail.yaml that the image holds. */
function imageConfiguration(): string {
  const written = /printf '%s\\n' ((?:'[^']*' ?)+)\s*> \/etc\/keytrail\/keytrail\.yaml/.exec(
    instructions.join('\n'),
  );
  return [...(written?.[1] ?? '').matchAll(/'([^']*)'/g)].map((match) => `${match[1]}\n`).join('');
}

/** Settings as one of our services would load them, each secret being its variable's name. */
function settingsOf(service: Service) {
  const folder = mkdtempSync(join(tmpdir(), 'keytrail-compose-'));
  try {
    const file = join(folder, 'keytrail.yaml');
    writeFileSync(file, imageConfiguration());
    const environment = Object.fromEntries(
      Object.entries(service.environment ?? {}).map(([name, value]) => [
        name,
        String(value).replace(/^\$\{(\w+):\?.*$/, '$1'),
      ]),
    );
    return loadSettings({ file, environment });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('Kafka, ClickHouse, Grafana and the four services are there', () => {
  assert.deepEqual(services.map(([name]) => name).sort(), [
    'clickhouse',
    'deliver',
    'detect',
    'grafana',
    'hunt',
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

test('what keeps state has a minute to store it before it is killed', () => {
  for (const [name, service] of services)
    if (service.volumes !== undefined || service.build !== undefined)
      if (name !== 'grafana') assert.equal(service.stop_grace_period, '1m', name);
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

test('a service with a read-only root takes no inline configuration: Compose refuses it', () => {
  for (const [name, service] of services) {
    if (service.read_only !== true) continue;
    for (const each of service.configs ?? [])
      assert.ok(compose.configs[each.source]?.file, `${name}: ${each.source} must be a file`);
  }
});

test('the image’s configuration is valid for each service: token asked for, neighbours found, password given', () => {
  const { kafka, clickhouse } = compose.services;
  const advertised = String(kafka?.environment?.KAFKA_ADVERTISED_LISTENERS);
  assert.equal(ours.length, 4);
  for (const [name, service] of ours) {
    const settings = settingsOf(service);
    assert.equal(settings.ingest.http.host, '0.0.0.0', name);
    assert.equal(settings.ingest.http.token, 'KEYTRAIL_INGEST_TOKEN', name);
    assert.equal(settings.ingest.http.port, 4681, name);
    assert.deepEqual(settings.kafka.brokers, ['kafka:19092'], name);
    assert.ok(advertised.includes(`INTERNAL://${settings.kafka.brokers[0]}`), advertised);
    assert.equal(settings.clickhouse.url, 'http://clickhouse:8123', name);
    assert.equal(settings.clickhouse.username, 'keytrail', name);
    assert.equal(settings.clickhouse.password, 'CLICKHOUSE_PASSWORD', name);
    assert.equal(settings.clickhouse.database, 'keytrail', name);
  }
  assert.deepEqual(compose.services.ingest?.ports, ['127.0.0.1:4681:4681']);
  assert.deepEqual(clickhouse?.ports, ['127.0.0.1:8123:8123']);
  const data = /KEYTRAIL_DATA=(\S+)/.exec(dockerfile)?.[1];
  assert.deepEqual(compose.services.ingest?.volumes, [`keytrail-data:${data}`]);
});

test('each service runs a command that exists', () => {
  const program = new Command();
  addServiceCommands(program);
  addHuntCommand(program);
  const commands = program.commands.map((command) => command.name());
  for (const [name, service] of ours)
    assert.ok(commands.includes(service.command?.[0] ?? ''), `${name}: ${service.command}`);
});

test('health checks use what their image has', () => {
  const programs: Record<string, RegExp> = {
    kafka: /^\/opt\/kafka\/bin\/kafka-broker-api-versions\.sh /,
    clickhouse: /^wget /,
    grafana: /^wget /,
  };
  for (const [name, service] of services) {
    const [form, program = ''] = service.healthcheck?.test ?? [];
    if (service.build !== undefined) assert.deepEqual([form, program], ['CMD', 'node'], name);
    else assert.match(form === 'CMD-SHELL' ? program : '', programs[name] ?? /^$/, name);
  }
});

test('health checks ask the port that the service listens on', () => {
  for (const name of ['detect', 'deliver', 'hunt'] as const) {
    const service = compose.services[name] as Service;
    const { ports } = settingsOf(service).health;
    assert.ok(service.healthcheck?.test.at(-1)?.includes(`:${ports[name]}/healthz`), name);
  }
});

test('Grafana has the data source’s plugin, its variables, and the folder its provider reads', () => {
  const grafana = compose.services.grafana as Service;
  const environment = grafana.environment ?? {};
  const source = readFileSync(`${PROVISIONING}/datasources/keytrail.yaml`, 'utf8');
  for (const [, name] of source.matchAll(/\$(\w+)/g)) assert.ok((name as string) in environment, name);
  const { datasources } = parse(source) as { datasources: { type: string }[] };
  const plugin = String(environment.GF_PLUGINS_PREINSTALL_SYNC);
  assert.match(plugin, /^[\w-]+@\d+\.\d+\.\d+$/);
  for (const { type } of datasources) assert.equal(plugin.split('@')[0], type);
  const mounts = new Map(
    (grafana.volumes ?? []).map((volume) => volume.split(':').slice(0, 2) as [string, string]),
  );
  assert.equal(mounts.get(`./${PROVISIONING}`), '/etc/grafana/provisioning');
  const { providers } = parse(readFileSync(`${PROVISIONING}/dashboards/keytrail.yaml`, 'utf8')) as {
    providers: { options: { path: string } }[];
  };
  for (const { options } of providers) {
    const [folder = ''] = [...mounts].find(([, target]) => target === options.path) ?? [];
    assert.ok(
      readdirSync(folder).some((file) => file.endsWith('.json')),
      options.path,
    );
  }
});

test('ClickHouse has the service, a read-only analyst, and no default user', () => {
  const users = compose.configs['clickhouse-users']?.content ?? '';
  assert.match(users, /<default remove="remove"\/>/);
  assert.match(users, /<password from_env="CLICKHOUSE_PASSWORD"\/>/);
  assert.match(users, /<password from_env="KEYTRAIL_ANALYST_PASSWORD"\/>/);
  assert.match(users, /<analyst><readonly>2<\/readonly>/);
});

test('ClickHouse’s users have the grants that the tests of the embedded server prove sufficient', () => {
  const embedded = usersXml({
    database: 'keytrail',
    service: { username: 'keytrail', password: 's' },
    analyst: { username: 'analyst', password: 'a' },
  });
  const users = compose.configs['clickhouse-users']?.content ?? '';
  for (const name of ['keytrail', 'analyst']) {
    const grants = (xml: string) =>
      [
        ...(xml.split(`<${name}>`).at(-1)?.split(`</${name}>`)[0] ?? '').matchAll(/<query>(.*?)<\/query>/g),
      ].map((match) => match[1]);
    assert.ok(grants(users).length > 0, name);
    assert.deepEqual(grants(users), grants(embedded), name);
  }
});

test('the image is Debian with glibc, built in stages, run by an ordinary user, without the embedded engine', () => {
  const stages = dockerfile.split(/^FROM /m).slice(1);
  assert.equal(stages.length, 2);
  const last = stages.at(-1) ?? '';
  assert.match(last, /^node:\S+-bookworm-slim/);
  assert.match(last, /^USER node$/m);
  assert.match(last, /^HEALTHCHECK /m);
  assert.match(dockerfile, /rm -rf node_modules\/chdb node_modules\/@chdb/);
  assert.ok(dockerfile.indexOf('/etc/keytrail/keytrail.yaml') < dockerfile.indexOf('USER node'));
  const packageFile = JSON.parse(readFileSync('package.json', 'utf8')) as { bin: { keytrail: string } };
  assert.match(
    last,
    new RegExp(`^ENTRYPOINT \\["node", "/opt/keytrail/${packageFile.bin.keytrail}"\\]$`, 'm'),
  );
  // `npm ci` and `npm prune` would run `prepare`, which compiles: too early in one case, without a compiler in the other.
  const npm = instructions.join(' ').match(/npm (?:ci|prune)\b[^&]*/g) ?? [];
  assert.equal(npm.length, 2);
  for (const command of npm) assert.match(command, /--ignore-scripts/);
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
