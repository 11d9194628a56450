// Reads the last two parts of an event, who called and from where, in the layout scan-event.ts expects.
// Always holds: kinds, lengths and ranges are those of schemas/event.ts; anything else makes the cursor fail.

import {
  CREDENTIAL_KINDS,
  type CredentialKind,
  type EventClient,
  type EventCredential,
} from '../../../schemas/event.ts';
import { type Cursor, expected } from '../../ingest/read/cursor.ts';

const IP = expected('{"ip":"');
const PREFIX = expected('","prefix":"');
const ASN = expected('","asn":');
const NETWORK = expected(',"network":"');
const COUNTRY = expected('","country":"');
const USER_AGENT = expected('","user_agent":"');
const FAMILY = expected('","ua_family":"');
const TLS = expected('","tls":');
const LINEAGE = expected('},"credential":{"lineage":"');
const FINGERPRINT = expected('","fingerprint":');
const KIND = expected(',"kind":"');
const WEAK = expected('","weak":');
const SUBJECT = expected(',"subject":');
const APPLICATION = expected(',"client":');
const DISPLAY = expected(',"display":"');
const SCOPES = expected('","scopes":[');
const ISSUED = expected('],"issued_at":');
const EXPIRES = expected(',"expires_at":');
const JTI = expected(',"jti":');
const CNF = expected(',"cnf":');
const CERTIFICATE = expected(',"certificate":');
const NOT_BEFORE = expected(',"not_before":');
const AUDIENCE = expected(',"audience":[');
const ACTOR = expected(',"actor":');

const MAX_LINEAGE = 200;
const KINDS: ReadonlySet<string> = new Set(CREDENTIAL_KINDS);

export interface Caller {
  client: EventClient;
  credential: EventCredential;
}

/** From the brace that opens `client` to before the one that closes `credential`. */
export function scanCaller(cursor: Cursor): Caller {
  const client = scanClient(cursor);
  return { client, credential: scanCredential(cursor) };
}

function scanClient(cursor: Cursor): EventClient {
  cursor.skip(IP);
  const ip = cursor.repeated();
  cursor.skip(PREFIX);
  const prefix = cursor.repeated();
  cursor.skip(ASN);
  const asn = cursor.whole();
  cursor.skip(NETWORK);
  const network = cursor.repeated();
  cursor.skip(COUNTRY);
  const country = cursor.repeated();
  if (country.length !== 2) cursor.fail();
  cursor.skip(USER_AGENT);
  const userAgent = cursor.repeated();
  cursor.skip(FAMILY);
  const family = cursor.repeated();
  cursor.skip(TLS);
  const tls = cursor.repeatedOrNull();
  return { ip, prefix, asn, network, country, user_agent: userAgent, ua_family: family, tls };
}

function scanCredential(cursor: Cursor): EventCredential {
  cursor.skip(LINEAGE);
  const lineage = cursor.repeated();
  if (lineage.length < 1 || lineage.length > MAX_LINEAGE) cursor.fail();
  cursor.skip(FINGERPRINT);
  const fingerprint = cursor.repeatedOrNull();
  cursor.skip(KIND);
  const kind = cursor.repeated() as CredentialKind;
  if (!KINDS.has(kind)) cursor.fail();
  cursor.skip(WEAK);
  const weak = cursor.truth();
  cursor.skip(SUBJECT);
  const subject = cursor.repeatedOrNull();
  cursor.skip(APPLICATION);
  const client = cursor.repeatedOrNull();
  cursor.skip(DISPLAY);
  const display = cursor.repeated();
  cursor.skip(SCOPES);
  const scopes = cursor.list();
  cursor.skip(ISSUED);
  const issued = cursor.quantityOrNull();
  cursor.skip(EXPIRES);
  const expires = cursor.quantityOrNull();
  cursor.skip(JTI);
  const jti = cursor.textOrNull();
  cursor.skip(CNF);
  const cnf = cursor.repeatedOrNull();
  cursor.skip(CERTIFICATE);
  const certificate = cursor.repeatedOrNull();
  const credential: EventCredential = {
    lineage,
    fingerprint,
    kind,
    weak,
    subject,
    client,
    display,
    scopes,
    issued_at: issued,
    expires_at: expires,
    jti,
    cnf,
    certificate,
  };
  if (!cursor.next(CLOSING_BRACE)) scanRarer(cursor, credential);
  return credential;
}

const CLOSING_BRACE = 125;

/** What few tokens say. A proof of possession is rarer still and left to JSON.parse. */
function scanRarer(cursor: Cursor, credential: EventCredential): void {
  if (cursor.passes(NOT_BEFORE)) credential.not_before = cursor.quantity();
  if (cursor.passes(AUDIENCE)) {
    credential.audience = cursor.list();
    cursor.skipByte(CLOSING_BRACKET);
  }
  if (cursor.passes(ACTOR)) {
    const actor = cursor.repeatedOrNull();
    if (actor === null) cursor.fail();
    else credential.actor = actor;
  }
}

const CLOSING_BRACKET = 93;
