// Normalisers for the sources of one ingest: they share what is learned about routes and known about addresses.

import { createRouteLearner } from '../../detectors/routes/learner.ts';
import type { Settings } from '../config.ts';
import { loadHmacKey } from './identify/hmac-key.ts';
import { createNormaliser, type Normaliser } from './normalise.ts';
import { openSourceFacts } from './source/lookup.ts';

/** `format` overrides the configured one. Throws an Error that names the formats when there is none of that name. */
export type NormaliserFactory = (format?: string) => Normaliser;

export function createNormaliserFactory(settings: Settings): NormaliserFactory {
  const { ingest, geo, identity, tenant, environment } = settings;
  const hmacKey = loadHmacKey(settings.dataDirectory);
  const routes = createRouteLearner();
  const sources = openSourceFacts({
    ...(geo.asn === undefined ? {} : { asn: geo.asn }),
    ...(geo.country === undefined ? {} : { country: geo.country }),
  });
  const formatOptions = {
    ...(ingest.logFormat === undefined ? {} : { logFormat: ingest.logFormat }),
    ...(ingest.mapping === undefined ? {} : { mapping: ingest.mapping }),
  };
  return (format) =>
    createNormaliser({
      format: format ?? ingest.format,
      formatOptions: format === undefined || format === ingest.format ? formatOptions : {},
      extractors: identity.extractors,
      hmacKey,
      tenant,
      environment,
      trustedProxies: ingest.trustedProxies,
      routes,
      sources,
    });
}
