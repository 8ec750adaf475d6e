/** What runs a trivial function in a process, or thread, of its own. A figure that one of them lacks is left out. */
export interface Peer extends AsyncDisposable {
  name: string
  /** From a start to the result, in ms. */
  cold(): Promise<number>
  /** From having the function to its result, where a process waits for it, in ms. */
  warm?(): Promise<number>
  /** Runs a second, several at a time. */
  rate(seconds: number): Promise<number>
  /** Memory that a waiting one has for itself, in MiB; undefined where only root may ask. */
  idleMib?(): Promise<number | undefined>
  /** Records of 1 KB that travel to the parent, in MB/s. */
  channel(): Promise<number>
}
