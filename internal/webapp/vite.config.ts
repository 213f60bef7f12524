import { writeFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

// dist/.keep is what lets the gateway embed an empty folder before the first build.
function keep(): Plugin {
	return {
		name: 'keep',
		closeBundle() {
			writeFileSync(new URL('dist/.keep', import.meta.url), '');
		},
	};
}

export default defineConfig({
	plugins: [svelte(), keep()],
	worker: { format: 'es' },
	build: {
		outDir: 'dist',
		emptyOutDir: true,
		// The content security policy has no data: for scripts, styles and fonts.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		reportCompressedSize: true,
	},
});
