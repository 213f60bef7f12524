import { Api } from '../api/client.ts';
import type { components } from '../api/schema.ts';
import { CoffreError } from '../errors.ts';
import { scriptURL } from './trusted.ts';

// How somebody hears that there is news: nothing here needs a key, and no
// message says who or what.

export type NoticeView = components['schemas']['Notice'];
export type NoticeChoice = components['schemas']['NoticeList'];
export type WebhookView = components['schemas']['Webhook'];
export type WebhookChoice = components['schemas']['WebhookList'];

const api = (): Api => new Api();

export function noticeChoice(): Promise<NoticeChoice> {
	return api().get('/api/v1/me/notices');
}
/** Has a code sent there. */
export async function chooseEmail(address: string, language: 'fr' | 'en'): Promise<NoticeView> {
	const body = { way: 'email', address, language } as const;
	return (await api().call('post', '/api/v1/me/notices', { body })).data;
}
export async function confirmNotice(id: string, code: string): Promise<void> {
	await api().call('post', '/api/v1/me/notices/{id}/code', { path: { id }, body: { code } });
}
export async function endNotice(id: string): Promise<void> {
	await api().call('delete', '/api/v1/me/notices/{id}', { path: { id } });
}

export function webhookChoice(): Promise<WebhookChoice> {
	return api().get('/api/v1/administration/webhooks');
}
export async function registerWebhook(url: string): Promise<WebhookView> {
	return (await api().call('post', '/api/v1/administration/webhooks', { body: { url } })).data;
}
export async function endWebhook(id: string): Promise<void> {
	await api().call('delete', '/api/v1/administration/webhooks/{id}', { path: { id } });
}

/**
 * The service worker lives for push alone: it has no part in what the pages
 * load, and its scope is this one address.
 */
const script = '/push.js';
const scope = '/prevenir';

export function pushPossible(): boolean {
	return (
		'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis
	);
}

/** Where this browser is woken, if it is. */
export async function pushHere(): Promise<string | undefined> {
	if (!pushPossible()) return undefined;
	const worker = await navigator.serviceWorker.getRegistration(scope);
	return (await worker?.pushManager.getSubscription())?.endpoint;
}

/** Needs a gesture of the user. 'push-refused' by her, or 'push-unavailable' here. */
export async function choosePush(key: string, language: 'fr' | 'en'): Promise<NoticeView> {
	if ((await Notification.requestPermission()) !== 'granted') throw new CoffreError('push-refused');
	let address: string;
	try {
		const worker = await navigator.serviceWorker.register(scriptURL(`${script}?${language}`), {
			scope,
		});
		const applicationServerKey = Uint8Array.from(atob(key), (c) => c.charCodeAt(0));
		await active(worker);
		const options = { userVisibleOnly: true, applicationServerKey };
		address = (await worker.pushManager.subscribe(options)).endpoint;
	} catch (e) {
		throw new CoffreError('push-unavailable', { message: String(e) });
	}
	const body = { way: 'push', address, language } as const;
	return (await api().call('post', '/api/v1/me/notices', { body })).data;
}

/** A subscription needs a worker that has started. */
function active(worker: ServiceWorkerRegistration): Promise<void> {
	const starting = worker.installing ?? worker.waiting;
	if (starting === null) return Promise.resolve();
	return new Promise((resolve, reject) => {
		starting.addEventListener('statechange', () => {
			if (starting.state === 'activated') resolve();
			if (starting.state === 'redundant') reject(new Error('the worker did not start'));
		});
	});
}

/** Forgets it here too, so that the browser's own service does. */
export async function endPushHere(): Promise<void> {
	const worker = await navigator.serviceWorker?.getRegistration(scope);
	await (await worker?.pushManager.getSubscription())?.unsubscribe();
	await worker?.unregister();
}
