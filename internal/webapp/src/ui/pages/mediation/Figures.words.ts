import { words } from '../../words.svelte.ts';

export const text = words(
	{
		title: 'Chiffres d’activité',
		help: 'Pour montrer le travail fait, sans montrer personne. Seuls les mois finis y sont, et chaque chiffre porte sur dix personnes au moins : un mois où moins de dix personnes sont venues est réuni avec les suivants.',
		year: 'Année',
		loading: 'Calcul des chiffres…',
		none: (least: number) =>
			`Rien à montrer pour cette année : les mois finis ne réunissent pas encore ${least} personnes.`,
		period: 'Période',
		first: 'Premier mois',
		last: 'Dernier mois',
		people: 'Personnes aidées',
		sessions: 'Sessions',
		minutes: 'Durée (min)',
		acts: {
			deposit: 'Dépôts',
			read: 'Lectures',
			share: 'Partages',
			answer: 'Réponses',
			organise: 'Rangements',
		},
		total: 'Tous les actes',
		held: '–',
		heldHelp: (least: number) =>
			`– : non montré, parce que cela porterait sur moins de ${least} personnes ou permettrait de le calculer. Une personne venue dans deux périodes est comptée dans chacune.`,
		rest: (months: string, least: number) =>
			`${months} : moins de ${least} personnes, rien n’est montré.`,
		take: 'Télécharger le tableau (CSV)',
		file: 'activite',
		taken: (name: string) => `${name} est enregistré.`,
	},
	{
		title: 'Activity figures',
		help: 'To show the work that was done without showing anybody. Only months that are over are here, and each figure is about ten people at least: a month in which fewer than ten people came is joined to those that follow.',
		year: 'Year',
		loading: 'Making the figures…',
		none: (least) =>
			`Nothing to show for this year: the months that are over do not reach ${least} people yet.`,
		period: 'Period',
		first: 'First month',
		last: 'Last month',
		people: 'People helped',
		sessions: 'Sessions',
		minutes: 'Duration (min)',
		acts: {
			deposit: 'Deposits',
			read: 'Readings',
			share: 'Shares',
			answer: 'Answers',
			organise: 'Filings',
		},
		total: 'All acts',
		held: '–',
		heldHelp: (least) =>
			`–: not shown, because it would be about fewer than ${least} people or would let that be worked out. Somebody who came in two periods is counted in each.`,
		rest: (months, least) => `${months}: fewer than ${least} people, nothing is shown.`,
		take: 'Download the table (CSV)',
		file: 'activity',
		taken: (name) => `${name} is saved.`,
	},
);
