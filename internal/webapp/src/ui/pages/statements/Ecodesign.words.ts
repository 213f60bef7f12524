import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Écoconception',
		lead: 'Ce que nous faisons pour que ce service pèse peu, et ce qui reste à mesurer.',
		sections: {
			done: {
				title: 'Ce qui est fait',
				paragraphs: [],
				items: [
					'La première page tient en moins de 120 Ko et moins de 15 requêtes ; un contrôle automatique le vérifie à chaque changement.',
					'Rien n’est demandé à un autre site : ni police, ni image, ni mesure d’audience.',
					'Les polices sont celles de votre appareil. Il n’y a ni vidéo, ni image de décor, ni défilement sans fin.',
					'Le chiffrement n’est chargé que lorsqu’il sert.',
					'Le service marche sur de vieux téléphones et des connexions lentes.',
					'Partager un document ne le recopie pas : seule sa clé, d’environ deux kilo-octets, est transmise.',
				],
			},
			left: {
				title: 'Ce qui reste à faire',
				paragraphs: [
					'Nous n’avons pas encore calculé de score selon le référentiel général d’écoconception (RGESN), ni mesuré l’énergie des serveurs. Cela dépend aussi de l’hébergeur.',
				],
			},
			you: {
				title: 'De votre côté',
				paragraphs: [
					'Ne gardez que ce qui vous est utile : un document effacé libère vraiment sa place.',
				],
			},
		},
	},
	{
		title: 'Ecodesign',
		lead: 'What we do for this service to weigh little, and what is still to be measured.',
		sections: {
			done: {
				title: 'What is done',
				paragraphs: [],
				items: [
					'The first page fits in less than 120 kB and 15 requests; an automatic check verifies it at each change.',
					'Nothing is asked of another site: no font, no picture, no audience measurement.',
					'Fonts are those of your device. There is no video, no decorative picture, no endless scrolling.',
					'Encryption is loaded only when it serves.',
					'The service works on old phones and slow connections.',
					'Sharing a document does not copy it: only its key, of about two kilobytes, is sent.',
				],
			},
			left: {
				title: 'What is left to do',
				paragraphs: [
					'We have not yet computed a score against the French general ecodesign reference (RGESN), nor measured the energy of the servers. That depends on the host as well.',
				],
			},
			you: {
				title: 'On your side',
				paragraphs: ['Keep only what you need: an erased document really frees its room.'],
			},
		},
	},
);
