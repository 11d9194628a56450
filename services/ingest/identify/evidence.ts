// Everything a record says about who called, read once and shared by the extractors.
// Always holds: each part is computed on first use only, because most extractors never look at most parts.
// Does not promise: safety to keep. It holds secrets and lives as long as the record.

import type { GatewayRecord } from '../../../schemas/gateways/gateway-record.ts';
import { type Authorization, readAuthorization } from './authorization.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { type Claims, loggedClaims } from './token.ts';

export interface Evidence {
  readonly record: GatewayRecord;
  readonly query: string;
  /** The client's source prefix and user-agent family, for the weak identity. */
  readonly source: { prefix: string; family: string };
  readonly authorization: Authorization | null;
  readonly certificate: Certificate | null;
  /** Claims of the bearer token and of the gateway's own log fields. */
  readonly claims: Claims | null;
}

export function createEvidence(
  record: GatewayRecord,
  query: string,
  source: { prefix: string; family: string },
): Evidence {
  let authorization: Authorization | null | undefined;
  let certificate: Certificate | null | undefined;
  let claims: Claims | null | undefined;
  return {
    record,
    query,
    source,
    get authorization() {
      if (authorization === undefined) authorization = readAuthorization(record.headers.authorization);
      return authorization;
    },
    get certificate() {
      if (certificate === undefined) certificate = readCertificate(record);
      return certificate;
    },
    get claims() {
      if (claims === undefined) {
        const bearer = this.authorization;
        claims = loggedClaims(record.claims, bearer?.scheme === 'bearer' ? bearer.claims : null);
      }
      return claims;
    },
  };
}
