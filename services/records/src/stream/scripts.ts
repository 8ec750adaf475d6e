import { type Script, script } from '@syncline/redis'

const load = (name: string): Script => script(new URL(`./scripts/${name}.lua`, import.meta.url))

/** Every change of a stream's state is one of these, and so is what is read of many streams. */
export const scripts = {
  locate: load('locate'),
  load: load('load'),
  begin: load('begin'),
  claim: load('claim'),
  renew: load('renew'),
  release: load('release'),
  setIndexed: load('set-indexed'),
  sizes: load('sizes'),
  beginMove: load('begin-move'),
  releaseDeletion: load('release-deletion'),
  forgetDeletion: load('forget-deletion'),
}

/**
 * A stream's state is kept so long after its last run or commit, and is loaded from the tables when it is needed again.
 * Longer than a delete-tracking window may be open, and than any run may take, whose fences it holds.
 */
export const KEEP_STATE_S = 35 * 24 * 3600
