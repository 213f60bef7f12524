/** After this long without a sign of life the keys are dropped. */
export const IDLE_LOCK_MS = 15 * 60_000;
/** The same when nobody can see the tab. */
export const HIDDEN_LOCK_MS = 10 * 60_000;
/** How many files are on their way at once. */
export const PARALLEL_UPLOADS = 3;
/** How often a change is tried again when another device changed the safe in between. */
export const MERGE_ATTEMPTS = 5;
/** How often sealed bytes are sent again when the line breaks. */
export const SEND_ATTEMPTS = 3;
/** How many documents one change may adopt, and how many it may erase. */
export const CHANGE_DOCUMENTS = 1000;
/** How long the leaf of a new key may take, roughly: the log publishes within a second. */
export const KEY_PATIENCE_MS = 3000;
/** How many documents are sealed again by one change: often enough for a progress that moves. */
export const RESEAL_DOCUMENTS = 25;
