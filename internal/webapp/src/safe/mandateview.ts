import type { components } from '../api/schema.ts';
import type { MandateView } from './mandatetypes.ts';

/** A mandate as the gateway tells of it; what was signed is read with an open safe. */
export function viewOfRow(row: components['schemas']['MandateRow']): MandateView {
	const { id, kind, acts, purpose, created, notAfter, state, ended, by, session, presence } = row;
	return {
		id,
		kind,
		mediator: row.mediatorName,
		structure: row.structureName,
		...(presence === undefined ? {} : { presence }),
		acts,
		documents: [],
		purpose,
		created,
		notAfter,
		state,
		...(row.reference === undefined ? {} : { reference: row.reference }),
		...(ended === undefined ? {} : { ended }),
		...(by === undefined ? {} : { by }),
		...(session ? { session: { id: session.id, state: session.state } } : {}),
	};
}
