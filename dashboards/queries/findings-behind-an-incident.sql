-- Which verdicts stand behind an incident, in the order they were given?
-- Columns: at, detector, family, odds_against_chance (1 in so many, from the evidence), pages, claim, event_id,
--   request_id (as the gateway logged it).
-- Adapt: it shows the newest incident; put an incident id in quotes in place of the subquery behind "id =".
WITH
    (
        SELECT (tenant, lineage, first_event_at, last_event_at)
        FROM keytrail.incidents FINAL
        WHERE id = (SELECT id FROM keytrail.incidents ORDER BY opened_at DESC LIMIT 1)
        LIMIT 1
    ) AS incident
SELECT
    findings.at AS at,
    detector,
    family,
    round(exp(least(findings.log_e, 34))) AS odds_against_chance,
    pages,
    claim,
    findings.event_id AS event_id,
    events.request_id AS request_id
FROM keytrail.findings AS findings FINAL
LEFT JOIN
(
    SELECT toString(id) AS id, any(request_id) AS request_id
    FROM keytrail.events
    WHERE tenant = incident.1 AND lineage = incident.2 AND at BETWEEN incident.3 AND incident.4
    GROUP BY id
) AS events ON events.id = findings.event_id
WHERE findings.tenant = incident.1 AND findings.lineage = incident.2
    AND findings.at BETWEEN incident.3 AND incident.4
ORDER BY findings.at
LIMIT 500;
