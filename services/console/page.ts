// The status page, which reloads itself, and a page per incident, which does not, so that it can be read in peace.
// HTML documents without script. Everything from a log is escaped by html``.

import type { Incident } from '../../schemas/incident.ts';
import { type Html, html } from './html.ts';
import type { StatusReport } from './status.ts';

const SHOWN = 200;

export function statusPage(report: StatusReport, incidents: readonly Incident[]): string {
  return page({
    title: `Keytrail: ${report.openIncidents} open incident(s)`,
    reload: true,
    report,
    main: html`${counters(report)}
${report.configProblem === null ? html`` : html`<p class="problem" role="alert">The configuration file was refused; the previous one stays in force. ${report.configProblem}</p>`}
${problems(report)}
<h2>Incidents</h2>
${incidents.length === 0 ? html`<p>None so far. A credential is judged as soon as it calls; findings appear here with their evidence.</p>` : incidentList(incidents)}
${nextSteps(report)}`,
  });
}

export function incidentPage(report: StatusReport, incident: Incident): string {
  return page({
    title: `Keytrail: ${incident.title}`,
    reload: false,
    report,
    main: html`<p><a href="/">All incidents</a></p>
<ol class="incidents">${[incidentCard(incident)]}</ol>
${details(incident)}`,
  });
}

interface Page {
  title: string;
  reload: boolean;
  report: StatusReport;
  main: Html;
}

