// Reads the ordered list of identity extractors from configuration or `--identity`.
// Always holds: names are checked against the same rule as the configuration file; the error names the wrong one.

import { extractor } from '../../../schemas/config.ts';

const EXTRACTOR_FORMS =
  'header:NAME, query:NAME, cookie:NAME, claim:NAME, field:NAME, jwt, bearer, basic, mtls, consumer, aws, user, client';

/** Most extractors in one list. */
const MAX_EXTRACTORS = 64;

/**
 * `cookie:PHPSESSID,basic,client` → its parts, in order, without repeats.
 * @throws Error naming the entry that is not an extractor, and what is allowed.
 */
export function parseExtractors(text: string): string[] {
  const list = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  checkExtractors(list);
  return [...new Set(list)];
}

/** @throws Error as parseExtractors does. */
export function checkExtractors(list: readonly string[]): void {
  if (list.length === 0) throw new Error(`no identity extractor given; allowed: ${EXTRACTOR_FORMS}`);
  if (list.length > MAX_EXTRACTORS)
    throw new Error(`${list.length} identity extractors given; at most ${MAX_EXTRACTORS}`);
  for (const entry of list) {
    if (!extractor.safeParse(entry).success) {
      throw new Error(
        `${JSON.stringify(entry.slice(0, 60))} is not an identity extractor; allowed: ${EXTRACTOR_FORMS}`,
      );
    }
  }
}
