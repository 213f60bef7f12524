import { words } from '../../words.svelte.ts';

export const text = words({ open: 'Photographier un papier' }, { open: 'Photograph a paper' });
