import { hash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Texts of bundles by their hash, in a folder of their own until they are sent: a thousand of them are more than memory should hold. */
export class BundleFiles implements AsyncDisposable {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async open(): Promise<BundleFiles> {
    return new BundleFiles(await mkdtemp(join(tmpdir(), 'syncline-bundles-')))
  }

  /** Gives its sha256 in hex, by which the API knows it. */
  async put(text: string): Promise<string> {
    const key = hash('sha256', text, 'hex')
    await writeFile(join(this.#folder, key), text)
    return key
  }

  async get(key: string): Promise<string> {
    return readFile(join(this.#folder, key), 'utf8')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}
