// The risks that detectors refer to, with their names.
// Sources: OWASP API Security Top 10 2023 and OWASP Non-Human Identities Top 10 2025; names are OWASP's.

export const OWASP_RISKS = [
  ['API1:2023', 'Broken Object Level Authorization'],
  ['API2:2023', 'Broken Authentication'],
  ['API3:2023', 'Broken Object Property Level Authorization'],
  ['API4:2023', 'Unrestricted Resource Consumption'],
  ['API5:2023', 'Broken Function Level Authorization'],
  ['API6:2023', 'Unrestricted Access to Sensitive Business Flows'],
  ['API7:2023', 'Server Side Request Forgery'],
  ['API8:2023', 'Security Misconfiguration'],
  ['API9:2023', 'Improper Inventory Management'],
  ['API10:2023', 'Unsafe Consumption of APIs'],
  ['NHI1:2025', 'Improper Offboarding'],
  ['NHI2:2025', 'Secret Leakage'],
  ['NHI3:2025', 'Vulnerable Third-Party NHI'],
  ['NHI4:2025', 'Insecure Authentication'],
  ['NHI5:2025', 'Overprivileged NHI'],
  ['NHI6:2025', 'Insecure Cloud Deployment Configurations'],
  ['NHI7:2025', 'Long-Lived Secrets'],
  ['NHI8:2025', 'Environment Isolation'],
  ['NHI9:2025', 'NHI Reuse'],
  ['NHI10:2025', 'Human Use of NHI'],
] as const;
