import type { Me } from '../../../safe/index.ts';

/** What citizens call a service; its id when it is no longer listed; undefined for none. */
export function serviceName(
	administration: Me['administration'],
	id: string | undefined,
): string | undefined {
	if (id === undefined || id === '') return undefined;
	return administration?.services.find((s) => s.id === id)?.name ?? id;
}
