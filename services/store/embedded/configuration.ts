// The configuration files of the embedded ClickHouse server: limits, log and users.
// Always holds: every user is confined to loopback; the service's password is on disk as SHA-256 only.
// `default` cannot have a password (the engine's own session logs in as it). Two locks keep everybody else out of it:
// the HTTP handlers admit only requests whose headers name one of our users, and a quota leaves it no query to run.
// Does not promise: to confine the analyst to the tables. libchdb runs in ClickHouse's local mode, where the function
// file() reads whatever this account may read; give the analyst's password only to people who may.

import { createHash } from 'node:crypto';

/** The engine's own session runs two queries as `default`: open the listener, then wait. No further one is allowed. */
const ENGINE_QUERIES = 2;
/** Longest interval a quota can have without overflowing 32-bit seconds safely: ten years. */
const QUOTA_SECONDS = 315_360_000;

export interface ServerConfiguration {
  /** Absolute path of the users file. */
  usersFile: string;
  /** Absolute path of the folder for ClickHouse's logs. */
  logFolder: string;
  serviceUsername: string;
  analyst: { username: string; password: string };
}

/** Server settings: small caches and a memory bound, because the server runs beside the engine on one machine. */
export function serverXml(o: ServerConfiguration): string {
  return `<clickhouse>
  <log-level>warning</log-level>
  <logger>
    <log>${xml(o.logFolder)}/server.log</log>
    <errorlog>${xml(o.logFolder)}/error.log</errorlog>
    <size>10M</size>
    <count>3</count>
  </logger>
  <users_config>${xml(o.usersFile)}</users_config>
  <max_server_memory_usage>2147483648</max_server_memory_usage>
  <mark_cache_size>67108864</mark_cache_size>
  <index_mark_cache_size>16777216</index_mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <max_concurrent_queries>64</max_concurrent_queries>
  <keep_alive_timeout>30</keep_alive_timeout>
  <shutdown_wait_unfinished>1</shutdown_wait_unfinished>
  <asynchronous_metrics_update_period_s>60</asynchronous_metrics_update_period_s>
  <http_handlers>
    <rule>
      <url>/ping</url><methods>GET,HEAD</methods>
      <handler><type>static</type><status>200</status><response_content>Ok.</response_content></handler>
    </rule>
${admissions(o)}
  </http_handlers>
</clickhouse>
`;
}

/**
 * Who may send queries. ClickHouse refuses a request that gives X-ClickHouse-User and credentials in the URL, so a
 * user named in that header is the one who is logged in. It does believe the URL over an Authorization header;
 * therefore that way, which some clients insist on, is open only to the holder of the analyst's password.
 */
function admissions(o: ServerConfiguration): string {
  const token = Buffer.from(`${o.analyst.username}:${o.analyst.password}`).toString('base64');
  const headers = [
    `<X-ClickHouse-User>${o.serviceUsername}</X-ClickHouse-User>`,
    `<X-ClickHouse-User>${o.analyst.username}</X-ClickHouse-User>`,
    `<Authorization>Basic ${token}</Authorization>`,
  ];
  return headers
    .map(
      (header) =>
        `    <rule><headers>${header}</headers><handler><type>dynamic_query_handler</type>` +
        '<query_param_name>query</query_param_name></handler></rule>',
    )
    .join('\n');
}

export interface UsersConfiguration {
  database: string;
  service: { username: string; password: string };
  analyst: { username: string; password: string };
}

/**
 * Three users: `default` (the engine's own session, shut by quota), the service (owns the one database) and the
 * analyst (reads it; `readonly` 2 lets clients change settings, not data).
 */
export function usersXml(o: UsersConfiguration): string {
  const everything = 'SHOW, SELECT, INSERT, ALTER, CREATE, DROP, TRUNCATE, OPTIMIZE';
  return `<clickhouse>
  <profiles>
    <default/>
    <analyst><readonly>2</readonly><max_execution_time>300</max_execution_time></analyst>
  </profiles>
  <quotas>
    <default/>
    <engine><interval><duration>${QUOTA_SECONDS}</duration><queries>${ENGINE_QUERIES}</queries></interval></engine>
  </quotas>
  <users>
${user({
  name: 'default',
  password: null,
  profile: 'default',
  quota: 'engine',
  grants: ['SYSTEM LISTEN ON *.*', 'READ ON FILE', 'CREATE TEMPORARY TABLE ON *.*'],
})}
${user({
  name: o.service.username,
  password: o.service.password,
  profile: 'default',
  quota: 'default',
  grants: [
    `${everything} ON ${o.database}.*`,
    'SELECT ON system.*',
    'CREATE TEMPORARY TABLE ON *.*',
    'TABLE ENGINE ON *',
  ],
})}
${user({
  name: o.analyst.username,
  password: o.analyst.password,
  profile: 'analyst',
  quota: 'default',
  grants: [`SHOW, SELECT ON ${o.database}.*`],
})}
  </users>
</clickhouse>
`;
}

interface User {
  name: string;
  password: string | null;
  profile: string;
  quota: string;
  grants: readonly string[];
}

function user(o: User): string {
  const password =
    o.password === null
      ? '<password></password>'
      : `<password_sha256_hex>${createHash('sha256').update(o.password).digest('hex')}</password_sha256_hex>`;
  const grants = o.grants.map((grant) => `<query>GRANT ${grant}</query>`).join('');
  return `    <${o.name}>
      ${password}
      <networks><ip>127.0.0.1</ip></networks>
      <profile>${o.profile}</profile>
      <quota>${o.quota}</quota>
      <grants>${grants}</grants>
    </${o.name}>`;
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
