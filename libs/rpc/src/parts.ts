/** The parts that make calls faster, one by one: bench/rpc measures what each of them brings. */
export { channelOptions } from './limits.ts'
export { withOneWriter } from './one-writer.ts'
export { widenServerWindows } from './server-window.ts'
export { stickyPolicy } from './sticky-balancer.ts'
export { addStreamKey } from './stream-key.ts'
