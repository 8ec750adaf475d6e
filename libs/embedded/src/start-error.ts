/** A server cannot run on this machine as it is; the message says what to do. */
export class StartError extends Error {
  override name = 'StartError'
}
