import type { CDPSession, Page } from 'playwright-core';

/** A device that makes passkeys of the kind that encrypts, and answers by itself. */
export interface Device {
	/** Everything on it is lost. */
	lose(): Promise<void>;
}

/** As Chromium has it; the page must be in front, and passkeys live as long as it. */
export async function withPasskeys(page: Page): Promise<Device> {
	const devtools: CDPSession = await page.context().newCDPSession(page);
	await devtools.send('WebAuthn.enable');
	const add = () =>
		devtools.send('WebAuthn.addVirtualAuthenticator', {
			options: {
				protocol: 'ctap2',
				ctap2Version: 'ctap2_1',
				transport: 'internal',
				hasResidentKey: true,
				hasUserVerification: true,
				isUserVerified: true,
				hasPrf: true,
				automaticPresenceSimulation: true,
			},
		});
	let { authenticatorId } = await add();
	return {
		lose: async () => {
			await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
			({ authenticatorId } = await add());
		},
	};
}
