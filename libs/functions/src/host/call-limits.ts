/** How much one call of a host method may carry. The child stays below; the runner refuses more. */
export const RECORDS_PER_CALL = 1000
export const RECORDS_PER_PAGE = 100
