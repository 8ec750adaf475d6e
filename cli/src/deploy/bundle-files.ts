import { hash } from 'node:crypto'
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Texts of bundles by their hash, in a folder of their own until they are sent: a thousand of them are more than memory should hold. */
export class BundleFiles implements AsyncDisposable {
  readonly #folder: AsyncDisposable & { path: string }

  private constructor(folder: AsyncDisposable & { path: string }) {
    this.#folder = folder
  }

  static async open(): Promise<BundleFiles> {
    return new BundleFiles(await mkdtempDisposable(join(tmpdir(), 'syncline-bundles-')))
  }

  /** Gives its sha256 in hex, by which the API knows it. */
  async put(text: string): Promise<string> {
    const key = hash('sha256', text, 'hex')
    await writeFile(join(this.#folder.path, key), text)
    return key
  }

  async get(key: string): Promise<string> {
    return readFile(join(this.#folder.path, key), 'utf8')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]()
  }
}
