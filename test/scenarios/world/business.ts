// What the APIs of each kind of business hold: collections with their ids, sizes and owners' shares, and the routes beside them.
// Always holds: an object's id and size follow from its index alone. Sizes are those of a mid-sized company.

import { mix32 } from '../../../detectors/hash.ts';
import type { Archetype, Collection } from '../contract.ts';

type IdStyle = 'number' | 'uuid' | 'tag' | 'email' | 'phone' | 'slug';

const hex = (value: number, digits: number): string =>
  (value >>> 0).toString(16).padStart(8, '0').slice(0, digits);

const IDS: Readonly<Record<IdStyle, (index: number) => string>> = {
  number: (index) => String(100_000 + index),
  uuid: (i) => {
    const [a, b, c, d] = [mix32(i), mix32(i ^ 0x9e3779b9), mix32(i + 0x51ed27), mix32(i ^ 0x2545f491)];
    return `${hex(a, 8)}-${hex(b, 4)}-4${hex(b * 7, 3)}-a${hex(c, 3)}-${hex(d, 8)}${hex(c * 3, 4)}`;
  },
  tag: (index) => {
    const a = mix32(index).toString(36).toUpperCase().padStart(7, '7').slice(-6);
    return `${a}${(index % 36).toString(36).toUpperCase()}`;
  },
  email: (index) => `u${mix32(index).toString(36)}.${index}@mail.example`,
  phone: (index) => String(4_915_100_000_000 + index),
  slug: (index) => `item-${mix32(index).toString(36)}-${index}`,
};

function collection(o: {
  name: string;
  path: string;
  size: number;
  style: IdStyle;
  /** Mean bytes of an answer. */
  bytes: number;
  route?: string;
}): Collection {
  const id = IDS[o.style];
  return {
    name: o.name,
    path: o.path,
    route: o.route ?? `${o.path}/{id}`,
    size: o.size,
    id,
    bytes: (index) => Math.round(o.bytes * (0.6 + (0.8 * (mix32(index + o.size) % 1000)) / 1000)),
    sequential: o.style === 'number' || o.style === 'phone',
  };
}

const index = (list: readonly Collection[]): Readonly<Record<string, Collection>> =>
  Object.fromEntries(list.map((one) => [one.name, one]));

/**
 * `main` is what integrations read (customers, accounts, …) and `own` what belongs to them; `public` is browsed by everybody.
 */
export interface Business {
  readonly collections: Readonly<Record<string, Collection>>;
  readonly main: string;
  readonly own: string;
  readonly public: string;
  /** Collection of identifiers that are looked up by a query value, if any: `?email`. */
  readonly lookup: string | null;
  /** Listing of `own`, and of the administration's routes nobody ordinary calls. */
  readonly listing: string;
  readonly admin: readonly string[];
}

const ADMIN = [
  'users',
  'roles',
  'keys',
  'exports',
  'settings',
  'audit',
  'billing',
  'webhooks',
  'flags',
  'jobs',
];
const admin = ADMIN.map((name) => `/v1/admin/${name}`);

