import { words } from '../../words.svelte.ts';

export const text = words(
	{
		title: (who: string) => `Photographier des pages pour ${who}`,
		lead: (who: string) =>
			`Vos pages partent scellées vers l’écran de ${who}, qui en fait un document et le dépose dans votre coffre. Elles ne restent nulle part ailleurs.`,
		open: 'Photographier des pages',
		send: 'Envoyer les pages',
		note: 'Les photos ne quittent pas votre appareil : seules les pages redressées partent, scellées pour le seul écran du médiateur. Le lieu et l’appareil qu’une photo révèle sont retirés.',
		waiting: (who: string) => `Un instant : ${who} ouvre la session.`,
		over: 'La session est terminée : plus aucune page ne part.',
		sending: (name: string) => `Envoi de « ${name} »`,
		of: (n: number, all: number) => `page ${n} sur ${all}`,
		sent: (name: string, n: number) =>
			n > 1 ? `« ${name} » : ${n} pages envoyées.` : `« ${name} » : la page est envoyée.`,
		again: 'Réessayer',
	},
	{
		title: (who) => `Photograph pages for ${who}`,
		lead: (who) =>
			`Your pages go sealed to the screen of ${who}, who makes a document of them and puts it into your safe. They stay nowhere else.`,
		open: 'Photograph pages',
		send: 'Send the pages',
		note: 'The photographs do not leave your device: only the straightened pages go, sealed for the mediator’s screen alone. The place and the device that a photograph gives away are taken out.',
		waiting: (who) => `One moment: ${who} is opening the session.`,
		over: 'The session is over: no page goes any more.',
		sending: (name) => `Sending “${name}”`,
		of: (n, all) => `page ${n} of ${all}`,
		sent: (name, n) => (n > 1 ? `“${name}”: ${n} pages sent.` : `“${name}”: the page is sent.`),
		again: 'Try again',
	},
);
