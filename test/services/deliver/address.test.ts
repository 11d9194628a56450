import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  assertPublicHost,
  isPublic,
  publicLookup,
  RefusedTargetError,
} from '../../../services/deliver/address.ts';

test('public addresses pass', () => {
  for (const address of ['8.8.8.8', '93.184.216.34', '2606:4700::1111', '2a00:1450::1'])
    assert.ok(isPublic(address), address);
});

test('everything that is not public unicast is refused', () => {
  const refused = [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '169.254.169.254',
    '168.63.129.16',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
  ];
  for (const address of refused) assert.ok(!isPublic(address), address);
});

test('no spelling of a private IPv4 address gets past the URL parser and the check', () => {
  const octets = fc.tuple(
    fc.constantFrom(10, 127),
    fc.nat({ max: 255 }),
    fc.nat({ max: 255 }),
    fc.nat({ max: 255 }),
  );
  const spell = fc.constantFrom(
    ([a, b, c, d]: number[]) => `${a}.${b}.${c}.${d}`,
    (o: number[]) => String(numberOf(o)),
    (o: number[]) => `0x${numberOf(o).toString(16)}`,
    ([a, b, c, d]: number[]) => `0${(a as number).toString(8)}.${b}.${((c as number) << 8) | (d as number)}`,
    ([a, b, c, d]: number[]) => `[::ffff:${a}.${b}.${c}.${d}]`,
  );
  fc.assert(
    fc.property(octets, spell, (o, how) => {
      assert.throws(() => assertPublicHost(new URL(`http://${how(o)}/`)), RefusedTargetError);
    }),
  );
});

const numberOf = ([a, b, c, d]: number[]): number =>
  (((a as number) << 24) | ((b as number) << 16) | ((c as number) << 8) | (d as number)) >>> 0;

test('a name that resolves to a private address is refused in both forms of lookup', async () => {
  for (const all of [true, false]) {
    const error = await new Promise<Error | null>((resolve) =>
      publicLookup('localhost', { all }, (failure) => resolve(failure)),
    );
    assert.ok(error instanceof RefusedTargetError);
    assert.match(error.message, /^localhost \((127\.0\.0\.1|::1)\) is not a public address/);
  }
});
