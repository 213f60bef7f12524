// Wakes somebody who asked for it. What arrives is empty: the words are here.
// There is no fetch handler, and there must be none: this script has no part in
// what the pages load.
const english = self.location.search === '?en';

self.addEventListener('push', (event) => {
	const title = english ? 'News in your safe' : 'Du nouveau dans votre coffre';
	const body = english ? 'Open it to see what it is.' : 'Ouvrez-le pour voir de quoi il s’agit.';
	event.waitUntil(
		self.registration.showNotification(title, { body, tag: 'coffre', lang: english ? 'en' : 'fr' }),
	);
});

self.addEventListener('notificationclick', (event) => {
	event.notification.close();
	event.waitUntil(self.clients.openWindow('/coffre'));
});
