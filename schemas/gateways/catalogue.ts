// Every gateway format by name, and the guess which one a file is in.
// Always holds: names are unique; sniffing looks only at the lines it is given and never throws.
// Does not promise: a right guess on lines that several gateways write alike; the confidence says how sure it is.

import { awsApiGateway } from './aws-apigateway.ts';
import { cloudtrail } from './cloudtrail.ts';
import { combined } from './combined.ts';
import { envoy } from './envoy.ts';
import type { GatewayFormat } from './gateway-format.ts';
import { generic } from './generic.ts';
import { kong } from './kong.ts';
import { traefik } from './traefik.ts';

export const FORMATS: readonly GatewayFormat[] = [
  combined,
  kong,
  envoy,
  awsApiGateway,
  traefik,
  cloudtrail,
  generic,
];

/** Throws an Error with the list of names when there is no such format. */
export function formatByName(name: string): GatewayFormat {
  const format = FORMATS.find((f) => f.name === name);
  if (format === undefined) {
    throw new Error(`unknown format "${name}"; allowed are auto, ${FORMATS.map((f) => f.name).join(', ')}`);
  }
  return format;
}

const MAX_SAMPLES = 64;
const MAX_SAMPLE_LENGTH = 65_536;
const LEAST_CONFIDENCE = 0.25;

/**
 * The format whose mean score over the sample is highest, so that a stray line in the log does not decide.
 * Null when no format reaches 0.25; blank lines, lines over 64 KiB and lines that no format knows are left out.
 */
export function sniffFormat(
  sampleLines: readonly string[],
): { format: GatewayFormat; confidence: number } | null {
  const lines = sampleLines
    .filter((l) => l.trim() !== '' && !l.startsWith('#') && l.length <= MAX_SAMPLE_LENGTH)
    .slice(0, MAX_SAMPLES);
  const scores = lines
    .map((line) => FORMATS.map((format) => format.sniff(line)))
    .filter((row) => row.some((score) => score > 0));
  let best: { format: GatewayFormat; confidence: number } | null = null;
  for (const [column, format] of FORMATS.entries()) {
    const total = scores.reduce((sum, row) => sum + row[column]!, 0);
    const confidence = scores.length === 0 ? 0 : total / scores.length;
    if (confidence >= LEAST_CONFIDENCE && confidence > (best?.confidence ?? 0)) best = { format, confidence };
  }
  return best;
}
