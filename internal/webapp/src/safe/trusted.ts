interface Policy {
	createScriptURL(url: string): string;
}
interface Factory {
	createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

let policy: Policy | undefined;

/**
 * The only Trusted Types policy of the application, "coffre": it lets through
 * scripts of this origin's own build and nothing else.
 */
export function scriptURL(url: string): string {
	const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
	const rules = { createScriptURL: ownScript };
	policy ??= factory ? factory.createPolicy('coffre', rules) : rules;
	return policy.createScriptURL(url);
}

function ownScript(url: string): string {
	const u = new URL(url, globalThis.location.href);
	if (u.origin !== globalThis.location.origin) throw new TypeError('script of another origin');
	return u.href;
}
