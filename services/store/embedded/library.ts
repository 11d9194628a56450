// Checks that the ClickHouse library and the means to call it are installed, before anything is started.
// Always holds: what is missing is named, with what to do instead.

import { createRequire } from 'node:module';
import { EmbeddedUnavailable } from './embedded-error.ts';

const INSTEAD =
  'Use a ClickHouse server of your own instead: set clickhouse.url in keytrail.yaml or CLICKHOUSE_URL.';

/** Throws EmbeddedUnavailable `missing` unless the optional packages chdb and ffi-rs work on this machine. */
export function requireLibrary(
  resolveModule: (name: string) => unknown = createRequire(import.meta.url),
): void {
  for (const name of ['ffi-rs', 'chdb/libchdb']) {
    try {
      const module = resolveModule(name) as { libchdbPath?: () => string };
      module.libchdbPath?.();
    } catch (cause) {
      throw new EmbeddedUnavailable('missing', `${whatIsMissing(name)} ${INSTEAD}`, { cause });
    }
  }
}

function whatIsMissing(name: string): string {
  const machine = `${process.platform}-${process.arch}`;
  const supported =
    process.platform === 'darwin' || (process.platform === 'linux' && !isMusl() && isSupportedProcessor());
  if (!supported)
    return `The embedded ClickHouse needs Linux with glibc or macOS, on x64 or arm64; this is ${machine}${isMusl() ? ' with musl' : ''}.`;
  const packageName = name.split('/')[0];
  return `The embedded ClickHouse needs the optional package ${packageName}, which is not installed for ${machine}; install with "npm ci" without --omit=optional.`;
}

function isSupportedProcessor(): boolean {
  return process.arch === 'x64' || process.arch === 'arm64';
}

/** Node's own report names the glibc it runs on; on musl the field is absent. */
function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime === undefined;
}
