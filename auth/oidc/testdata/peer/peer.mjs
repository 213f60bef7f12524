// An OpenID Connect provider that we did not write (the engine of FranceConnect
// and ProConnect), set as strictly as they are, for the relying-party tests.
//
//   node peer.mjs franceconnect|franceconnect+|proconnect|plain REDIRECT_URI POST_LOGOUT_URI AUTH ALG JWKS_URI LOGOUT_URI
//
// AUTH is how the client authenticates (client_secret_post, private_key_jwt);
// ALG wraps the keys of tokens at franceconnect+; JWKS_URI is the client's. A plain one
// is no stricter than the engine, and tells of log-outs at LOGOUT_URI.
//
// It listens on a free port of loopback, prints one line of JSON that says how
// to log in, and stops when its standard input ends.

import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import Provider, { errors, interactionPolicy } from "oidc-provider";

const [profile, redirect, postLogout, auth, alg, clientKeys, logoutURI] = process.argv.slice(2);
const plain = profile === "plain";
const plus = profile === "franceconnect+";
const france = plus || profile === "franceconnect";

const people = france || plain
	? {
			angela: { given_name: "Angela Claire Louise", family_name: "DUBOIS" },
			marcel: { given_name: "Marcel", family_name: "LEROY" },
		}
	: {
			camille: { given_name: "Camille", usual_name: "MARTIN", siret: "21370999900015" },
			karim: { given_name: "Karim", usual_name: "BENALI", siret: "22360999900018" },
		};

const allowed = [
	...["client_id", "acr_values", "claims", "response_type", "nonce", "state", "redirect_uri", "scope", "prompt", "idp_hint", "ui_locales"],
	...(france ? [] : ["code_challenge", "code_challenge_method", "login_hint", "siret_hint"]),
];
const levels = plus ? ["eidas2", "eidas3"] : france ? ["eidas1"] : ["eidas0", "eidas0-mfa", "eidas1", "eidas1-mfa", "eidas2", "eidas3"];
const scopes = plain
	? ["openid", "profile"]
	: france
	? [
			...["openid", "given_name", "family_name", "birthdate", "gender", "birthplace", "birthcountry", "preferred_username", "email"],
			...(plus ? [] : ["idp_id"]),
		]
	: ["openid", "given_name", "usual_name", "email", "uid", "siret", "idp_id", "roles", "organization_label", "phone"];

/** What the engine lets pass and FranceConnect does not: the error's number, or "". */
function refuses(query) {
	if (plain) return "";
	const asked = (name) => (query.get(name) ?? "").split(" ").filter(Boolean);
	if ([...query.keys()].some((name) => !allowed.includes(name))) return "Y030007";
	if (["nonce", "state"].some((name) => (query.get(name) ?? "").length < 22)) return "Y030007";
	if (france && !query.get("acr_values")) return "Y030007";
	if (asked("acr_values").some((acr) => !levels.includes(acr))) return "Y030007";
	if (asked("scope").some((scope) => !scopes.includes(scope))) return "Y030007";
	if (asked("prompt").some((prompt) => !["login", "consent"].includes(prompt))) return "Y030007";
	return "";
}

const page = (body) => `<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Pair</title></head><body>${body}</body></html>`;

function show(res, status, body) {
	res.writeHead(status, { "Content-Type": "text/html; charset=utf-8" });
	res.end(page(body));
}

/** Whoever logs in has agreed: neither real provider asks twice. */
async function grantAll(ctx) {
	const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
	grant.addOIDCScope(scopes.join(" "));
	grant.addOIDCClaims(["acr"]);
	await grant.save();
	return grant;
}

const encrypted = {
	id_token_encrypted_response_alg: alg,
	id_token_encrypted_response_enc: "A256GCM",
	userinfo_encrypted_response_alg: alg,
	userinfo_encrypted_response_enc: "A256GCM",
};

