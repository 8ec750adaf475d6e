/** A wait of `ms` ± 25 %, so that processes that began together do not go on in step. */
export const jittered = (ms: number): number => ms * (0.75 + Math.random() / 2)
