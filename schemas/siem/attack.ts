// MITRE ATT&CK techniques that detectors refer to, with the names SIEMs show beside the ids.
// Source: MITRE ATT&CK Enterprise v19 (attack.mitre.org, 2026-05); names and ids are MITRE's. Each technique carries the
// one tactic under which a stolen or misused API credential serves it, although ATT&CK lists some under several.
// Always holds: an id is in this table or attackOf() says so; nothing is guessed.

export const ATTACK_VERSION = '19';

const TACTICS = {
  TA0043: 'Reconnaissance',
  TA0042: 'Resource Development',
  TA0001: 'Initial Access',
  TA0003: 'Persistence',
  TA0004: 'Privilege Escalation',
  TA0006: 'Credential Access',
  TA0007: 'Discovery',
  TA0008: 'Lateral Movement',
  TA0009: 'Collection',
  TA0011: 'Command and Control',
  TA0010: 'Exfiltration',
  TA0040: 'Impact',
} as const;
type TacticId = keyof typeof TACTICS;

/** Technique or sub-technique id → its own name and tactic. */
const TECHNIQUES: Readonly<Record<string, readonly [name: string, tactic: TacticId]>> = {
  T1020: ['Automated Exfiltration', 'TA0010'],
  T1029: ['Scheduled Transfer', 'TA0010'],
  T1030: ['Data Transfer Size Limits', 'TA0010'],
  T1046: ['Network Service Discovery', 'TA0007'],
  T1069: ['Permission Groups Discovery', 'TA0007'],
  'T1069.003': ['Cloud Groups', 'TA0007'],
  T1078: ['Valid Accounts', 'TA0001'],
  'T1078.004': ['Cloud Accounts', 'TA0001'],
  T1087: ['Account Discovery', 'TA0007'],
  'T1087.004': ['Cloud Account', 'TA0007'],
  T1090: ['Proxy', 'TA0011'],
  'T1090.003': ['Multi-hop Proxy', 'TA0011'],
  T1098: ['Account Manipulation', 'TA0003'],
  'T1098.001': ['Additional Cloud Credentials', 'TA0003'],
  'T1098.003': ['Additional Cloud Roles', 'TA0003'],
  T1110: ['Brute Force', 'TA0006'],
  'T1110.001': ['Password Guessing', 'TA0006'],
  'T1110.003': ['Password Spraying', 'TA0006'],
  'T1110.004': ['Credential Stuffing', 'TA0006'],
  T1119: ['Automated Collection', 'TA0009'],
  T1190: ['Exploit Public-Facing Application', 'TA0001'],
  T1199: ['Trusted Relationship', 'TA0001'],
  T1213: ['Data from Information Repositories', 'TA0009'],
  'T1213.006': ['Databases', 'TA0009'],
  T1485: ['Data Destruction', 'TA0040'],
  T1486: ['Data Encrypted for Impact', 'TA0040'],
  T1490: ['Inhibit System Recovery', 'TA0040'],
  T1526: ['Cloud Service Discovery', 'TA0007'],
  T1528: ['Steal Application Access Token', 'TA0006'],
  T1530: ['Data from Cloud Storage', 'TA0009'],
  T1537: ['Transfer Data to Cloud Account', 'TA0010'],
  T1539: ['Steal Web Session Cookie', 'TA0006'],
  T1548: ['Abuse Elevation Control Mechanism', 'TA0004'],
  T1550: ['Use Alternate Authentication Material', 'TA0008'],
  'T1550.001': ['Application Access Token', 'TA0008'],
  'T1550.004': ['Web Session Cookie', 'TA0008'],
  T1552: ['Unsecured Credentials', 'TA0006'],
  'T1552.001': ['Credentials In Files', 'TA0006'],
  'T1552.005': ['Cloud Instance Metadata API', 'TA0006'],
  T1567: ['Exfiltration Over Web Service', 'TA0010'],
  T1580: ['Cloud Infrastructure Discovery', 'TA0007'],
  T1585: ['Establish Accounts', 'TA0042'],
  'T1585.003': ['Cloud Accounts', 'TA0042'],
  T1589: ['Gather Victim Identity Information', 'TA0043'],
  'T1589.001': ['Credentials', 'TA0043'],
  'T1589.002': ['Email Addresses', 'TA0043'],
  T1595: ['Active Scanning', 'TA0043'],
  'T1595.002': ['Vulnerability Scanning', 'TA0043'],
  'T1595.003': ['Wordlist Scanning', 'TA0043'],
  T1606: ['Forge Web Credentials', 'TA0006'],
  T1649: ['Steal or Forge Authentication Certificates', 'TA0006'],
};

export interface AttackEntry {
  readonly technique: { readonly uid: string; readonly name: string };
  readonly subTechnique: { readonly uid: string; readonly name: string } | null;
  readonly tactic: { readonly uid: string; readonly name: string };
}

/** Null when the id is not in the table. */
export function attackOf(id: string): AttackEntry | null {
  const own = TECHNIQUES[id];
  const parentId = id.split('.')[0] as string;
  const parent = TECHNIQUES[parentId];
  if (!own || !parent) return null;
  return {
    technique: { uid: parentId, name: parent[0] },
    subTechnique: id === parentId ? null : { uid: id, name: own[0] },
    tactic: { uid: own[1], name: TACTICS[own[1]] },
  };
}

export const ATTACK_IDS: readonly string[] = Object.keys(TECHNIQUES);