function configuration(secret) {
	const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
	const loginEachTime = interactionPolicy.base();
	return {
		clients: [
			{
				client_id: "coffre",
				...(auth === "private_key_jwt" ? { token_endpoint_auth_signing_alg: "ES256" } : { client_secret: secret }),
				...(plus || auth === "private_key_jwt" ? { jwks_uri: clientKeys } : {}),
				redirect_uris: [redirect],
				post_logout_redirect_uris: [postLogout],
				token_endpoint_auth_method: auth,
				id_token_signed_response_alg: "ES256",
				...(plain ? {} : { userinfo_signed_response_alg: "ES256" }),
				subject_type: "pairwise",
				...(plain ? { backchannel_logout_uri: logoutURI, backchannel_logout_session_required: true } : {}),
				...(plus ? encrypted : {}),
			},
		],
		jwks: { keys: [{ ...key, kid: "pair-1", use: "sig", alg: "ES256" }] },
		cookies: { keys: [randomBytes(32).toString("hex")] },
		acrValues: levels,
		scopes,
		conformIdTokenClaims: !plain,
		claims: { acr: null, auth_time: null, iss: null, sid: null, ...Object.fromEntries(scopes.map((s) => [s, { openid: ["sub"], profile: ["given_name", "family_name"] }[s] ?? [s]])) },
		subjectTypes: ["pairwise"],
		pairwiseIdentifier: (_ctx, id, client) => `${createHash("sha256").update(`${client.clientId}/${id}`).digest("hex")}v1`,
		enabledJWA: {
			idTokenSigningAlgValues: ["ES256"],
			userinfoSigningAlgValues: ["ES256"],
			...(plus
				? {
						idTokenEncryptionAlgValues: ["RSA-OAEP", "RSA-OAEP-256", "ECDH-ES"],
						idTokenEncryptionEncValues: ["A256GCM"],
						userinfoEncryptionAlgValues: ["RSA-OAEP", "RSA-OAEP-256", "ECDH-ES"],
						userinfoEncryptionEncValues: ["A256GCM"],
					}
				: {}),
		},
		pkce: { required: () => !france },
		ttl: { AuthorizationCode: 30, AccessToken: 60, IdToken: 60, Interaction: 600, Grant: 600, Session: 1800 },
		routes: { authorization: "/authorize", token: "/token", userinfo: "/userinfo", jwks: "/jwks", end_session: "/session/end" },
		features: {
			devInteractions: { enabled: false },
			jwtUserinfo: { enabled: true },
			encryption: { enabled: plus },
			backchannelLogout: { enabled: plain },
			claimsParameter: { enabled: true },
			rpInitiatedLogout: {
				enabled: true,
				logoutSource: (ctx, form) => {
					ctx.body = page(form.replace("</form>", '<input type="hidden" name="logout" value="yes"></form>'));
				},
			},
		},
		extraParams: ["idp_hint", "siret_hint"],
		// The engine refuses to fetch from loopback, where the client's keys are here.
		fetch: (url, { dispatcher: _, ...options }) => globalThis.fetch(url, options),
		interactions: { policy: loginEachTime, url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
		loadExistingGrant: grantAll,
		findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, idp_id: "simulateur", ...people[id] }) }),
		renderError: (ctx, out, error) => {
			const number = error instanceof errors.InvalidRedirectUri ? "Y030031" : "Y030007";
			ctx.type = "html";
			ctx.status = 400;
			ctx.body = page(`<p>${number} ${out.error}</p>`);
		},
	};
}

/** The first level that was asked for, as both real ones answer. */
function acrOf(params) {
	const claimed = JSON.parse(params.claims ?? "{}").id_token?.acr?.values ?? [];
	return [...(params.acr_values ?? "").split(" ").filter(Boolean), ...claimed][0] ?? "eidas1";
}

async function interact(provider, req, res) {
	if (req.method !== "POST") {
		await provider.interactionDetails(req, res);
		show(res, 200, `<form method="post" action="${req.url}"><button name="persona">Continuer</button></form>`);
		return;
	}
	let body = "";
	for await (const part of req) body += part;
	const person = new URLSearchParams(body).get("persona");
	const { params } = await provider.interactionDetails(req, res);
	const result = people[person]
		? { login: { accountId: person, acr: acrOf(params), remember: false } }
		: { error: "access_denied", error_description: "User auth aborted" };
	await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
}

/** A session end asks for the hint and the way back; the engine asks for neither. */
function endsBadly(query) {
	return !plain && (!query.get("id_token_hint") || !query.get("post_logout_redirect_uri"));
}

const server = createServer();
server.listen(0, "127.0.0.1", () => {
	const issuer = `http://127.0.0.1:${server.address().port}`;
	const secret = randomBytes(32).toString("hex");
	const provider = new Provider(issuer, configuration(secret));
	for (const what of ["grant.error", "server_error", "userinfo.error"]) {
		provider.on(what, (_ctx, error) => console.error(what, error.message, error.error_detail ?? ""));
	}
	const engine = provider.callback();
	server.on("request", (req, res) => {
		const url = new URL(req.url, issuer);
		const number = url.pathname === "/authorize" ? refuses(url.searchParams) : "";
		if (number) show(res, 400, `<p>${number}</p>`);
		else if (url.pathname === "/session/end" && endsBadly(url.searchParams)) show(res, 400, "<p>Y030111</p>");
		else if (url.pathname.startsWith("/interaction/")) interact(provider, req, res).catch((error) => show(res, 500, `<p>${error}</p>`));
		else engine(req, res);
	});
	console.log(JSON.stringify({ issuer, client_id: "coffre", client_secret: secret }));
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
