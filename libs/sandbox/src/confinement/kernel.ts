import { type Arch, type Syscall, syscallNumber } from './syscalls.ts'

const ARGUMENTS = 6
type Words = [bigint, bigint, bigint, bigint, bigint, bigint]

/** System calls of this process, through the C library that Node has loaded. */
export class Kernel implements Disposable {
  readonly arch: Arch
  readonly #ffi = process.getBuiltinModule('node:ffi')
  readonly #library = new this.#ffi.DynamicLibrary(null)
  readonly #syscall = this.#library.getFunction('syscall', {
    return: 'i64',
    arguments: ['i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64'],
  })

  constructor(arch: Arch) {
    this.arch = arch
  }

  /** What the kernel answers, -1 where it refuses. A buffer is passed as its address; missing arguments are 0. */
  call(name: Syscall, ...args: (number | Buffer)[]): number {
    const number = syscallNumber(name, this.arch)
    if (number === null) return -1
    const [a, b, c, d, e, f] = Array.from({ length: ARGUMENTS }, (_, i) => this.#word(args[i] ?? 0)) as Words
    return Number(this.#syscall(BigInt(number), a, b, c, d, e, f))
  }

  /** The address of a buffer, to be put into another. It is good as long as somebody holds the buffer. */
  addressOf(buffer: Buffer): bigint {
    return this.#ffi.getRawPointer(buffer)
  }

  [Symbol.dispose](): void {
    this.#library.close()
  }

  #word(value: number | Buffer): bigint {
    return typeof value === 'number' ? BigInt(value) : this.addressOf(value)
  }
}
