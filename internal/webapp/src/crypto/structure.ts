import { CoffreError } from '../errors.ts';
import { factOf } from './log.ts';
import { id, matching, object, oneOf, string, time } from './shape.ts';

// SPEC.md §9: which structures may have mediators, and until when.

const shape = object(
	{
		type: oneOf('structure'),
		id,
		siret: matching((s) => /^\d{14}$/.test(s), 'a SIRET'),
		name: string(200, 1),
		from: time,
		until: time,
		time,
	},
	{ ended: time },
);
export type StructureFact = ReturnType<typeof shape>;

/** 'form' for an entry that is no such fact. */
export function parseStructureFact(entry: Uint8Array): StructureFact {
	const fact = shape(factOf(entry));
	if (fact.until <= fact.from)
		throw new CoffreError('form', { message: 'a habilitation that ends before it begins' });
	return fact;
}
