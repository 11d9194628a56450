// Events of every shape the schema allows, for property tests: ordinary ones, and texts with everything JSON has to escape.
import fc from 'fast-check';
import { type ApiEvent, CREDENTIAL_KINDS } from '../../schemas/event.ts';

const hexId = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 });
const plain = fc.string({ unit: fc.constantFrom(...'abc XYZ019-_./{}[]:,?&=%*'), maxLength: 50 });
const text = fc.oneof(
  { weight: 6, arbitrary: plain },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('Telefónica', '東京', '\u{1F600}', '"', '\\', '\ud800', '__proto__'),
  },
);
const few = fc.constantFrom('GET', '/v1/customers/{id}', 'default', 'api.example.com', 'kong');
const repeated = fc.oneof({ weight: 3, arbitrary: few }, { weight: 1, arbitrary: text });
const count = fc.oneof(fc.nat(), fc.constantFrom(0, 1, 999_999_999_999_999, 2 ** 53 - 1), fc.nat(99));
const quantity = fc.oneof(
  count,
  fc.integer({ min: 0, max: 10_000_000 }).map((n) => n / 1000),
  fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
);
const number = fc.oneof(
  quantity,
  quantity.map((n) => -n),
  fc.constant(-0),
);
const option = <T>(of: fc.Arbitrary<T>) => fc.option(of, { freq: 2 });

const credential = fc.record(
  {
    lineage: fc.oneof(few, text, fc.string({ minLength: 190, maxLength: 200 })).map((t) => t || 'anonymous'),
    fingerprint: option(hexId),
    kind: fc.constantFrom(...CREDENTIAL_KINDS),
    weak: fc.boolean(),
    subject: option(repeated),
    client: option(repeated),
    display: repeated,
    scopes: fc.array(repeated, { maxLength: 3 }),
    issued_at: option(number),
    expires_at: option(number),
    jti: option(text),
    cnf: option(text),
    certificate: option(hexId),
    not_before: number,
    audience: fc.array(repeated, { maxLength: 3 }),
    actor: text,
    proof: fc.record({ thumbprint: text, jti: text, at: number }),
  },
  {
    requiredKeys: [
      'lineage',
      'fingerprint',
      'kind',
      'weak',
      'subject',
      'client',
      'display',
      'scopes',
      'issued_at',
      'expires_at',
      'jti',
      'cnf',
      'certificate',
    ],
  },
);

const client = fc.record({
  ip: fc.constantFrom('192.0.2.7', '192.0.2.8', '2001:db8::1'),
  prefix: fc.constantFrom('192.0.2.0/24', '2001:db8::/48'),
  asn: count,
  network: repeated,
  country: fc.constantFrom('DE', 'ZZ', 'üx'),
  user_agent: repeated,
  ua_family: repeated,
  tls: option(text),
});

export const arbitraryEvent: fc.Arbitrary<ApiEvent> = fc.record({
  id: hexId,
  at: count,
  gateway: repeated,
  tenant: repeated,
  environment: repeated,
  host: repeated,
  method: repeated,
  path: text,
  route: repeated,
  objects: fc.array(fc.record({ collection: repeated, id: text }), { maxLength: 3 }),
  query: text,
  query_shape: repeated,
  page: option(
    fc.record({ kind: fc.constantFrom('page', 'offset', 'cursor'), value: number, limit: option(number) }),
  ),
  status: fc.nat(999),
  bytes_in: count,
  bytes_out: count,
  items: option(quantity),
  latency_ms: option(quantity),
  request_id: option(text),
  client,
  credential,
});
