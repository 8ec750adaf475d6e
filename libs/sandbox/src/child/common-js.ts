import { Script } from 'node:vm'

/** The bundle of a process: it is compiled once, and evaluated in each run. */
export interface CompiledBundle {
  text: string
  /** Or what is wrong with the text. */
  script: Script | Fault
}
export interface Fault {
  name: string
  message: string
  stack: string
}

const FILE = '/function.js'
/** `platform` is for the program only. */
const BEFORE = '(function (exports, require, module, platform) {'

/** A script that gives the function around CommonJS text. Positions are those of the text. */
export function commonJs(text: string, filename: string, cachedData?: Buffer): Script {
  return new Script(`${BEFORE}${text}\n})`, {
    filename,
    columnOffset: -BEFORE.length,
    ...(cachedData && { cachedData }),
  })
}

export function compileBundle(text: string, codeCache: Buffer | undefined): CompiledBundle {
  try {
    return { text, script: commonJs(text, FILE, codeCache) }
  } catch (error) {
    const { name, message, stack = '' } = error as Error // V8 throws nothing else
    return { text, script: { name, message, stack } }
  }
}
