import { words } from '../words.svelte.ts';

export const texts = words(
	{
		title: (when: string) => `Quelqu’un a demandé à récupérer votre coffre le ${when}`,
		means:
			'Si ce n’est pas vous, arrêtez cette demande tout de suite : sinon, vos gardiens pourraient donner leur part.',
		stop: 'Arrêter cette demande',
		mine: 'C’était moi : continuer',
		stopped: 'La demande est arrêtée, et le journal public le prouve. Prévenez vos gardiens.',
	},
	{
		title: (when) => `Somebody asked to recover your safe on ${when}`,
		means:
			'If it was not you, stop this request at once: otherwise your guardians might give their share.',
		stop: 'Stop this request',
		mine: 'It was me: go on',
		stopped: 'The request is stopped, and the public journal proves it. Tell your guardians.',
	},
);
