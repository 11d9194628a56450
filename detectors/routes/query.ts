// Reads a query string into its shape, its place in a listing and the object ids it names.
// Always holds: never throws; at most MAX_PARAMETERS are read, at most MAX_OBJECTS ids returned, the shape is at most MAX_SHAPE characters.
// Does not promise to see ids inside free text or filter expressions.

import type { ApiEvent, EventObject } from '../../schemas/event.ts';
import { hash32 } from '../hash.ts';
import { type Parameter, parameter } from './parameter-role.ts';
import { classify, decode } from './segment.ts';
import { fieldsClass, isNumber, skeleton, valueClass } from './value-class.ts';

const MAX_PARAMETERS = 48;
export const MAX_OBJECTS = 100;
export const MAX_SHAPE = 512;
const MAX_NAMES = 4096;
const MAX_ID = 256;

interface Query {
  shape: string;
  page: ApiEvent['page'];
}

export interface QueryReader {
  /** Appends the ids it finds to `objects`. `route` qualifies generic names (`id`). */
  read(query: string, route: string, objects: EventObject[]): Query;
}

/** The reader remembers what up to MAX_NAMES parameter names mean; more are worked out each time. */
export function createQueryReader(): QueryReader {
  const names = new Map<string, Parameter>();

  function meaning(raw: string): Parameter {
    const known = names.get(raw);
    if (known !== undefined) return known;
    const p = parameter(decodeValue(raw));
    if (names.size < MAX_NAMES) names.set(raw, p);
    return p;
  }

  return {
    read(query, route, objects) {
      if (query === '') return { shape: '', page: null };
      const parts: string[] = [];
      let at: ApiEvent['page'] = null;
      let limit: number | null = null;
      let from = query.charCodeAt(0) === 63 ? 1 : 0;
      let truncated = false;
      while (from <= query.length) {
        let to = query.indexOf('&', from);
        if (to < 0) to = query.length;
        if (to > from) {
          if (parts.length === MAX_PARAMETERS) {
            truncated = true;
            break;
          }
          let equals = query.indexOf('=', from);
          if (equals < 0 || equals > to) equals = to;
          const p = meaning(query.slice(from, equals));
          const value = equals < to ? decodeValue(query.slice(equals + 1, to)) : '';
          parts.push(`${p.shown}=${classOf(p, value)}`);
          if (p.role === 'limit') limit ??= limitOf(value);
          else if (p.role === 'page' || p.role === 'offset' || p.role === 'cursor')
            at ??= position(p.role, value);
          else if (p.role.endsWith('id')) collect(p, value, route, objects);
        }
        from = to + 1;
      }
      if (at !== null) at.limit = limit;
      return { shape: shapeOf(parts, truncated), page: at };
    },
  };
}

function decodeValue(text: string): string {
  return decode(text.indexOf('+') < 0 ? text : plusToSpace(text));
}

/** A plus sign is a space, except where a telephone number starts with it. */
function plusToSpace(text: string): string {
  const c = text.charCodeAt(1);
  return text.charCodeAt(0) === 43 && c >= 48 && c <= 57
    ? `+${text.slice(1).replaceAll('+', ' ')}`
    : text.replaceAll('+', ' ');
}

function classOf(p: Parameter, value: string): string {
  if (p.role === 'fields') return fieldsClass(value);
  if (p.role === 'cursor' && value !== '')
    return position('cursor', value) === null ? valueClass(value) : 'cursor';
  if (p.role === 'filter') return isExpression(value) ? skeleton(value) : valueClass(value);
  return valueClass(value);
}

/** A filter language, as opposed to words typed into a search box. */
function isExpression(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c === 39 || c === 34 || c === 61 || c === 60 || c === 62 || c === 40 || c === 123) return true;
  }
  return / (eq|ne|gt|ge|lt|le|and|or|in|like|is|contains) /i.test(value);
}

function limitOf(value: string): number | null {
  return isNumber(value, false) && value.length <= 9 ? Math.max(0, Number(value)) : null;
}

function position(kind: 'page' | 'offset' | 'cursor', value: string): ApiEvent['page'] {
  if (value === '') return null;
  if (kind === 'cursor') {
    const c = valueClass(value);
    return c === 'date' || c === 'bool' ? null : { kind, value: hash32(value), limit: null };
  }
  return isNumber(value, false) && value.length <= 15 ? { kind, value: Number(value), limit: null } : null;
}

/** Adds the id or ids of one parameter. */
function collect(p: Parameter, value: string, route: string, objects: EventObject[]): void {
  if (value === '' || value === '*' || objects.length >= MAX_OBJECTS) return;
  const service = cloudService(route);
  if (service === '' && p.role === 'resource-id') return;
  const collection =
    service !== '' ? service + p.collection : p.role === 'generic-id' ? route + p.collection : p.collection;
  if (value.indexOf(',') < 0) {
    add(p, collection, value, objects);
    return;
  }
  for (const item of value.split(',', MAX_OBJECTS)) add(p, collection, item.trim(), objects);
}

function add(p: Parameter, collection: string, id: string, objects: EventObject[]): void {
  if (id === '' || objects.length >= MAX_OBJECTS) return;
  // Names that end in id are believed; a bare `customer=` or `key=` must look like an id.
  const believed =
    p.role === 'id' ? id.indexOf(' ') < 0 : p.role === 'resource-id' || collection.startsWith('/s3.');
  if (!believed && classify(id) === null) return;
  objects.push({ collection, id: bounded(id) });
}

/** `/s3.amazonaws.com` of an AWS call's route: there, names (`bucketName`) are ids too, of the service and not of the one operation. */
function cloudService(route: string): string {
  const end = route.indexOf('.amazonaws.com/');
  return end > 0 && route.lastIndexOf('/', end) === 0 ? route.slice(0, end + 14) : '';
}

/** Ids keep their text up to MAX_ID characters, then a prefix and a hash of the whole. */
export function bounded(id: string): string {
  return id.length <= MAX_ID ? id : `${id.slice(0, MAX_ID - 9)}~${hash32(id).toString(16)}`;
}

/** Sorted, a repeated parameter once with `[]`. */
function shapeOf(parts: string[], truncated: boolean): string {
  if (parts.length > 1) parts.sort();
  let shape = '';
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (i > 0 && part === parts[i - 1]) {
      if (i === 1 || part !== parts[i - 2]) shape += '[]';
      continue;
    }
    if (shape.length + part.length > MAX_SHAPE - 2) {
      truncated = true;
      break;
    }
    shape += shape === '' ? part : `&${part}`;
  }
  return truncated ? `${shape}&…` : shape;
}
