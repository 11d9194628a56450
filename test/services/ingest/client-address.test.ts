// Whose address counts behind proxies: nothing a caller writes into X-Forwarded-For is believed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTrustedProxies } from '../../../services/ingest/source/client-address.ts';

const address = (trusted: string[], peer: string, forwarded: string | null) =>
  createTrustedProxies(trusted).clientAddress(peer, forwarded);

test('without trusted proxies the peer counts, whatever the header says', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4()), (header) => {
      assert.equal(address([], '198.51.100.7', header), '198.51.100.7');
    }),
  );
});

test('the right-most hop that is no trusted proxy counts', () => {
  const trusted = ['10.0.0.0/8', '2001:db8:ffff::/48'];
  assert.equal(address(trusted, '10.0.0.1', '203.0.113.9'), '203.0.113.9');
  assert.equal(address(trusted, '10.0.0.1', '203.0.113.9, 10.2.0.1'), '203.0.113.9');
  assert.equal(address(trusted, '2001:db8:ffff::1', '203.0.113.9'), '203.0.113.9');
  assert.equal(address(trusted, '198.51.100.7', '203.0.113.9'), '198.51.100.7', 'the peer is no proxy');
  assert.equal(address(trusted, '10.0.0.1', '10.3.0.1'), '10.3.0.1', 'all hops are proxies: the left-most');
  assert.equal(address(trusted, '10.0.0.1', 'unknown'), '10.0.0.1', 'unreadable: the last one vouched for');
  assert.equal(address(trusted, 'unix:', '203.0.113.9'), null);
});

test('property: a caller can put nothing in front of the hop that the last proxy added', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.ipV4(), { maxLength: 50 }), (text, hops) => {
      const forged = [text, ...hops].join(', ');
      assert.equal(address(['10.0.0.0/8'], '10.0.0.1', `${forged}, 203.0.113.9`), '203.0.113.9');
    }),
  );
});

test('a wrong entry is named', () => {
  assert.throws(() => createTrustedProxies(['10.0.0.0/8', 'office']), /"office" is not an address or CIDR/);
});