export const BUSINESS: Readonly<Record<Archetype, Business>> = {
  commerce: {
    collections: index([
      collection({ name: 'customers', path: '/v1/customers', size: 3_000_000, style: 'number', bytes: 1400 }),
      collection({ name: 'orders', path: '/v1/orders', size: 8_000_000, style: 'uuid', bytes: 2200 }),
      collection({ name: 'products', path: '/v1/products', size: 50_000, style: 'number', bytes: 3000 }),
      collection({ name: 'devices', path: '/v1/devices', size: 5_000_000, style: 'tag', bytes: 1100 }),
      collection({ name: 'emails', path: '/v1/lookup', size: 3_000_000, style: 'email', bytes: 300 }),
    ]),
    main: 'devices',
    own: 'orders',
    public: 'products',
    lookup: 'emails',
    listing: '/v1/orders',
    admin,
  },
  telecom: {
    collections: index([
      collection({ name: 'accounts', path: '/v1/accounts', size: 4_000_000, style: 'number', bytes: 1600 }),
      collection({ name: 'invoices', path: '/v1/invoices', size: 9_000_000, style: 'uuid', bytes: 5200 }),
      collection({ name: 'plans', path: '/v1/plans', size: 4000, style: 'slug', bytes: 2400 }),
      collection({ name: 'contacts', path: '/v0/contacts', size: 9_500_000, style: 'number', bytes: 900 }),
      collection({ name: 'phones', path: '/v1/lookup', size: 4_000_000, style: 'phone', bytes: 320 }),
    ]),
    main: 'accounts',
    own: 'invoices',
    public: 'plans',
    lookup: 'phones',
    listing: '/v1/invoices',
    admin,
  },
  social: {
    collections: index([
      collection({ name: 'profiles', path: '/v1/profiles', size: 20_000_000, style: 'number', bytes: 2100 }),
      collection({ name: 'messages', path: '/v1/messages', size: 30_000_000, style: 'uuid', bytes: 800 }),
      collection({ name: 'posts', path: '/v1/posts', size: 2_000_000, style: 'number', bytes: 4000 }),
      collection({ name: 'emails', path: '/v1/lookup', size: 15_000_000, style: 'email', bytes: 350 }),
      collection({ name: 'phones', path: '/v1/contacts', size: 15_000_000, style: 'phone', bytes: 300 }),
    ]),
    main: 'profiles',
    own: 'messages',
    public: 'posts',
    lookup: 'emails',
    listing: '/v1/messages',
    admin,
  },
  platform: {
    collections: index([
      collection({ name: 'records', path: '/v1/records', size: 6_000_000, style: 'uuid', bytes: 1900 }),
      collection({ name: 'cases', path: '/v1/cases', size: 2_000_000, style: 'uuid', bytes: 3800 }),
      collection({
        name: 'repositories',
        path: '/v1/repositories',
        size: 20_000,
        style: 'slug',
        bytes: 6000,
      }),
      collection({ name: 'emails', path: '/v1/lookup', size: 500_000, style: 'email', bytes: 300 }),
    ]),
    main: 'records',
    own: 'cases',
    public: 'repositories',
    lookup: 'emails',
    listing: '/v1/cases',
    admin,
  },
  storage: {
    collections: index([
      collection({ name: 'objects', path: '/files/archive', size: 7_000_000, style: 'slug', bytes: 60_000 }),
      collection({ name: 'reports', path: '/files/reports', size: 900_000, style: 'uuid', bytes: 90_000 }),
      collection({ name: 'assets', path: '/files/assets', size: 30_000, style: 'slug', bytes: 20_000 }),
    ]),
    main: 'objects',
    own: 'reports',
    public: 'assets',
    lookup: null,
    listing: '/files/reports',
    admin: ['lifecycle', 'policy', 'encryption', 'acl', 'replication'].map(
      (name) => `/files/settings/${name}`,
    ),
  },
  identity: {
    collections: index([
      collection({ name: 'users', path: '/v1/users', size: 2_000_000, style: 'number', bytes: 1000 }),
      collection({ name: 'sessions', path: '/v1/sessions', size: 20_000_000, style: 'uuid', bytes: 500 }),
      collection({ name: 'clients', path: '/v1/clients', size: 3000, style: 'slug', bytes: 1500 }),
      collection({ name: 'emails', path: '/v1/lookup', size: 2_000_000, style: 'email', bytes: 280 }),
    ]),
    main: 'users',
    own: 'sessions',
    public: 'clients',
    lookup: 'emails',
    listing: '/v1/sessions',
    admin,
  },
};

/** Query name under which a lookup's identifier stands. */
export const lookupName = (name: string): 'email' | 'phone' => (name === 'phones' ? 'phone' : 'email');
