/** How much one call of a host method may carry. The child stays below; the runner refuses more. */
export const RECORDS_PER_CALL = 1000
export const RECORDS_PER_PAGE = 100
/** Of the text that says why a run is incomplete. */
export const INCOMPLETE_CHARS = 500
/** Of a record that JSON can't carry. Longer than any id: one that is cut here must not be another record's. */
export const SKIPPED_ID_CHARS = 2048
export const SKIPPED_REASON_CHARS = 300
