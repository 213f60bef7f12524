import { CoffreError } from '../../errors.ts';

/** The code of what is thrown. */
export async function code(of: Promise<unknown> | (() => unknown)): Promise<string> {
	try {
		await (typeof of === 'function' ? of() : of);
	} catch (e) {
		return e instanceof CoffreError ? e.code : String(e);
	}
	return 'nothing was refused';
}
