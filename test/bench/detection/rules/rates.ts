// Rules that count per address: 100 requests a minute; 50 distinct values on one route in five minutes (as Akto's parameter
// enumeration by default); CrowdSec's leaky buckets for probing (10 distinct refused paths, one leaks every 10 s) and crawling (40
// distinct paths, one leaks every half second).

import type { ApiEvent } from '../../../../schemas/event.ts';
import { type Rule, type Score, Windows } from './rule.ts';

export function requestRate(): Rule {
  const windows = new Windows(60_000, () => ({ count: 0 }));
  return {
    id: 'rate',
    title: '100 requests a minute per address',
    see({ client, at }) {
      const window = windows.get(client.ip, at);
      return { key: client.ip, score: ++window.count / 100 };
    },
    clone: requestRate,
  };
}

export function distinctValues(): Rule {
  const windows = new Windows(300_000, () => new Set<string>());
  return {
    id: 'distinct',
    title: '50 distinct values on a route in 5 minutes per address',
    see(event) {
      const { client, at, route, objects } = event;
      if (objects.length === 0) return { key: client.ip, score: 0 };
      const values = windows.get(`${client.ip} ${route}`, at);
      for (const { id } of objects) values.add(id);
      return { key: client.ip, score: values.size / 50 };
    },
    clone: distinctValues,
  };
}

interface Bucket {
  level: number;
  at: number;
  paths: Set<string>;
}

function leaky(o: {
  id: string;
  title: string;
  capacity: number;
  leakMs: number;
  counts: (event: ApiEvent) => boolean;
}): Rule {
  const buckets = new Map<string, Bucket>();
  return {
    id: o.id,
    title: o.title,
    see(event): Score {
      const { ip } = event.client;
      if (!o.counts(event)) return { key: ip, score: 0 };
      const bucket = buckets.get(ip) ?? { level: 0, at: event.at, paths: new Set<string>() };
      buckets.set(ip, bucket);
      bucket.level = Math.max(0, bucket.level - (event.at - bucket.at) / o.leakMs);
      bucket.at = event.at;
      if (bucket.level === 0) bucket.paths.clear();
      const path = `${event.path}?${event.query}`;
      if (!bucket.paths.has(path) && bucket.paths.size < 10_000) {
        bucket.paths.add(path);
        bucket.level++;
      }
      if (buckets.size > 50_000) buckets.delete(buckets.keys().next().value as string);
      return { key: ip, score: bucket.level / o.capacity };
    },
    clone: () => leaky(o),
  };
}

export const probing = (): Rule =>
  leaky({
    id: 'probing',
    title: 'CrowdSec-like probing: 10 refused paths, one leaks in 10 s',
    capacity: 10,
    leakMs: 10_000,
    counts: ({ status }) => status === 403 || status === 404 || status === 400,
  });

export const crawling = (): Rule =>
  leaky({
    id: 'crawling',
    title: 'CrowdSec-like crawl: 40 paths, one leaks in 0.5 s',
    capacity: 40,
    leakMs: 500,
    counts: () => true,
  });
