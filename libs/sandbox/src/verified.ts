/**
 * The Node that the attacks were run on (`pnpm test:sandbox`). Another one may make other system calls, and reach other
 * things: the suite fails until somebody has looked at what it says about the new one and writes it here.
 */
export const verifiedNode = '26.10.0'
