// Writes one call as a Kong http-log record (Kong Gateway 3.x), the way the plugin would have sent it.

import type { Random } from './random.ts';

export interface Caller {
  consumer: string | null;
  userAgent: string;
  ip: string;
}

export interface Call {
  /** Milliseconds since the epoch. */
  at: number;
  caller: Caller;
  method: string;
  path: string;
  query: Record<string, string>;
  status: number;
  bytes: number;
}

const SERVICES: Record<string, { id: string; name: string; host: string }> = {
  customers: {
    id: '6f0d1c8e-21ab-4f8e-9d3c-0f6a2c1b7e01',
    name: 'customers',
    host: 'customers.svc.internal',
  },
  orders: { id: '6f0d1c8e-21ab-4f8e-9d3c-0f6a2c1b7e02', name: 'orders', host: 'orders.svc.internal' },
  products: { id: '6f0d1c8e-21ab-4f8e-9d3c-0f6a2c1b7e03', name: 'products', host: 'products.svc.internal' },
  shipments: {
    id: '6f0d1c8e-21ab-4f8e-9d3c-0f6a2c1b7e04',
    name: 'shipments',
    host: 'shipments.svc.internal',
  },
  status: { id: '6f0d1c8e-21ab-4f8e-9d3c-0f6a2c1b7e05', name: 'status', host: 'status.svc.internal' },
};

/** A stable made-up UUID for a name. */
function uuidOf(name: string): string {
  let hash = 2166136261;
  let out = '';
  for (let round = 0; round < 4; round++) {
    for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
    out += (hash >>> 0).toString(16).padStart(8, '0');
  }
  return `${out.slice(0, 8)}-${out.slice(8, 12)}-4${out.slice(13, 16)}-a${out.slice(17, 20)}-${out.slice(20, 32)}`;
}

export function kongLine(call: Call, random: Random): string {
  const service = SERVICES[call.path.split('/')[2] ?? ''] ?? SERVICES.status!;
  const search = new URLSearchParams(call.query).toString();
  const uri = search ? `${call.path}?${search}` : call.path;
  const proxy = Math.round(8 + random.wait(30));
  const kong = random.int(0, 3);
  const id = random.hex(32);
  return JSON.stringify({
    request: {
      id,
      method: call.method,
      uri,
      url: `https://api.larkfield.example:8443${uri}`,
      size: 180 + uri.length,
      querystring: call.query,
      headers: {
        host: 'api.larkfield.example',
        'user-agent': call.caller.userAgent,
        accept: 'application/json',
        ...(call.caller.consumer ? { apikey: 'REDACTED' } : {}),
      },
      tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', client_verify: 'NONE' },
    },
    upstream_uri: uri,
    response: {
      status: call.status,
      size: call.bytes,
      headers: { 'content-type': 'application/json', 'x-kong-request-id': id },
    },
    tries: [{ ip: '10.40.0.17', port: 8080, balancer_latency: 0 }],
    latencies: { kong, proxy, request: kong + proxy },
    route: {
      id: uuidOf(`route-${service.name}`),
      name: service.name,
      paths: [`/v1/${service.name}`],
      protocols: ['https'],
      strip_path: false,
    },
    service: { ...service, port: 8080, protocol: 'http' },
    ...(call.caller.consumer
      ? {
          consumer: { id: uuidOf(call.caller.consumer), username: call.caller.consumer },
          authenticated_entity: { id: uuidOf(`key-${call.caller.consumer}`) },
        }
      : {}),
    workspace: 'larkfield',
    client_ip: call.caller.ip,
    started_at: call.at,
  });
}
