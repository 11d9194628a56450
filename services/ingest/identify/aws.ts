// Who called in AWS terms: a long-lived access key by its id, everything temporary by its principal.
// Always holds: an access key id is an identifier, not a secret (IAM reference, "IAM identifiers"); a rotating STS key
// (ASIA…) never becomes a lineage while the principal behind it is known.

import type { GatewayRecord } from '../../../schemas/gateways/gateway-record.ts';
import { real } from './placeholder.ts';

export interface AwsCaller {
  accessKeyId: string | null;
  /** ARN, principal id or service that acted. */
  principal: string | null;
  /** What a lineage is taken from. */
  name: string;
  byKey: boolean;
}

/** Null when the record names no AWS caller. `signed` is the access key id of a SigV4 signature in the request. */
export function readAwsCaller(record: GatewayRecord, signed: string | null): AwsCaller | null {
  const ids = record.gateway;
  const logged = real(ids.access_key_id) ?? real(ids.accessKeyId);
  const accessKeyId = logged ?? signed;
  const arn = real(ids.arn) ?? real(ids.user_arn) ?? real(ids.principal_arn);
  const service = real(ids.invoked_by);
  const caller = real(ids.caller);
  const isAws = [accessKeyId, arn, service, caller, real(ids.identity_type)].some((part) => part !== null);
  if (!isAws) return null;
  const principal =
    arn ?? real(ids.principal_id) ?? caller ?? service ?? real(ids.user_name) ?? real(ids.account_id);
  if (accessKeyId !== null && !isTemporary(accessKeyId)) {
    return { accessKeyId, principal, name: accessKeyId, byKey: true };
  }
  if (principal !== null) return { accessKeyId, principal, name: stableSession(principal), byKey: false };
  return accessKeyId === null ? null : { accessKeyId, principal, name: accessKeyId, byKey: true };
}

function isTemporary(accessKeyId: string): boolean {
  return accessKeyId.startsWith('ASIA');
}

/** SDKs put the time into session names (`botocore-session-1700000000`); such runs of digits become `*`. */
function stableSession(principal: string): string {
  const session = Math.max(
    principal.lastIndexOf('/'),
    principal.startsWith('AROA') ? principal.indexOf(':') : -1,
  );
  if (session < 0 || !/:assumed-role\/|^AROA/.test(principal)) return principal;
  return (
    principal.slice(0, session) + principal.slice(session).replace(/(?<![0-9a-f])\d{10,}(?![0-9a-f])/g, '*')
  );
}
