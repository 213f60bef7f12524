import { expect, it } from 'vitest';
import { namesakes } from './namesakes.ts';

it('finds administrations that a person could take for one another (T1)', () => {
	const named = (id: string, name: string) => ({
		...{ id, name, siret: id, services: [] },
		...{ hasKey: true, checked: true },
	});
	const all = [
		named('a', 'Mairie de Valmont'),
		named('b', 'mairie  de Valmont '),
		named('c', 'Mairie de Valmônt'),
		named('d', 'Mairie de Valmont, annexe'),
	];
	expect([...namesakes(all)]).toEqual(['a', 'b', 'c']);
	expect([...namesakes(all.slice(2))]).toEqual([]);
});
