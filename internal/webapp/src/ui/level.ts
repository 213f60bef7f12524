// What an act asks for, and what the present log-in has (internal/safe/policy.go).

/** The eIDAS level of an acr value; 0 when it promises none. */
export function levelOf(acr: string): number {
	const found = /^eidas([123])(-mfa)?$/.exec(acr);
	return found === null ? 0 : Number(found[1]);
}

/** The level that an act asks for where the present log-in is below it; 0 where it is enough. */
export function lacking(
	act: string,
	levels: Readonly<Record<string, number>> | undefined,
	acr: string | undefined,
): number {
	const asked = levels?.[act] ?? 1;
	return levelOf(acr ?? '') < asked ? asked : 0;
}
