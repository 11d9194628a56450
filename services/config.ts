// Reads keytrail.yaml and the environment once, checks everything, and freezes the result. The only file that reads
// process.env. Always holds: a wrong file is refused whole, with every problem named at once.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { compileTuning, TuningError } from '../detectors/tuning.ts';
import { type Config, config as configSchema } from '../schemas/config.ts';
import { formatByName } from '../schemas/gateways/catalogue.ts';
import { type Tuning, tuning as tuningSchema } from '../schemas/tuning.ts';
import { defaultDataDirectory } from './paths.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The process environment, read here and nowhere else. */
// biome-ignore lint/style/noProcessEnv: this file is the door.
const environment: Environment = process.env;

/** Configuration with its defaults filled in and `env:NAME` references resolved. */
export type Settings = Config & { readonly dataDirectory: string; readonly file: string | null };

/** Every problem of a configuration file, one line each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(where: string, problems: readonly string[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(`${where}: ${count}\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Loads the configuration. Order: defaults, then the file (given, or `keytrail.yaml` in the working directory), then
 * KAFKA_BROKERS, CLICKHOUSE_URL, CLICKHOUSE_USER, CLICKHOUSE_PASSWORD, KEYTRAIL_DATA and KEYTRAIL_LOG_LEVEL.
 * @throws ConfigError naming all problems at once.
 */
export function loadSettings(options: {
  file?: string;
  environment?: Environment;
  directory?: string;
}): Settings {
  const env = options.environment ?? environment;
  const file = configFile(options);
  const raw = file ? parseYaml(file) : {};
  const where = file ?? 'environment';
  const parsed = configSchema.safeParse(withEnvironment(raw, env));
  if (!parsed.success)
    throw new ConfigError(where, [...parsed.error.issues.map(describeIssue), ...tuningProblems(raw)]);
  const problems: string[] = [];
  const resolved = resolveReferences(parsed.data, env, problems);
  const format = formatProblem(resolved.ingest);
  if (format !== null) problems.push(`ingest: ${format}`);
  for (const [kind, file] of Object.entries(resolved.geo))
    if (file !== undefined && !existsSync(file)) problems.push(`geo.${kind}: there is no file ${file}`);
  problems.push(...problemsOfTuning(tuningOf(resolved)));
  if (problems.length > 0) throw new ConfigError(where, problems);
  const dataDirectory = resolve(resolved.data ?? defaultDataDirectory(env));
  return Object.freeze({ ...resolved, dataDirectory, file });
}

/** The part of the configuration that detectors are judged by. */
export function tuningOf(config: Config): Tuning {
  return { detectors: config.detectors, overrides: config.overrides };
}

/** Problems of the detector part of a file whose rest is wrong as well, so that all are named at once. */
function tuningProblems(raw: unknown): readonly string[] {
  const { detectors, overrides } = (raw ?? {}) as { detectors?: unknown; overrides?: unknown };
  const parsed = tuningSchema.safeParse({ detectors, overrides });
  return parsed.success ? problemsOfTuning(parsed.data) : [];
}

function problemsOfTuning(tuning: Tuning): readonly string[] {
  try {
    compileTuning(tuning);
    return [];
  } catch (error) {
    if (!(error instanceof TuningError)) throw error;
    return error.problems;
  }
}

/** What is wrong with a format, its log format string or its mapping; null when lines can be read by it. */
export function formatProblem(
  ingest: Pick<Config['ingest'], 'format' | 'logFormat' | 'mapping'>,
): string | null {
  const { format, logFormat, mapping } = ingest;
  if (logFormat !== undefined && format !== 'combined' && format !== 'auto')
    return `logFormat is for format: combined, not ${format}`;
  if (mapping !== undefined && format !== 'generic' && format !== 'auto')
    return `mapping is for format: generic, not ${format}`;
  try {
    if (logFormat !== undefined) formatByName('combined').parser({ logFormat });
    if (mapping !== undefined) formatByName('generic').parser({ mapping });
    if (format !== 'auto') formatByName(format);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function configFile(options: { file?: string; directory?: string }): string | null {
  if (options.file) {
    if (!existsSync(options.file)) throw new ConfigError(options.file, ['no such file']);
    if (statSync(options.file).isDirectory())
      throw new ConfigError(options.file, ['a directory, not a file']);
    return resolve(options.file);
  }
  const usual = resolve(options.directory ?? process.cwd(), 'keytrail.yaml');
  return existsSync(usual) ? usual : null;
}

function parseYaml(file: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter, uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new ConfigError(
      file,
      document.errors.map((error) => {
        const { line, col } = lineCounter.linePos(error.pos[0]);
        return `line ${line}, column ${col}: ${error.message.split('\n')[0]}`;
      }),
    );
  }
  return document.toJS({ maxAliasCount: 100 }) ?? {};
}

function withEnvironment(raw: unknown, env: Environment): unknown {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) return raw;
  const out: Record<string, unknown> = { ...raw };
  const set = (section: string, key: string, value: unknown) => {
    const before = out[section];
    out[section] = { ...(before !== null && typeof before === 'object' ? before : {}), [key]: value };
  };
  if (env.KAFKA_BROKERS)
    set(
      'kafka',
      'brokers',
      env.KAFKA_BROKERS.split(',').map((broker) => broker.trim()),
    );
  if (env.CLICKHOUSE_URL) set('clickhouse', 'url', env.CLICKHOUSE_URL);
  if (env.CLICKHOUSE_USER) set('clickhouse', 'username', env.CLICKHOUSE_USER);
  if (env.CLICKHOUSE_PASSWORD) set('clickhouse', 'password', env.CLICKHOUSE_PASSWORD);
  if (env.KEYTRAIL_LOG_LEVEL) set('log', 'level', env.KEYTRAIL_LOG_LEVEL);
  if (env.KEYTRAIL_DATA) out.data = env.KEYTRAIL_DATA;
  return out;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.') || '(top level)';
  return `${path}: ${issue.message}`;
}

/** Replaces `env:NAME` by the variable's value in the few fields that may hold a secret. */
function resolveReferences(config: Config, env: Environment, problems: string[]): Config {
  const value = (text: string, path: string): string => {
    if (!text.startsWith('env:')) return text;
    const name = text.slice(4);
    const found = env[name];
    if (found) return found;
    problems.push(`${path}: environment variable ${name} is not set`);
    return text;
  };
  const { token } = config.ingest.http;
  const { sasl } = config.kafka;
  return {
    ...config,
    ingest: {
      ...config.ingest,
      http: {
        ...config.ingest.http,
        ...(token === undefined ? {} : { token: value(token, 'ingest.http.token') }),
      },
    },
    kafka: {
      ...config.kafka,
      ...(sasl === undefined
        ? {}
        : { sasl: { ...sasl, password: value(sasl.password, 'kafka.sasl.password') } }),
    },
    clickhouse: { ...config.clickhouse, password: value(config.clickhouse.password, 'clickhouse.password') },
    webhooks: config.webhooks.map((hook, index) => ({
      ...hook,
      secret: value(hook.secret, `webhooks.${index}.secret`),
      ...(hook.previousSecret === undefined
        ? {}
        : { previousSecret: value(hook.previousSecret, `webhooks.${index}.previousSecret`) }),
    })),
  };
}
