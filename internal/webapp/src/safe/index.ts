// What the interface calls. No DOM here and no Svelte; the only part that needs
// the page is passkeys (navigator.credentials).
//
// Everything that touches a key runs in a worker (src/worker), loaded when it is
// first needed: importing this module costs a few kilobytes.
export { Client, type ClientOptions } from './client.ts';
export type { CoreLink, KeyringKind } from './core.ts';
export type { Completion } from './custodycore.ts';
export * from './custodytypes.ts';
export type { IssuedState, IssuedView } from './issued.ts';
export { HIDDEN_LOCK_MS, IDLE_LOCK_MS } from './limits.ts';
export type * from './mandatetypes.ts';
export type { HeldMandate, PaperOrder, SessionLine } from './mediatorhome.ts';
export { forgetHolders } from './memory.ts';
export type { DepositDone, DepositOrder } from './officedeposit.ts';
export type * from './officerequesttypes.ts';
export { OpenAdministration } from './openadministration.ts';
export { OpenDesk } from './opendesk.ts';
export { OpenSafe } from './opensafe.ts';
export { type HelpAct, type LiveHelp, OwnHelp } from './ownhelp.ts';
export { passkeysPossible } from './passkey.ts';
export type * from './receipttypes.ts';
export type * from './requesttypes.ts';
export type * from './retrieval.ts';
export { scriptURL } from './trusted.ts';
export * from './types.ts';
