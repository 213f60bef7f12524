import type { Context } from './context.ts';
import { listAsked, type Requests, readAsked, readPublic } from './requests.ts';
import type {
	AnswerOrder,
	AskedItem,
	AskedView,
	RefusalOrder,
	RequestView,
} from './requesttypes.ts';
import type { GrantView } from './types.ts';

/** The part of Core about requests for documents, on the citizen's side. */
export interface RequestCore {
	// Nobody logged in.
	/** `seal` is what a link carries behind #. */
	publicRequest(id: string, seal?: string): Promise<RequestView>;

	// Logged in, nothing open.
	askedRequest(id: string, seal?: string): Promise<RequestView>;
	askedRequests(after?: string): Promise<{ items: readonly AskedItem[]; next?: string }>;

	// Safe open.
	request(id: string, seal?: string): Promise<AskedView>;
	answerRequest(order: AnswerOrder): Promise<readonly GrantView[]>;
	refuseRequest(order: RefusalOrder): Promise<void>;
	askAboutRequest(id: string, text: string): Promise<void>;
}

/** What Keeper is made of besides: this part of Core. */
export abstract class RequestKeeper implements RequestCore {
	protected abstract get context(): Context;
	/** 'locked' when no safe is open. */
	protected abstract get requests(): Requests;

	publicRequest(id: string, seal?: string): Promise<RequestView> {
		return readPublic(this.context, id, seal);
	}
	askedRequest(id: string, seal?: string): Promise<RequestView> {
		return readAsked(this.context, id, seal);
	}
	askedRequests(after?: string): Promise<{ items: readonly AskedItem[]; next?: string }> {
		return listAsked(this.context, after);
	}
	async request(id: string, seal?: string): Promise<AskedView> {
		return this.requests.open(id, seal);
	}
	async answerRequest(order: AnswerOrder): Promise<readonly GrantView[]> {
		return this.requests.answer(order);
	}
	async refuseRequest(order: RefusalOrder): Promise<void> {
		await this.requests.refuse(order);
	}
	async askAboutRequest(id: string, text: string): Promise<void> {
		await this.requests.ask(id, text);
	}
}
