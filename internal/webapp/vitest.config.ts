import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		projects: [
			{
				plugins: [svelte()],
				test: {
					name: 'unit',
					environment: 'node',
					include: ['src/**/*.test.ts'],
					testTimeout: 60_000,
				},
			},
			{
				test: {
					name: 'bench',
					environment: 'node',
					include: ['e2e/speed/*.bench.ts'],
					hookTimeout: 120_000,
				},
			},
			{
				test: {
					name: 'e2e',
					environment: 'node',
					include: ['e2e/**/*.test.ts'],
					testTimeout: 240_000,
					hookTimeout: 120_000,
				},
			},
		],
	},
});
