-- D20 over the store: sign-ins that name an account, of one window, in the order they were given. A refused account that was active
-- anywhere before is no stranger, and left out.
SELECT toString(id) AS id, toUnixTimestamp64Milli(at) AS at_ms, tenant, method, path, route, objects, query, page_kind, page_value,
  page_limit, status, bytes_out, items, request_id, client_ip, client_prefix, client_asn, client_network, client_country,
  client_ua_family, lineage, credential_kind, credential_weak, credential_subject, credential_client, credential_display
FROM events FINAL
WHERE at >= fromUnixTimestamp64Milli({from:Int64}) AND at < fromUnixTimestamp64Milli({until:Int64})
  AND credential_subject IS NOT NULL
  AND (credential_kind = 'basic' OR status = 401)
  AND NOT (status IN (401, 403) AND (tenant, lineage) IN
    (SELECT tenant, lineage FROM events
     WHERE at < fromUnixTimestamp64Milli({from:Int64}) AND status BETWEEN 200 AND 299
       AND (tenant, lineage) IN
         (SELECT tenant, lineage FROM events
          WHERE at >= fromUnixTimestamp64Milli({from:Int64}) AND at < fromUnixTimestamp64Milli({until:Int64})
            AND credential_subject IS NOT NULL AND status IN (401, 403))))
ORDER BY at, id
