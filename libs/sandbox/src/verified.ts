/**
 * The Node that the attacks were run on (`pnpm test:sandbox`). Another version may use other system calls. The
 * suite fails with it until somebody has checked the results and writes the new version here.
 */
export const verifiedNode = '26.10.0'
