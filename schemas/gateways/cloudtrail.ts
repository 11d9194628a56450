// AWS CloudTrail records, one a line: every AWS API call of an account becomes a call like any other.
// Always holds: path and route are `/<eventSource>/<eventName>/{object}…`, so objects can be read from the path.
// Does not promise: an address for calls AWS makes itself; those carry 0.0.0.0 and the service in `source_service`.

import { peerAddress } from './address.ts';
import { cloudtrailCaller } from './cloudtrail-caller.ts';
import { cloudtrailTarget } from './cloudtrail-target.ts';
import { type Draft, finish, newDraft, reject } from './draft.ts';
import { unwrap } from './envelope.ts';
import type { GatewayFormat, ParseOutcome } from './gateway-format.ts';
import { amount, child, type JsonObject, object, property, readObject, text } from './json-values.ts';
import { addHeader } from './request-headers.ts';

function parseLine(line: string): ParseOutcome {
  const read = readObject(line);
  if (!read.ok) return read;
  const records = property(read.value, 'Records');
  if (Array.isArray(records)) {
    const only = records.length === 1 ? object(records[0]) : null;
    return only === null
      ? reject('wrong-shape', 'a Records array is split by the reader; one record a line is expected here')
      : parseRecord(only);
  }
  return parseRecord(read.value);
}

function parseRecord(root: JsonObject): ParseOutcome {
  if (property(root, 'eventCategory') === 'Insight') {
    return reject('not-http', 'the record is a CloudTrail insight, not an API call');
  }
  const source = text(property(root, 'eventSource'));
  const name = text(property(root, 'eventName'));
  if (source === null || name === null) {
    return reject('wrong-shape', 'a CloudTrail record has eventSource and eventName');
  }
  const draft = newDraft();
  const { record } = draft;
  draft.time = property(root, 'eventTime') ?? property(root, '@timestamp') ?? null;
  draft.method = methodOf(name, property(root, 'readOnly'));
  const parameters = child(root, 'requestParameters');
  const place = cloudtrailTarget({ source, name, parameters });
  draft.target = place.target;
  record.route = place.route;
  draft.status = statusOf(root);
  readSource(root, draft);
  const extra = child(root, 'additionalEventData');
  record.bytesIn = amount(property(extra, 'bytesTransferredIn'));
  record.bytesOut = amount(property(extra, 'bytesTransferredOut'));
  record.requestId = text(property(root, 'eventID')) ?? text(property(root, 'requestID'));
  record.host =
    text(property(child(root, 'tlsDetails'), 'clientProvidedHostHeader')) ??
    text(property(parameters, 'Host'));
  const agent = text(property(root, 'userAgent'));
  if (agent !== null) addHeader(record, 'user-agent', agent.replace(/^\[(.*)\]$/, '$1'));
  cloudtrailCaller(child(root, 'userIdentity'), record);
  for (const key of [
    'awsRegion',
    'eventType',
    'errorCode',
    'recipientAccountId',
    'vpcEndpointId',
    'sharedEventID',
  ]) {
    const value = text(property(root, key));
    if (value !== null) record.extra[key] = value;
  }
  return finish(draft);
}

const READS =
  /^(?:Get|List|Describe|Head|Lookup|Search|Select|Scan|Query|BatchGet|Batch(?:Describe|List)|Check|Filter|View|Preview|Estimate|Simulate|Validate|Verify|Discover|Download|Retrieve|Read)/;
const DELETES = /^(?:Delete|BatchDelete|Remove|Terminate|Deregister|Destroy|Purge|Revoke|Cancel)/;

/** Reads are GET, removals DELETE, everything else POST. `readOnly` decides when it is there. */
function methodOf(name: string, readOnly: unknown): string {
  if (readOnly === true || readOnly === 'true') return 'GET';
  if (DELETES.test(name)) return 'DELETE';
  if (readOnly === false || readOnly === 'false') return 'POST';
  return READS.test(name) ? 'GET' : 'POST';
}

const STATUSES: readonly (readonly [RegExp, number])[] = [
  [
    /^(?:InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|ExpiredToken|AuthFailure|InvalidAccessKeyId|Unauthenticated|IncompleteSignature|MissingAuthenticationToken)/i,
    401,
  ],
  [/AccessDenied|Unauthorized|NotAuthorized|Forbidden|OptInRequired|VPCE_POLICY/i, 403],
  [/NotFound|NoSuch|DoesNotExist|NotExist|UnknownResource/i, 404],
  [/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceeded|ProvisionedThroughput/i, 429],
  [/AlreadyExists|Conflict|ResourceInUse|Duplicate/i, 409],
  [/^(?:Internal|ServiceUnavailable|ServerException|ServiceException)/i, 500],
];

function statusOf(root: JsonObject): number {
  const code = text(property(root, 'errorCode'));
  if (code !== null) return STATUSES.find(([pattern]) => pattern.test(code))?.[1] ?? 400;
  const login = text(property(child(root, 'responseElements'), 'ConsoleLogin'));
  if (login === 'Failure') return 401;
  return text(property(root, 'errorMessage')) === null ? 200 : 400;
}

/** An AWS service, or `AWS Internal`, in place of an address. */
function readSource(root: JsonObject, draft: Draft): void {
  const source = text(property(root, 'sourceIPAddress'));
  if (source === null || peerAddress(source) !== null) {
    draft.peer = source;
    return;
  }
  if (!/^(?:AWS Internal|[a-z0-9.-]{1,200}\.(?:amazonaws\.com|aws\.internal|amazon\.com))$/i.test(source)) {
    draft.peer = source;
    return;
  }
  draft.peer = '0.0.0.0';
  draft.record.extra.source_service = source;
}

export const cloudtrail: GatewayFormat = {
  name: 'cloudtrail',
  title: 'AWS CloudTrail records (one a line, or {"Records":[…]} files)',
  snippet: `# AWS CLI: a trail with S3 object reads and writes, delivered to a bucket
aws cloudtrail create-trail --name keytrail --s3-bucket-name BUCKET --is-multi-region-trail
aws cloudtrail put-event-selectors --trail-name keytrail --advanced-event-selectors \\
  '[{"Name":"S3 objects","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]}]}]'
aws cloudtrail start-logging --name keytrail
keytrail scan --format cloudtrail AWSLogs/**/*.json.gz`,
  notes:
    'Identity is userIdentity: access key id, principal id and, for assumed roles, the role. Data events (S3 objects, Lambda calls, ' +
    'DynamoDB items) are off by default; without them reads of records are not seen.',
  sniff(line) {
    const t = unwrap(line);
    if (!t.startsWith('{')) return 0;
    if (t.includes('"eventSource"') && t.includes('"eventName"'))
      return t.includes('"userIdentity"') ? 0.99 : 0.8;
    return 0;
  },
  parser: () => (line) => parseLine(unwrap(line)),
};
