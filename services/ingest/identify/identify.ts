// Decides who made a call: the first extractor that finds something gives kind and lineage, everything else the record
// says about the caller (consumer name, claims, certificate) completes the credential.
// Always holds: the credential carries no secret; an id that looks like or equals a secret is shown as its fingerprint.

import type { EventCredential } from '../../../schemas/event.ts';
import type { GatewayRecord } from '../../../schemas/gateways/gateway-record.ts';
import { maskShapes } from '../mask/shapes.ts';
import { createEvidence, type Evidence } from './evidence.ts';
import { createFingerprinter, type Fingerprinter } from './fingerprint.ts';
import { ANONYMOUS, bounded, label } from './lineage.ts';
import { type Match, matcherFor } from './matchers.ts';
import { real } from './placeholder.ts';
import type { Claims } from './token.ts';

export interface Identified {
  credential: EventCredential;
  /** Secret the identity was taken from, so its other occurrences in the event can be masked. */
  secret: string | null;
}

export interface Identifier {
  /** `query` is the raw query string; `source` names the client when nothing better is known. */
  identify(record: GatewayRecord, query: string, source: { prefix: string; family: string }): Identified;
}

const MAX_DISPLAY = 120;
const MAX_ID = 200;

/** `extractors` are tried in order; see extractors.ts for their check. */
export function createIdentifier(options: {
  extractors: readonly string[];
  hmacKey: Uint8Array;
}): Identifier {
  const fingerprint = createFingerprinter(options.hmacKey);
  const matchers = options.extractors.map((spec) => matcherFor(spec, fingerprint));
  return {
    identify(record, query, source) {
      const evidence = createEvidence(record, query, source);
      for (const matcher of matchers) {
        const match = matcher(evidence);
        if (match === null) continue;
        const shown = match.secret === null ? shieldedId(match, fingerprint) : match;
        return { credential: credentialOf(shown, evidence), secret: match.secret };
      }
      return { credential: credentialOf(NOBODY, evidence), secret: null };
    },
  };
}

const NOBODY: Match = {
  kind: 'anonymous',
  lineage: ANONYMOUS,
  fingerprint: null,
  secret: null,
  display: ANONYMOUS,
};

/** An id in the shape of a secret, such as a consumer named by its own key, is shown as its fingerprint. */
function shieldedId(match: Match, fingerprint: Fingerprinter): Match {
  if (maskShapes(match.lineage) === match.lineage) return match;
  const digest = fingerprint(match.lineage);
  const lineage = `${match.kind}:${digest.slice(0, 16)}`;
  return { ...match, lineage, display: `${match.kind} ${digest.slice(0, 8)}` };
}

function credentialOf(match: Match, e: Evidence): EventCredential {
  const claims = match.claims ?? e.claims;
  const consumer = real(e.record.gateway.consumer_id) ?? real(e.record.gateway.client_id);
  const name = real(e.record.gateway.consumer_username) ?? real(e.record.user);
  return {
    lineage: match.lineage,
    fingerprint: match.fingerprint,
    kind: match.kind,
    weak: match.weak ?? false,
    subject: id(match.subject ?? claims?.subject ?? name),
    client: id(match.client ?? claims?.client ?? consumer),
    display: maskShapes(label(match.display, MAX_DISPLAY)),
    scopes: claims === null ? [] : claims.scopes.map((scope) => maskShapes(label(scope, 100))),
    issued_at: claims?.issuedAt ?? null,
    expires_at: claims?.expiresAt ?? null,
    jti: id(claims?.jti ?? null),
    cnf: id(claims?.cnf ?? null),
    certificate: e.certificate?.sha256 ?? null,
    ...sayingMore(claims),
  };
}

/** What few tokens say: not before when, for whom, and who acts for the subject. */
function sayingMore(claims: Claims | null): Pick<EventCredential, 'not_before' | 'audience' | 'actor'> {
  if (claims === null) return {};
  const actor = id(claims.actor);
  return {
    ...(claims.notBefore === null ? {} : { not_before: claims.notBefore }),
    ...(claims.audience.length === 0
      ? {}
      : { audience: claims.audience.map((name) => maskShapes(label(name, 100))) }),
    ...(actor === null ? {} : { actor }),
  };
}

function id(text: string | null): string | null {
  return text === null ? null : bounded(maskShapes(label(text, 1024)), MAX_ID);
}
