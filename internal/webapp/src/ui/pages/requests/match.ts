import type { Entry, GivenBefore, Wanted } from '../../../safe/index.ts';
import { findKind } from '../../kinds.ts';

// Which of one's own documents may be what is asked for. All of it happens
// here: the server sees no name and no guess.

export interface Suggestion {
	readonly entry: Entry;
	/** That it would be given as: one that the request accepts. */
	readonly kind: string;
	/** When it was last given as that, to anybody. */
	readonly given?: string;
}

/** More of a name's words than this are those of the kind. */
const enough = 0.6;
const most = 5;

/** What people and companies call their papers; each alone is enough. */
const alsoCalled: Readonly<Record<string, readonly string[]>> = {
	identity: ['piece identite', 'cni', 'id card'],
	'identity-card': ['cni', 'carte identite', 'id card'],
	'residence-permit': ['carte sejour', 'carte resident'],
	residence: ['justificatif domicile', 'adresse'],
	'energy-bill': ['edf', 'engie', 'totalenergies', 'electricite', 'ekwateur', 'enercoop'],
	'water-bill': ['veolia', 'suez', 'eau'],
	'telephone-bill': ['orange', 'sfr', 'bouygues', 'free', 'sosh', 'telephone', 'internet', 'box'],
	'rent-receipt': ['quittance', 'loyer'],
	'home-insurance': ['assurance habitation', 'assurance logement', 'multirisque'],
	'lodging-certificate': ['hebergement'],
	'birth-certificate': ['naissance'],
	'family-book': ['livret famille'],
	'marriage-certificate': ['mariage'],
	'death-certificate': ['deces'],
	'custody-judgment': ['jugement', 'divorce'],
	'family-benefits': ['caf', 'msa', 'allocation familiale', 'quotient familial'],
	payslip: ['paie', 'paye', 'fiche paie', 'salaire', 'pay slip'],
	'pension-statement': ['retraite', 'pension'],
	'unemployment-statement': ['france travail', 'pole emploi', 'chomage'],
	'social-benefits': ['rsa', 'aah', 'ass'],
	'tax-notice': ['impot', 'imposition', 'avis impot', 'tax'],
	'tax-declaration-notice': ['situation declarative', 'asdir', 'declaration revenu'],
	'property-tax': ['taxe fonciere', 'fonciere'],
	'housing-tax': ['taxe habitation'],
	'employer-certificate': ['attestation employeur'],
	'business-registration': ['kbis', 'siren'],
	'criminal-record': ['casier judiciaire', 'casier'],
	'bank-details': ['rib', 'iban'],
	'bank-statement': ['releve bancaire', 'releve compte'],
	transcript: ['bulletin', 'releve note'],
	'school-certificate': ['scolarite'],
	'school-withdrawal': ['radiation', 'exeat'],
	'health-insurance': ['attestation droit', 'ameli', 'securite sociale', 'cpam'],
	'health-card': ['vitale'],
	'complementary-health': ['mutuelle'],
	vaccination: ['vaccin', 'vaccination', 'carnet sante'],
	'disability-card': ['mdph', 'cmi', 'invalidite'],
	'driving-licence': ['permis', 'permis conduire', 'driving license'],
	'vehicle-registration': ['carte grise'],
	'vehicle-insurance': ['assurance auto', 'assurance voiture', 'carte verte'],
	'vehicle-inspection': ['controle technique'],
	lease: ['bail', 'location'],
	'civil-liability': ['responsabilite civile'],
	'school-insurance': ['assurance scolaire'],
};

/** The ones that were given before first, then by their names; at most five. */
export function suggest(
	wanted: Wanted,
	entries: readonly Entry[],
	before: readonly GivenBefore[],
): readonly Suggestion[] {
	const kinds = accepted(wanted);
	const scored = entries
		.map((entry) => ({ entry, ...likeness(entry, kinds, before) }))
		.filter((s) => s.given !== undefined || s.score >= enough)
		.sort(
			(a, b) =>
				(b.given ?? '').localeCompare(a.given ?? '') ||
				b.score - a.score ||
				b.entry.added.localeCompare(a.entry.added),
		);
	return scored.slice(0, most).map(({ entry, kind, given }) => ({
		entry,
		kind,
		...(given === undefined ? {} : { given }),
	}));
}

/** As which of the kinds that do it is given, whoever has chosen it. */
export function kindFor(entry: Entry, wanted: Wanted, before: readonly GivenBefore[]): string {
	return likeness(entry, accepted(wanted), before).kind;
}

/** What was given before for each of what is wanted, as far as it is still there. */
export function sameAsBefore(
	wanted: readonly Wanted[],
	entries: readonly Entry[],
	before: readonly GivenBefore[],
): ReadonlyMap<string, readonly Suggestion[]> {
	const found = new Map<string, readonly Suggestion[]>();
	for (const w of wanted) {
		const given = suggest(w, entries, before).filter((s) => s.given !== undefined);
		if (given.length > 0) found.set(w.kind, given.slice(0, w.count ?? 1));
	}
	return found;
}

export function accepted(w: Wanted): readonly string[] {
	return [w.kind, ...(w.or ?? [])];
}

function likeness(
	entry: Entry,
	kinds: readonly string[],
	before: readonly GivenBefore[],
): { readonly kind: string; readonly score: number; readonly given?: string } {
	const last = before.find((b) => b.doc === entry.id && kinds.includes(b.kind));
	if (last !== undefined) return { kind: last.kind, score: 1, given: last.at };
	const name = new Set(wordsOf(entry.name.replace(/\.[a-z0-9]{1,5}$/i, '')));
	let best = { kind: kinds[0] ?? '', score: 0 };
	for (const kind of kinds) {
		const score = Math.max(0, ...phrasesOf(kind).map((p) => part(p, name)));
		if (score > best.score) best = { kind, score };
	}
	return best.score >= enough ? best : { kind: kinds[0] ?? '', score: best.score };
}

function part(phrase: readonly string[], name: ReadonlySet<string>): number {
	return phrase.length === 0 ? 0 : phrase.filter((w) => name.has(w)).length / phrase.length;
}

const known = new Map<string, readonly (readonly string[])[]>();
/** Every way to call a kind, as words: "Facture d’électricité ou de gaz" is two of them. */
function phrasesOf(kind: string): readonly (readonly string[])[] {
	const there = known.get(kind);
	if (there !== undefined) return there;
	const k = kind === 'other' || kind === 'form' ? undefined : findKind(kind);
	const labels = k === undefined ? [] : [k.fr, k.en].flatMap((l) => l.split(/[(),]|\bou\b|\bor\b/));
	const made = [...labels, ...(alsoCalled[kind] ?? [])].map(wordsOf).filter((p) => p.length > 0);
	known.set(kind, made);
	return made;
}

const empty = new Set(
	'a au aux d de des du et l la le les ou sur un une no n the of or and for to on'.split(' '),
);

/** Small letters without accents; plurals are the same word. */
function wordsOf(text: string): readonly string[] {
	const plain = text
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
		.toLowerCase();
	const all = plain.match(/[a-z]+/g) ?? [];
	return [...new Set(all.filter((w) => !empty.has(w)).map((w) => w.replace(/(?<=...)s$/, '')))];
}
