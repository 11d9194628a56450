// AS number and country from a MaxMind DB file, whichever vendor's field names it uses: MaxMind GeoLite2, IPinfo,
// DB-IP or ip-location-db. Always holds: a record of an unexpected shape answers null, it never throws.

import { readFileSync } from 'node:fs';
import { Reader, type Response } from 'mmdb-lib';
import { ConfigError } from '../../config.ts';

export interface MmdbFile {
  asn(ip: string): { asn: number; name: string } | null;
  /** ISO 3166 alpha-2. */
  country(ip: string): string | null;
}

/** @throws Error naming the file and what is wrong. */
export function openMmdb(file: string): MmdbFile {
  const reader = openReader(file);
  const record = (ip: string): Record<string, unknown> | null => {
    try {
      return reader.get(ip) as Record<string, unknown> | null;
    } catch {
      return null;
    }
  };
  return {
    asn(ip) {
      const found = record(ip);
      if (found === null) return null;
      const asn = asnNumber(found.autonomous_system_number ?? found.asn ?? found.as_number);
      if (asn === null) return null;
      const name = found.autonomous_system_organization ?? found.as_name ?? found.name ?? found.organization;
      return { asn, name: typeof name === 'string' && name !== '' ? name : `AS${asn}` };
    },
    country(ip) {
      const found = record(ip);
      if (found === null) return null;
      const { country } = found;
      const nested =
        typeof country === 'object' && country !== null
          ? (country as Record<string, unknown>).iso_code
          : null;
      const code = nested ?? found.country_code ?? country;
      return typeof code === 'string' && /^[A-Za-z]{2}$/.test(code) ? code.toUpperCase() : null;
    },
  };
}

function openReader(file: string): Reader<Response> {
  try {
    return new Reader(readFileSync(file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError('geo', [`${file} cannot be used as a MaxMind DB file (.mmdb): ${why}`]);
  }
}

/** 13335 or `AS13335`. */
function asnNumber(value: unknown): number | null {
  const number = typeof value === 'string' ? Number(value.replace(/^AS/i, '')) : value;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 && number <= 0xffffffff
    ? number
    : null;
}
