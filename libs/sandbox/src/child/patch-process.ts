import { getHeapStatistics } from 'node:v8'

/** Replaces functions that ask the kernel what it no longer tells a confined process, so that code which logs them works. */
export function patchProcess(): void {
  process.cwd = () => '/'
  const memoryUsage = () => {
    const { used_heap_size, total_heap_size, external_memory } = getHeapStatistics()
    return {
      rss: total_heap_size + external_memory,
      heapTotal: total_heap_size,
      heapUsed: used_heap_size,
      external: external_memory,
      arrayBuffers: 0,
    }
  }
  process.memoryUsage = Object.assign(memoryUsage, { rss: () => memoryUsage().rss })
}
