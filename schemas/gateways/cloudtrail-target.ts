// The path, query and route of an AWS API call: which of its parameters name the object it touches.
// Always holds: bounded (at most 4 path objects, 64 ids of a list, 24 query parameters, 256 characters each);
// path segments and route segments stand at the same positions.
// Does not promise: every object of every service. Parameters without an id-like name go to the query.

import { type JsonObject, object, property, text } from './json-values.ts';

const MAX_OBJECTS = 4;
const MAX_LIST = 64;
const MAX_QUERY = 24;
const MAX_VALUE = 256;

/** Parameters that name an object, container before content; matched without regard to case. */
const OBJECTS: readonly string[] = [
  'bucketName',
  'key',
  'tableName',
  'secretId',
  'parameterName',
  'keyId',
  'functionName',
  'instanceId',
  'snapshotId',
  'volumeId',
  'imageId',
  'dBInstanceIdentifier',
  'dBSnapshotIdentifier',
  'dBClusterIdentifier',
  'clusterName',
  'repositoryName',
  'streamName',
  'queueUrl',
  'topicArn',
  'stackName',
  'logGroupName',
  'userPoolId',
  'roleName',
  'roleArn',
  'userName',
  'groupName',
  'policyArn',
  'accessKeyId',
  'groupId',
  'resourceArn',
  'resourceId',
  'documentName',
  'projectName',
  'domainName',
  'restApiId',
  'name',
  'id',
  'arn',
];
const RANK = new Map(OBJECTS.map((name, i) => [name.toLowerCase(), i]));

export interface CallPlace {
  target: string;
  route: string;
}

export function cloudtrailTarget(call: {
  source: string;
  name: string;
  parameters: JsonObject | null;
}): CallPlace {
  let path = `/${encode(call.source)}/${encode(call.name)}`;
  let route = path;
  const parameters = requestOf(call.parameters);
  const keys = parameters === null ? [] : Object.keys(parameters).slice(0, 256);
  const objects = keys
    .filter((k) => RANK.has(k.toLowerCase()) && text(property(parameters, k)) !== null)
    .sort((a, b) => (RANK.get(a.toLowerCase()) as number) - (RANK.get(b.toLowerCase()) as number))
    .slice(0, MAX_OBJECTS);
  for (const key of objects) {
    path += `/${encode(short(text(property(parameters, key)) as string))}`;
    route += `/{${key}}`;
  }
  const query = queryOf(parameters, keys, new Set(objects));
  return { target: query === '' ? path : `${path}?${query}`, route };
}

/** EC2 wraps some calls once more: `{"DescribeInstanceTypesRequest":{…}}`. */
function requestOf(parameters: JsonObject | null): JsonObject | null {
  const keys = parameters === null ? [] : Object.keys(parameters);
  const only = keys[0];
  if (keys.length === 1 && only !== undefined && only.endsWith('Request'))
    return object(property(parameters, only));
  return parameters;
}

function queryOf(parameters: JsonObject | null, keys: readonly string[], taken: ReadonlySet<string>): string {
  const parts: string[] = [];
  const add = (key: string, value: string): void => {
    parts.push(`${encode(key)}=${encode(short(value))}`);
  };
  for (const key of keys) {
    if (parts.length >= MAX_QUERY || taken.has(key)) continue;
    const value = property(parameters, key);
    const scalar = Array.isArray(value) ? null : text(value);
    if (scalar !== null) add(key, scalar);
    else for (const [name, id] of listedIds(key, value)) add(name, id);
  }
  return parts.join('&');
}

/** `instancesSet.items[].instanceId`, `Names: […]`: ids given as a list. */
function listedIds(key: string, value: unknown): (readonly [string, string])[] {
  const items = Array.isArray(value) ? value : property(object(value), 'items');
  if (!Array.isArray(items)) return [];
  const ids: (readonly [string, string])[] = [];
  for (const item of items.slice(0, MAX_LIST)) {
    const scalar = Array.isArray(item) ? null : text(item);
    if (scalar !== null) {
      ids.push([key, scalar]);
      continue;
    }
    const inner = object(item);
    const name = inner === null ? undefined : Object.keys(inner).find(isListedId);
    const id = name === undefined ? null : text(property(inner, name));
    if (name !== undefined && id !== null) ids.push([name, id]);
  }
  return ids;
}

/** Within a list `name`, `id` and `arn` alone name filters and tags as often as objects. */
function isListedId(key: string): boolean {
  return RANK.has(key.toLowerCase()) && !/^(?:name|id|arn|key)$/i.test(key);
}

function short(value: string): string {
  return value.length > MAX_VALUE ? value.slice(0, MAX_VALUE) : value;
}

/** Percent-encodes for one path segment or query value; unpaired surrogates become U+FFFD. */
function encode(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    return encodeURIComponent(value.replace(/[\uD800-\uDFFF]/g, '\uFFFD'));
  }
}
