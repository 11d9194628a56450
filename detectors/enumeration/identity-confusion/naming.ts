// Which call names two owners: the same parameter twice with different values, or one in the path and another in the query.
// Always holds: only names that say who or whose are looked at; lists (`ids=1&ids=2`, `id[]=`, `id=1,2`) are no confusion.

import type { ApiEvent } from '../../../schemas/event.ts';
import { hash32 } from '../../hash.ts';

export interface Confusion {
  where: 'path and query' | 'query twice';
  name: string;
  first: string;
  second: string;
  /** Of both values, in order. */
  hash: number;
}

const OWNER =
  /^(?:[a-z0-9]+[_-])*(?:user|account|customer|tenant|org|organi[sz]ation|owner|member|role|company|merchant|patient|subject|profile|subscriber|e-?mail)(?:[_-]?(?:id|uuid|guid|name|no|number))?$|^id$|[_-]id$|[a-z]I[dD]$/i;
/** Names of a range, a position or a relation: two of them belong together. */
const RELATION =
  /^(?:from|to|since|until|after|before|max|min|parent|exclude|not|start|end|next|previous)[_-]?/i;
const MOST_VALUE = 64;

export function confusionOf(event: ApiEvent): Confusion | null {
  const { query, objects } = event;
  if (query === '') return null;
  const crossed = objects.length > 1 ? betweenPathAndQuery(event) : null;
  if (crossed !== null) return crossed;
  return repeatsAName(query) ? withinQuery(query) : null;
}

/** `/customers/17?customer_id=18`, `/customers/17?customer=18`, `/customers/17?id=18`. */
function betweenPathAndQuery({ objects }: ApiEvent): Confusion | null {
  for (const inPath of objects) {
    if (inPath.collection.charCodeAt(0) !== 47 || inPath.collection.indexOf('?') >= 0) continue;
    for (const other of objects) {
      const mark = other.collection.indexOf('?');
      if (mark < 0 || other.id === inPath.id) continue;
      const name = other.collection.slice(mark + 1);
      if (isOf(name, inPath.collection)) return confusion('path and query', name, inPath.id, other.id);
    }
  }
  return null;
}

/** Whether a parameter names members of a collection: `customer_id`, `customerId`, `customer` and `id` those of `/v1/customers`. */
function isOf(name: string, collection: string): boolean {
  if (name === 'id') return true;
  const one = singular(collection.slice(collection.lastIndexOf('/') + 1).toLowerCase());
  const bare = name.replace(/[_-]?(?:id|uuid|guid|number|no)$/i, '').toLowerCase();
  return bare !== '' && singular(bare).replaceAll(/[_-]/g, '') === one.replaceAll(/[_-]/g, '');
}

const singular = (word: string): string =>
  word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.endsWith('s') ? word.slice(0, -1) : word;

/** Without taking the query apart: nearly none does. */
function repeatsAName(query: string): boolean {
  for (let a = 0; a >= 0 && a < query.length; a = after(query, a)) {
    const length = query.indexOf('=', a) + 1 - a;
    if (length <= 1) return false;
    for (let b = after(query, a); b > 0 && b < query.length; b = after(query, b))
      if (sameAt(query, { a, b, length })) return true;
  }
  return false;
}

/** Where the next part begins, or -1. */
function after(query: string, from: number): number {
  const end = query.indexOf('&', from);
  return end < 0 ? -1 : end + 1;
}

function sameAt(query: string, o: { a: number; b: number; length: number }): boolean {
  for (let i = 0; i < o.length; i++)
    if (query.charCodeAt(o.a + i) !== query.charCodeAt(o.b + i)) return false;
  return true;
}

/** The same name exactly twice, with two values. */
function withinQuery(query: string): Confusion | null {
  const parts = query.split('&', 32);
  for (let i = 0; i < parts.length; i++) {
    const name = nameOf(parts[i]!);
    if (name === '' || name.endsWith(']') || name.endsWith('s')) continue;
    let times = 1;
    let second = '';
    for (let j = 0; j < parts.length; j++) {
      if (j === i || nameOf(parts[j]!) !== name) continue;
      times++;
      second = givenIn(parts[j]!);
    }
    if (times !== 2) continue;
    const first = givenIn(parts[i]!);
    if (first === second || first === '' || second === '' || isList(first) || isList(second)) continue;
    if (OWNER.test(name) && !RELATION.test(name)) return confusion('query twice', name, first, second);
  }
  return null;
}

function nameOf(part: string): string {
  const equals = part.indexOf('=');
  return equals < 0 ? '' : part.slice(0, equals);
}
const givenIn = (part: string): string => part.slice(part.indexOf('=') + 1);
const isList = (value: string): boolean => value.indexOf(',') >= 0 || /%2c/i.test(value);

function confusion(where: Confusion['where'], name: string, first: string, second: string): Confusion {
  return {
    where,
    name: name.slice(0, MOST_VALUE),
    first: first.slice(0, MOST_VALUE),
    second: second.slice(0, MOST_VALUE),
    hash: hash32(second, hash32(first)) || 1,
  };
}
