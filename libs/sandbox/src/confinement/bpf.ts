/** A program of the kernel's classic BPF, as seccomp runs it for each system call. */

/** One instruction; `yes` and `no` say how many instructions a comparison skips. */
export type Instruction = { code: number; k: number; yes: number; no: number }

/** What a program looks at: `struct seccomp_data`. An argument is two words, the low one first. */
export const field = {
  number: 0,
  arch: 4,
  low: (argument: number) => 16 + 8 * argument,
  high: (argument: number) => 20 + 8 * argument,
}

export const verdict = {
  allow: 0x7fff0000,
  killProcess: 0x80000000,
  eperm: 0x00050001,
  enosys: 0x00050026,
}

export const code = { load: 0x20, equals: 0x15, atLeast: 0x35, hasBits: 0x45, answer: 0x06 }

export const load = (offset: number): Instruction => ({ code: code.load, k: offset, yes: 0, no: 0 })
export const answer = (value: number): Instruction => ({ code: code.answer, k: value, yes: 0, no: 0 })
export const when = (
  test: 'equals' | 'atLeast' | 'hasBits',
  k: number,
  { yes = 0, no = 0 }: { yes?: number; no?: number },
): Instruction => ({ code: code[test], k, yes, no })

const INSTRUCTION_BYTES = 8

/** As the kernel reads it: u16 code, u8 yes, u8 no, u32 k. */
export function assemble(program: Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * INSTRUCTION_BYTES)
  for (const [i, { code, k, yes, no }] of program.entries()) {
    const at = i * INSTRUCTION_BYTES
    bytes.writeUInt16LE(code, at)
    bytes.writeUInt8(yes, at + 2)
    bytes.writeUInt8(no, at + 3)
    bytes.writeUInt32LE(k >>> 0, at + 4)
  }
  return bytes
}

export const lengthOf = (program: Buffer): number => program.length / INSTRUCTION_BYTES
