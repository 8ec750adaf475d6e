import type { TextEncoding } from './messages.ts'

/**
 * A host's answer with one long text. The text stays bytes in the parent, which are sent as they are: as a part of the JSON
 * it would be in memory four times, and up to fourteen if each of its characters has to be escaped. The child makes a
 * string of it and puts it into `value` at `path`.
 */
export class AnswerWithText {
  readonly value: object
  readonly path: string[]
  /** Of the string that the child makes. */
  readonly encoding: TextEncoding
  readonly blocks: Uint8Array[]

  constructor(value: object, path: string[], encoding: TextEncoding, blocks: Uint8Array[]) {
    this.value = value
    this.path = path
    this.encoding = encoding
    this.blocks = blocks
  }

  get bytes(): number {
    return this.blocks.reduce((sum, block) => sum + block.length, 0)
  }
}
