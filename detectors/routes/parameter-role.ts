// What a query parameter is for, told from its name alone: position in a listing, page size, field selection, filter, object id.
// Always holds: spelling does not matter (`per_page`, `perPage`, `page[size]` and `$top` fold to one form before lookup).
// Does not promise that the value fits the role; query.ts checks values.

type Role =
  | 'page'
  | 'offset'
  | 'cursor'
  | 'limit'
  | 'fields'
  | 'filter'
  | 'id'
  | 'named-id'
  | 'generic-id'
  | 'resource-id'
  | 'plain';

export interface Parameter {
  role: Role;
  /** Name as shown in the query shape: bounded, without the characters that structure it. */
  shown: string;
  /** Collection its ids belong to; generic names (`id`, `key`) need the route in front. */
  collection: string;
}

const words = (text: string): Set<string> => new Set(text.split(' '));

const PAGE = words('page pagenumber pageno pagenum pageindex currentpage paged pg');
const OFFSET = words(
  'offset start skip startindex startat startfrom from firstresult pageoffset sysparmoffset',
);
const CURSOR = words(
  'cursor after before pagetoken nextpagetoken nexttoken token next marker nextmarker keymarker continuation continuationtoken ' +
    'startingafter endingbefore startcursor scrollid skiptoken exclusivestartkey lastevaluatedkey pagecursor pageafter pagebefore ' +
    'startafter nextcursor pagemarker querylocator bookmark deltatoken',
);
const LIMIT = words(
  'limit perpage pagesize count size max maxresults maxkeys maxitems maxrecords top rows num first take pagelimit resultsperpage ' +
    'itemsperpage sysparmlimit batchsize',
);
const FIELDS = words(
  'fields field select expand include includes embed projection attributes columns props properties sysparmfields',
);
const FILTER = words('filter where soql jql cql search query filterexpression orderby sysparmquery graphql');
/** Names that are ids without saying so: any single value is believed. */
const NAMED = words(
  'customer email mail emailaddress phone phonenumber mobile msisdn sku username login account accountnumber customernumber patient ' +
    'member subscriber uuid guid iban vin imei serial serialnumber servicetag trackingnumber orderno ordernumber invoicenumber ssn isbn ean asin',
);
/** Names that may mean something else (`order=asc`, `user=me`): the value must look like an id. */
const DOUBTFUL = words('user order invoice contact uid tracking');
const GENERIC = words('id ids key keys code number ref reference');
/** Ids of the caller, the request or a campaign, not of an object. */
const NOT_OBJECTS = words(
  'clientid requestid traceid spanid correlationid sessionid transactionid appid applicationid deviceid apikeyid gclid fbclid msclkid ' +
    'cid callbackid messageid nonceid sid jsessionid phpsessid utmid visitorid installid idempotencyid',
);

/** Letters and digits of a name in lower case. */
function fold(name: string): string {
  let out = '';
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    if ((c >= 97 && c <= 122) || (c >= 48 && c <= 57)) out += name[i];
    else if (c >= 65 && c <= 90) out += String.fromCharCode(c + 32);
  }
  return out;
}

/** `user_id`, `userId`, `userIDs`, `filter[id]`, `user-ids`, `functionArn`: an id by its ending, at a word boundary. */
function endsInId(name: string): boolean {
  let s = name.endsWith('[]') ? name.slice(0, -2) : name;
  if (s.endsWith(']')) s = s.slice(0, -1);
  if (s.endsWith('s') || s.endsWith('S')) s = s.slice(0, -1);
  const n = s.length;
  if (n < 3) return false;
  const tail = s.slice(-2);
  const before = s.charCodeAt(n - 3);
  const separator = before === 95 || before === 45 || before === 46 || before === 91;
  if (tail === 'id' || tail === 'ID') return separator || (tail === 'ID' && before >= 97);
  if (tail === 'Id') return true;
  return n > 3 && (s.endsWith('Arn') || s.endsWith('_arn'));
}

/** Bounded name for the shape. */
function shownName(name: string): string {
  let out = '';
  for (let i = 0; i < name.length && out.length < 40; i++) {
    const c = name.charCodeAt(i);
    out += c === 38 || c === 61 || c <= 32 || c === 127 ? '_' : name[i];
  }
  return name.length > 40 ? `${out}…` : out;
}

export function parameter(name: string): Parameter {
  const folded = fold(name);
  const shown = shownName(name);
  const collection = `?${shown.endsWith('[]') ? shown.slice(0, -2) : shown}`;
  return { role: roleOf(name, folded), shown, collection: singular(collection) };
}

function roleOf(name: string, folded: string): Role {
  if (PAGE.has(folded)) return 'page';
  if (OFFSET.has(folded)) return 'offset';
  if (CURSOR.has(folded)) return 'cursor';
  if (LIMIT.has(folded)) return 'limit';
  if (FIELDS.has(folded) || folded.startsWith('fields')) return 'fields';
  if (FILTER.has(folded)) return 'filter';
  if (NOT_OBJECTS.has(folded)) return 'plain';
  if (GENERIC.has(folded)) return 'generic-id';
  if (endsInId(name) || NAMED.has(folded)) return 'id';
  if (DOUBTFUL.has(folded)) return 'named-id';
  return /(?:name|names|identifier|url)$/.test(folded) ? 'resource-id' : 'plain';
}

/** `?user_ids` reads the same collection as `?user_id`. */
function singular(collection: string): string {
  return collection.endsWith('ds') ||
    collection.endsWith('Ds') ||
    collection.endsWith('keys') ||
    collection.endsWith('DS')
    ? collection.slice(0, -1)
    : collection;
}
