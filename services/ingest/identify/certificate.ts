// The client certificate of a call, as the gateway logged it.
// Always holds: a subject counts only when the gateway did not say that verification failed.
// Does not promise: a SHA-256 digest. nginx logs SHA-1 unless the certificate itself is logged.

import { hash } from 'node:crypto';
import type { GatewayRecord } from '../../../schemas/gateways/gateway-record.ts';
import { real } from './placeholder.ts';

export interface Certificate {
  /** SHA-256 of the DER form, hex; null when the gateway logged another digest or none. */
  sha256: string | null;
  /** What a lineage is taken from: SPIFFE or other URI, else subject, else a digest, else issuer and serial. */
  name: string;
  /** URI or distinguished name. */
  subject: string | null;
}

const VERIFY_FIELDS = ['ssl_client_verify', 'tls_client_verify', 'client_verify'];
const PEM_FIELDS = ['ssl_client_escaped_cert', 'ssl_client_raw_cert', 'ssl_client_cert'].map((field) => ({
  field,
  header: field.replaceAll('_', '-'),
}));
const MAX_PEM = 16_384;

/** Null when no certificate was presented. */
export function readCertificate(record: GatewayRecord): Certificate | null {
  const { certificate, gateway, extra } = record;
  const pem = loggedPem(record);
  const logged = real(certificate?.fingerprint) ?? real(extra.ssl_client_fingerprint);
  const digest = logged === null ? null : normalDigest(logged);
  const sha256 = pem ?? sha256Of(digest);
  const subject = verified(record) ? (real(gateway.certificate_uri) ?? real(certificate?.subject)) : null;
  const name = subject ?? sha256 ?? digest ?? serialName(record);
  return name === null ? null : { sha256, name, subject };
}

/** A serial is unique per issuer only (RFC 5280 §4.1.2.2). */
function serialName(record: GatewayRecord): string | null {
  const serial = real(record.certificate?.serial);
  return serial === null ? null : `${real(record.certificate?.issuer) ?? ''} ${serial}`.trim();
}

/** True unless the gateway logged a result other than success. */
function verified(record: GatewayRecord): boolean {
  for (const name of VERIFY_FIELDS) {
    const result = real(record.extra[name]) ?? real(record.gateway[name]);
    if (result !== null) return result.toUpperCase() === 'SUCCESS';
  }
  return true;
}

function loggedPem(record: GatewayRecord): string | null {
  for (const { field, header } of PEM_FIELDS) {
    const text = record.extra[field] ?? record.headers[header];
    const digest = text === undefined ? null : digestOfPem(text);
    if (digest !== null) return digest;
  }
  return null;
}

/** SHA-256 of a certificate in PEM form, percent-encoded or with spaces for line breaks; null when it is not one. */
function digestOfPem(text: string): string | null {
  if (text.length > MAX_PEM) return null;
  const begin = /BEGIN(?:%20|\+|\s)CERTIFICATE-----/.exec(text);
  if (begin === null) return null;
  const from = begin.index + begin[0].length;
  const end = text.indexOf('-----END', from);
  let body = text.slice(from, end < 0 ? text.length : end);
  try {
    body = decodeURIComponent(body);
  } catch {
    return null;
  }
  const base64 = body.replace(/[^A-Za-z0-9+/=]/g, '');
  return base64.length < 64 ? null : hash('sha256', Buffer.from(base64, 'base64'), 'hex');
}

/** 64 hex digits, or `x5t#S256` in Base64url; null for SHA-1 and anything else. */
function sha256Of(digest: string | null): string | null {
  if (digest === null) return null;
  if (/^[0-9a-f]{64}$/.test(digest)) return digest;
  return /^[A-Za-z0-9_-]{43}=?$/.test(digest) ? Buffer.from(digest, 'base64url').toString('hex') : null;
}

function normalDigest(digest: string): string {
  const plain = digest.replace(/^sha(?:1|256):/i, '');
  return /^[0-9A-Fa-f:]+$/.test(plain) ? plain.replaceAll(':', '').toLowerCase() : digest;
}
