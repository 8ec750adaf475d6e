import { DynamicLibrary } from 'node:ffi'
import { defaultLimits } from '../src/limits.ts'

// Taken before the process is confined, and kept: what native code can do, once it runs in a child.
const library = new DynamicLibrary(null)
const words = (count: number) => ({ return: 'i64' as const, arguments: Array<'i64'>(count).fill('i64') })
const mmap = library.getFunction('mmap', words(6))
const madvise = library.getFunction('madvise', words(3))
const createThread = library.getFunction('pthread_create', words(4))
const initAttributes = library.getFunction('pthread_attr_init', words(1))
const setStackSize = library.getFunction('pthread_attr_setstacksize', words(2))
const sleep = library.getSymbol('sleep')
const { getRawPointer } = process.getBuiltinModule('node:ffi')
/** Held as long as native code writes to them. */
const buffers = { thread: Buffer.alloc(4096), attributes: Buffer.alloc(4096) }
const threadAt = getRawPointer(buffers.thread)
const attributesAt = getRawPointer(buffers.attributes)

const PROT_READ = 1n
const MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x4022n
const MADV_POPULATE_READ = 22n
const MAPPED_BY_ONE_TABLE = 2n << 20n
const STACK_BYTES = 64n << 10n
const SECONDS = 1000n

/** Takes what no limit of memory counts, and keeps it until it is ended. If it got few threads, it tells how many. */
export async function program(input: unknown): Promise<unknown> {
  const taken = input === 'threads' ? threads(3000) : pageTables(512)
  if (taken > defaultLimits.threads) await new Promise((resolve) => setTimeout(resolve, 100_000))
  return buffers && taken
}

function threads(count: number): number {
  initAttributes(attributesAt)
  setStackSize(attributesAt, STACK_BYTES)
  for (let n = 0; n < count; n++) {
    if (Number(createThread(threadAt, attributesAt, sleep, SECONDS)) !== 0) return n
  }
  return count
}

/** Each page that is read has a table of 4 KiB, and is the kernel's own page of zeros. */
function pageTables(mib: number): number {
  const tables = BigInt(mib) << 8n
  const size = tables * MAPPED_BY_ONE_TABLE
  const start = BigInt(mmap(0n, size, PROT_READ, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1n, 0n))
  for (let n = 0n; n < tables; n++) madvise(start + n * MAPPED_BY_ONE_TABLE, 4096n, MADV_POPULATE_READ)
  return Number(tables)
}
