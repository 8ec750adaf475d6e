import { getHeapStatistics } from 'node:v8'

/** These ask the kernel what it tells a confined process no more; code that only wants to log them goes on. */
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