function page({ title, reload, report, main }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${reload ? html`<meta http-equiv="refresh" content="5">` : html``}
<title>${title}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><h1>Keytrail</h1><p>${report.sources.join(' · ') || 'no source configured'}</p></header>
<main>
${main}
</main>
<footer>version ${report.version}, up since ${time(report.startedAt)}, tuning ${report.tuning}</footer>
</body>
</html>`.text;
}

function counters(report: StatusReport): Html {
  const rejected = Object.values(report.rejected).reduce((sum, count) => sum + count, 0);
  const figures: [string, string][] = [
    ['open incidents', whole(report.openIncidents)],
    ['events', whole(report.events)],
    ['rejected lines', whole(rejected)],
    ['credentials', whole(report.credentials)],
    ['newest event', report.newestEventAt === null ? 'none yet' : time(report.newestEventAt)],
    ['webhooks delivered', report.webhooks === 0 ? 'none configured' : deliveriesText(report.deliveries)],
  ];
  return html`<dl class="counters">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** The refused configuration is shown apart, at once. */
function problems(report: StatusReport): Html {
  const shown = report.problems.filter(({ name }) => name !== 'config-refused');
  return html`${shown.map(({ level, what, next }) => html`<p class="problem ${level}" role="alert">${what}. Next: ${next}.</p>`)}`;
}

function deliveriesText({ delivered, failed, dead }: StatusReport['deliveries']): string {
  const trouble = failed + dead === 0 ? '' : `, ${whole(failed)} failed attempts, ${whole(dead)} given up`;
  return `${whole(delivered)}${trouble}`;
}

function incidentList(incidents: readonly Incident[]): Html {
  return html`<ol class="incidents">${incidents.slice(0, SHOWN).map(incidentCard)}</ol>`;
}

function incidentCard(incident: Incident): Html {
  return html`<li class="${incident.severity}">
<span class="severity">${incident.severity}</span> <a href="/incidents/${incident.id}"><strong>${incident.title}</strong></a> <time datetime="${incident.opened_at}">${time(incident.opened_at)}</time>
<p>${incident.summary}</p>
</li>`;
}

function details(incident: Incident): Html {
  const { exposed } = incident;
  return html`<section class="details">
<table>
<caption>Evidence</caption>
<thead><tr><th scope="col">feature</th><th scope="col">observed</th><th scope="col">expected</th><th scope="col">over</th></tr></thead>
<tbody>${incident.evidence.map((item) => html`<tr><td>${item.feature}</td><td>${amount(item.observed, item.unit)}</td><td>${amount(item.expected, item.unit)}</td><td>${item.window}</td></tr>`)}</tbody>
</table>
<dl>
<dt>Records exposed</dt><dd>${whole(exposed.records)} (${whole(exposed.low)} to ${whole(exposed.high)}), ${whole(exposed.bytes)} bytes</dd>
<dt>Ledger</dt><dd>Which records: <a href="/incidents/${incident.id}/ledger.csv">CSV</a>, <a href="/incidents/${incident.id}/ledger.ndjson">NDJSON</a></dd>
${incident.attributed.length === 0 ? html`` : html`<dt>Attributed to</dt><dd>${whole(incident.attributed.length)} credentials, most records first:<br>${incident.attributed.slice(0, 20).map((one) => html`<span>${one.display}: ${whole(one.records)} records in ${whole(one.requests)} calls</span><br>`)}</dd>`}
${incident.part_of === null ? html`` : html`<dt>Part of</dt><dd><a href="/incidents/${incident.part_of}">an incident of many credentials</a>, which goes on counting</dd>`}
<dt>Sources</dt><dd>${incident.sources.map((source) => html`<span>${source.prefix} (AS${source.asn}, ${source.country}), ${whole(source.events)} calls</span><br>`)}</dd>
<dt>Odds</dt><dd>${incident.odds}</dd>
<dt>Rejected explanations</dt><dd>${incident.rejected.map((text) => html`<span>${text}</span><br>`)}</dd>
<dt>Samples</dt><dd><code>${incident.samples.join(' ')}</code></dd>
<dt>Response</dt><dd>${incident.response.map((step) => html`<span>${step.action}: ${step.effect}</span><br>`)}</dd>
<dt>Judged by</dt><dd>${incident.detectors.join(', ')}; ${[...incident.attack, ...incident.owasp].join(', ')}</dd>
<dt>Credential</dt><dd><code>${incident.lineage}</code>${incident.credential.owner === null ? html`` : html`, owner ${incident.credential.owner}`}</dd>
</dl>
</section>`;
}

function nextSteps(report: StatusReport): Html {
  return html`<h2>Next</h2><ul>
<li>Point Keytrail at your own log: <code>npx keytrail scan access.log</code>, or list files under <code>ingest.files</code> in <code>keytrail.yaml</code>; <code>npx keytrail formats</code> shows the line for your gateway.</li>
${report.receiverUrl === null ? html`` : html`<li>Send logs over HTTP: <code>curl --data-binary @access.log ${report.receiverUrl}/v1/logs</code></li>`}
${report.store === null ? html`` : html`<li>Query the events in ClickHouse: <code>${report.store.url}/play</code>, user <code>${report.store.analyst}</code> (read-only; password in <code>${report.store.passwordFile}</code>).</li>`}
<li>Machines: <a href="/api/incidents">/api/incidents</a>, <a href="/api/status">/api/status</a>, <a href="/metrics">/metrics</a>.</li>
</ul>`;
}

const whole = (value: number) => value.toLocaleString('en');
/** A unit goes with a number only: `US`, not `US country`. */
const amount = (value: number | string, unit: string) =>
  typeof value === 'number' ? `${value.toLocaleString('en', { maximumFractionDigits: 2 })} ${unit}` : value;
const time = (iso: string) => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

export const STYLE = `
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #f5f6f8; --critical: #a8071a; --high: #cf1322; --medium: #ad6800; --low: #08699b; --info: #5b6470; }
@media (prefers-color-scheme: dark) { :root { --line: #3a4150; --soft: #1d222b; --critical: #ff7875; --high: #ff9c6e; --medium: #ffc53d; --low: #69c0ff; --info: #a7b0bd; } body { background: #14181f; color: #e6e9ee; } a { color: #8ab8ff; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
header, main, footer { max-width: 72rem; margin: 0 auto; padding: 0.75rem 1rem; }
header { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 1.5rem 0 0.5rem; }
header p, footer { color: var(--info); overflow-wrap: anywhere; } header p { margin: 0; }
.counters { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 0.5rem; margin: 0; }
.counters div { background: var(--soft); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.5rem 0.75rem; }
.counters dt { color: var(--info); font-size: 0.85rem; } .counters dd { margin: 0; font-size: 1.1rem; font-variant-numeric: tabular-nums; }
.incidents { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.5rem; }
.incidents li { border: 1px solid var(--line); border-left: 0.35rem solid var(--info); border-radius: 0.5rem; padding: 0.5rem 0.75rem; overflow-wrap: anywhere; }
.critical { border-left-color: var(--critical) !important; } .high { border-left-color: var(--high) !important; } .medium { border-left-color: var(--medium) !important; } .low { border-left-color: var(--low) !important; }
.severity { text-transform: uppercase; font-size: 0.75rem; letter-spacing: 0.04em; font-weight: 600; }
li p { margin: 0.25rem 0 0; } time { color: var(--info); font-size: 0.85rem; }
table { border-collapse: collapse; width: 100%; margin: 0.75rem 0; } caption { text-align: left; font-weight: 600; }
th, td { text-align: left; padding: 0.25rem 0.5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
.details dt { font-weight: 600; margin-top: 0.5rem; } .details dd { margin: 0; overflow-wrap: anywhere; }
.problem { border: 1px solid var(--high); border-radius: 0.5rem; padding: 0.5rem 0.75rem; white-space: pre-wrap; }
.warn { border-color: var(--medium); }
code { font-size: 0.9em; }
`;
