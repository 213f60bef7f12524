import { expect, test } from 'vitest';
import { kindOf, markOf, showingOf } from './kinds.ts';

test.each([
	['application/pdf', 'pdf', 'pdf'],
	['image/jpeg', 'image', 'picture'],
	['IMAGE/PNG; q=1', 'image', 'picture'],
	['text/plain;charset=utf-8', 'text', 'text'],
	['application/json', 'text', 'text'],
	['application/vnd.oasis.opendocument.text', 'office', 'none'],
	['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'office', 'none'],
	['application/zip', 'archive', 'none'],
	['application/octet-stream', 'other', 'none'],
	['', 'other', 'none'],
])('%s', (type, kind, showing) => {
	expect(kindOf(type)).toBe(kind);
	expect(showingOf(type)).toBe(showing);
});

test('what can carry a script is shown as its source, or not at all', () => {
	expect(showingOf('image/svg+xml')).toBe('none');
	expect(showingOf('text/html')).toBe('text');
	expect(showingOf('application/xhtml+xml')).toBe('none');
});

test('the mark is the ending of the name', () => {
	expect(markOf('photo.jpeg')).toBe('JPEG');
	expect(markOf('archive.tar.gz')).toBe('GZ');
	expect(markOf('sans extension')).toBe('');
	expect(markOf('x.numbers')).toBe('');
});
