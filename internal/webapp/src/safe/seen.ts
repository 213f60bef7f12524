import type { Container } from '../crypto/container.ts';
import { leadsFrom } from '../crypto/line.ts';
import { CoffreError } from '../errors.ts';
import type { Memory } from './core.ts';

// What this browser remembers of a keyring's keys. Nothing in it is secret: the server has it too.

interface Pins {
	/** base64: the verification key that the pins were seen under. */
	readonly vk: string;
	readonly pins: readonly string[];
	/** Of those, the ones that were there under a former key already. */
	readonly behind: readonly string[];
}

/** A device refuses a key that it has not seen, unless the line leads there (SPEC.md §7). */
export function checkVKSeen(memory: Memory, c: Container): void {
	const seen = read(memory, c.safe)?.vk;
	if (seen === undefined || leadsFrom(seen, c)) return;
	throw new CoffreError('pin', {
		message: 'the safe has another verification key than the one seen before',
		evidence: { seen, received: c.vk },
	});
}

/** Whether there is a keyring that the holder made after this one, on another device. */
export function follows(there: Container, held: Container): boolean {
	// checkContainer has verified line and signature: who made it held the root in use then.
	return leadsFrom(held.vk, there) && there.signature !== undefined && there.epoch > held.epoch;
}

export function rememberPins(memory: Memory, c: Container): void {
	const seen = read(memory, c.safe);
	const pins = c.copies.map((x) => x.pin);
	const old = seen === undefined ? [] : seen.vk === c.vk ? seen.behind : seen.pins;
	const behind = pins.filter((p) => old.includes(p));
	memory.set(keyOf(c.safe), JSON.stringify({ vk: c.vk, pins, behind } satisfies Pins));
}

/**
 * The ways that have not been used since the root was replaced, as far as this browser has seen: they
 * vouch for a former key. A pin tells nothing to who does not hold its secret.
 */
export function untried(memory: Memory, c: Container): ReadonlySet<string> {
	const behind = read(memory, c.safe)?.behind ?? [];
	return new Set(c.copies.filter((x) => behind.includes(x.pin)).map((x) => x.id));
}

function keyOf(safe: string): string {
	return `pins:${safe}`;
}

function read(memory: Memory, safe: string): Pins | undefined {
	const kept = memory.get(keyOf(safe));
	return kept === undefined ? undefined : (JSON.parse(kept) as Pins);
}
