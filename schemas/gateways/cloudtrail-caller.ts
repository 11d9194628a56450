// CloudTrail's userIdentity as the ids identity extractors look for.
// Always holds: an anonymous principal gives no ids, so it can never be taken for one caller.
// Does not promise: a person. An assumed role's session name is what the role's user chose to write.

import type { GatewayRecord } from './gateway-record.ts';
import { child, type JsonObject, property, text } from './json-values.ts';

/** Fills gateway.{identity_type, access_key_id, principal_id, arn, account_id, user_name, role_arn, session_name, invoked_by}. */
export function cloudtrailCaller(identity: JsonObject | null, record: GatewayRecord): void {
  if (identity === null) return;
  const type = text(property(identity, 'type'));
  const account = text(property(identity, 'accountId'));
  if (account === 'ANONYMOUS_PRINCIPAL' || type === 'Anonymous') {
    record.gateway.identity_type = 'Anonymous';
    return;
  }
  const issuer = child(child(identity, 'sessionContext'), 'sessionIssuer');
  const principal = text(property(identity, 'principalId'));
  set(record, 'identity_type', type);
  set(record, 'access_key_id', text(property(identity, 'accessKeyId')));
  set(record, 'principal_id', principal);
  set(record, 'arn', text(property(identity, 'arn')));
  set(record, 'account_id', account);
  set(record, 'user_name', text(property(identity, 'userName')));
  set(record, 'invoked_by', text(property(identity, 'invokedBy')));
  set(record, 'role_arn', text(property(issuer, 'arn')));
  set(record, 'role_id', text(property(issuer, 'principalId')));
  const colon = principal?.indexOf(':') ?? -1;
  if (type === 'AssumedRole' && principal !== null && colon > 0) {
    set(record, 'role_id', principal.slice(0, colon));
    set(record, 'session_name', principal.slice(colon + 1));
  }
  record.user =
    text(property(identity, 'userName')) ??
    text(property(issuer, 'userName')) ??
    (type === 'Root' ? 'root' : null);
}

function set(record: GatewayRecord, key: string, value: string | null): void {
  if (value !== null) record.gateway[key] = value;
}
