import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IdleLock } from './idle.ts';
import { HIDDEN_LOCK_MS, IDLE_LOCK_MS } from './limits.ts';

describe('the idle lock', () => {
	let locked = 0;
	let lock: IdleLock;

	beforeEach(() => {
		vi.useFakeTimers();
		locked = 0;
		lock = new IdleLock(() => locked++);
	});
	afterEach(() => {
		lock.stop();
		vi.useRealTimers();
	});

	it('locks once when nobody has been there', () => {
		vi.advanceTimersByTime(IDLE_LOCK_MS - 1);
		expect(locked).toBe(0);
		vi.advanceTimersByTime(IDLE_LOCK_MS);
		expect(locked).toBe(1);
	});

	it('waits again after a sign of life', () => {
		vi.advanceTimersByTime(IDLE_LOCK_MS - 1);
		lock.touch();
		vi.advanceTimersByTime(IDLE_LOCK_MS - 1);
		expect(locked).toBe(0);
		vi.advanceTimersByTime(1);
		expect(locked).toBe(1);
	});

	it('locks earlier when nobody can see the tab', () => {
		lock.setHidden(true);
		vi.advanceTimersByTime(HIDDEN_LOCK_MS);
		expect(locked).toBe(1);
	});

	it('does not when the tab is seen again in time', () => {
		lock.setHidden(true);
		vi.advanceTimersByTime(HIDDEN_LOCK_MS - 1);
		lock.setHidden(false);
		vi.advanceTimersByTime(IDLE_LOCK_MS - 1);
		expect(locked).toBe(0);
	});

	it('is locked for whoever wakes the machine up', () => {
		vi.setSystemTime(Date.now() + IDLE_LOCK_MS + 1);
		lock.touch();
		expect(locked).toBe(1);
	});

	it('stays quiet once stopped', () => {
		lock.stop();
		lock.touch();
		lock.setHidden(true);
		vi.advanceTimersByTime(10 * IDLE_LOCK_MS);
		expect(locked).toBe(0);
	});
});
