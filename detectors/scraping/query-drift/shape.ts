// Reads a query's shape (`limit=int&q=wildcard`) back into names and value classes.
// Always holds: values are never seen here, a shape has none.

import { hash32 } from '../../hash.ts';
import { remembered } from '../../remembered.ts';
import { parameter } from '../../routes/parameter-role.ts';

const ARRANGES = /^(?:sort|order|orderby|order_by|sortby|sort_by|dir|direction|format|lang|locale|_)$/i;

/** Hashes of the names that choose what is listed: not those that page, arrange or choose fields. */
export const filtersOf = remembered((shape): readonly number[] =>
  shape === ''
    ? []
    : parts(shape)
        .filter(({ name }) => !ARRANGES.test(name) && !PRESENTS.has(parameter(name).role))
        .map(({ name }) => hash32(name) || 1),
);
const PRESENTS: ReadonlySet<string> = new Set(['page', 'offset', 'cursor', 'limit', 'fields']);

export function parts(shape: string): { name: string; value: string }[] {
  return shape.split('&').map((part) => {
    const equals = part.indexOf('=');
    if (equals < 0) return { name: part, value: '' };
    const value = part.slice(equals + 1);
    return { name: part.slice(0, equals), value: value.endsWith('[]') ? value.slice(0, -2) : value };
  });
}
