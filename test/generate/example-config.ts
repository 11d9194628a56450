// Makes keytrail.example.yaml: the settings with their defaults, and every parameter of every detector with unit,
// range and what moving it does, taken from the catalogue so that it cannot drift. All lines are comments or defaults:
// the file can be used as it is.

import { CATALOGUE } from '../../detectors/catalogue.ts';
import type { Detector } from '../../detectors/detector.ts';

const HEAD = `# Keytrail configuration. Copy to keytrail.yaml and keep what you change; everything has a default.
# Check it with: npx keytrail config keytrail.yaml
# It is read again when the file changes: detector thresholds and overrides then apply at once, without restart.
# A file with a mistake is refused whole, every problem is named, and the thresholds before stay in force.
# Values of the form env:NAME are read from the environment variable NAME.

# Name of the tenant the events belong to, and of the environment.
tenant: default
environment: production

# Data directory (embedded ClickHouse, fingerprint key, follower positions).
# data: /var/lib/keytrail

log:
  level: info            # debug, info, warn, error, silent

ingest:
  format: auto           # auto, or one of: npx keytrail formats
  # logFormat: '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_user_agent" $request_id'
  # mapping: { at: timestamp, ip: client.address, method: http.method, path: url, status: http.status }
  trustedProxies: []     # CIDR blocks whose X-Forwarded-For is believed, such as 10.0.0.0/8
  files: []              # log files to follow, through rotation
  http:
    enabled: true        # POST /v1/logs: NDJSON, JSON arrays or plain lines, gzip allowed
    host: 127.0.0.1      # other addresses need a token
    port: 4681
    # token: env:KEYTRAIL_INGEST_TOKEN
    maxBodyBytes: 33554432
  # topic: gateway.logs  # Kafka topic of raw gateway lines

identity:
  # Where the credential is, strongest first. The first that finds something decides.
  extractors: [mtls, consumer, aws, jwt, 'header:x-api-key', 'header:apikey', 'query:api_key', 'query:apikey',
    'query:access_token', 'query:key', bearer, basic, user, client]

geo: {}                  # asn: and country: take your own MaxMind or IPinfo .mmdb files

kafka:
  brokers: []            # host:port; or KAFKA_BROKERS in the environment
  clientId: keytrail
  group: keytrail-detect
  topics: { events: api.events, deadLetters: api.dead-letters }
  partitions: 12
  replication: 1
  compression: lz4       # none, gzip, lz4
  sessionTimeoutMs: 30000   # a consumer silent for this long loses its partitions to others
  ssl: false
  # sasl: { mechanism: scram-sha-512, username: keytrail, password: env:KAFKA_PASSWORD }

clickhouse:
  # url: http://clickhouse:8123   # absent: the embedded server; or CLICKHOUSE_URL
  username: default
  password: ''
  database: keytrail
  retentionDays: 90      # days events are kept, 0 for ever

console:
  host: 127.0.0.1
  port: 4680

health:
  enabled: true          # /healthz and /metrics of detect, deliver and hunt; up has them on console.port
  host: 127.0.0.1        # there is no sign-in: counts and names of gateways, nothing of callers
  ports: { detect: 4682, deliver: 4683, hunt: 4684 }   # one that is taken: another is used, and logged
  silentMinutes: 30      # a gateway without events for so long is reported; 0 never

webhooks: []
#  - name: siem
#    url: https://siem.example.com/hooks/keytrail
#    format: ocsf         # OCSF 1.8 Detection Finding, or native
#    secret: env:KEYTRAIL_WEBHOOK_SECRET   # whsec_…: openssl rand -base64 32 | sed s/^/whsec_/
#    minSeverity: low     # info, low, medium, high, critical
#    allowPrivate: false  # true allows private and loopback addresses
#    timeoutMs: 10000

# Files of what you know: inventory, revocations, deploys, declared jobs, canaries, sensitivity (docs/facts.md).
facts: []
# caep:                  # signed security events pushed to POST /v1/caep
#   issuer: https://idp.example.com
#   audience: keytrail
#   jwks: https://idp.example.com/jwks.json   # or a file
pagesPerDay: 20          # incidents of one tenant that may interrupt people; the rest are marked for the digest
`;

const OVERRIDES = `
# Scoped exceptions: all keys of a scope must match, * at the end matches any rest. They expire by event time.
overrides: []
#  - scope: { client: nightly-export, route: /v1/orders* }
#    detectors: { D08: { excessFloor: 50000 } }
#    reason: contracted full export every night
#    author: you@example.com
#    expires: 2027-01-01T00:00:00Z
`;

interface ParameterText {
  description?: string;
  unit?: string;
  effect?: string;
}

export function exampleConfig(): string {
  return `${HEAD}\n# Thresholds of every detector. Each line is the default.\ndetectors:\n${CATALOGUE.map(detectorSection).join('\n')}${OVERRIDES}`;
}

function detectorSection(detector: Detector): string {
  const { meta } = detector;
  const defaults = detector.params.parse({}) as Record<string, number | boolean>;
  const lines = [`  # ${meta.id} ${meta.title}: ${meta.behaviour}`, `  ${meta.id}:`, '    enabled: true'];
  for (const [name, schema] of Object.entries(detector.params.shape)) {
    if (name === 'enabled') continue;
    const text = (schema.meta() ?? {}) as ParameterText;
    const range = rangeOf(schema);
    lines.push(
      ...wrapped(
        `${[text.unit, range].filter(Boolean).join(', ')}. ${text.effect ?? text.description ?? ''}`,
      ),
    );
    lines.push(`    ${name}: ${defaults[name]}`);
  }
  return `${lines.join('\n')}\n`;
}

function rangeOf(schema: unknown): string {
  const inner = schema as { unwrap?: () => unknown; minValue?: number | null; maxValue?: number | null };
  if (inner.unwrap) return rangeOf(inner.unwrap());
  const low = Number.isFinite(inner.minValue) ? inner.minValue : null;
  const high =
    Number.isFinite(inner.maxValue) && inner.maxValue !== Number.MAX_SAFE_INTEGER ? inner.maxValue : null;
  if (low === null && high === null) return '';
  return high === null ? `${low} or more` : `${low ?? ''} to ${high}`;
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '    #';
  for (const word of text.split(' ')) {
    if (line.length + word.length > 108) {
      lines.push(line);
      line = '    #';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
