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
  return new RecordEvidence(record, query, source);
}

/** A class, because V8 keeps objects whose literal has getters as slow dictionaries. */
class RecordEvidence implements Evidence {
  readonly record: GatewayRecord;
  readonly query: string;
  readonly source: { prefix: string; family: string };
  private readAuthorization: Authorization | null | undefined = undefined;
  private readCertificate: Certificate | null | undefined = undefined;
  private readClaims: Claims | null | undefined = undefined;

  constructor(record: GatewayRecord, query: string, source: { prefix: string; family: string }) {
    this.record = record;
    this.query = query;
    this.source = source;
  }

  get authorization(): Authorization | null {
    if (this.readAuthorization === undefined)
      this.readAuthorization = readAuthorization(this.record.headers.authorization);
    return this.readAuthorization;
  }

  get certificate(): Certificate | null {
    if (this.readCertificate === undefined) this.readCertificate = readCertificate(this.record);
    return this.readCertificate;
  }

  get claims(): Claims | null {
    if (this.readClaims === undefined) {
      const bearer = this.authorization;
      const token = bearer?.scheme === 'bearer' ? bearer.claims : null;
      this.readClaims = loggedClaims(this.record.claims, token);
    }
    return this.readClaims;
  }
}
