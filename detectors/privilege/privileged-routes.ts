// How privileged a function looks by its name and verb alone, and a scope by its words; what is learned or told comes on top.
// Always holds: between 0 and 1; a plain read of a plain collection is 0. Does not know what a function really does.

const STRONG =
  /(?:^|[/_.:-])(?:admin|admins|administration|administrator|root|superuser|sudo|impersonate|impersonation|backoffice|back-office|masquerade|internal)(?:[/_.:-]|$)/i;
const MEDIUM =
  /(?:^|[/_.:-])(?:users|roles?|permissions?|grants?|acls?|policy|policies|keys|api-?keys|tokens|secrets|credentials|exports?|bulk|backups?|audit|audit-?logs?|settings|billing|payouts?|webhooks|flags|jobs|groups|iam|entitlements?|sso)(?:[/_.:-]|$)/i;
const VERBS: Readonly<Record<string, number>> = { DELETE: 0.3, PUT: 0.15, POST: 0.15, PATCH: 0.15 };
const BROAD_SCOPE =
  /(?:^|[:._/-])(?:\*|all|full|admin|administrator|root|owner|superuser|impersonate|manage)(?:$|[:._/-])/i;
const WRITING_SCOPE = /(?:^|[:._/-])(?:write|delete|create|update|rw|edit|grant)(?:$|[:._/-])/i;

/** Of independent reasons, each the chance that it is privileged: that at least one is right. */
export const eitherOf = (...reasons: readonly number[]): number =>
  1 - reasons.reduce((none, one) => none * (1 - one), 1);

/** By the words of the route and the verb. */
export function lookOfRoute(method: string, route: string): number {
  const words = STRONG.test(route) ? 0.85 : MEDIUM.test(route) ? 0.5 : 0;
  return eitherOf(words, VERBS[method] ?? 0);
}

export function lookOfScope(scope: string): number {
  return BROAD_SCOPE.test(scope) ? 0.9 : WRITING_SCOPE.test(scope) ? 0.5 : 0.15;
}
