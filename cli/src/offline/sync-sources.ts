import { FixtureError, type FunctionToRun } from '@syncline/fixtures'
import { bundleFunction, describeFunction, readProject } from '@syncline/functions'
import type { Sandboxes } from '@syncline/sandbox'

/** The syncs of a folder, bundled when they are asked for, once each. */
export class SyncSources {
  readonly #folder: string
  readonly #sandboxes: Sandboxes
  readonly #bundled = new Map<string, Promise<FunctionToRun>>()

  /** @param sandboxes Those that read definitions. */
  constructor(folder: string, sandboxes: Sandboxes) {
    this.#folder = folder
    this.#sandboxes = sandboxes
  }

  get(integration: string, sync: string): Promise<FunctionToRun> {
    const name = `${integration}/${sync}`
    const bundled = this.#bundled.get(name) ?? this.#bundle(integration, sync)
    this.#bundled.set(name, bundled)
    return bundled
  }

  async #bundle(integration: string, sync: string): Promise<FunctionToRun> {
    const { functions } = await readProject(this.#folder)
    const found = functions.find(
      (each) => each.kind === 'sync' && each.integration === integration && each.name === sync,
    )
    if (found === undefined) {
      const names = functions.flatMap((each) =>
        each.kind === 'sync' ? `${each.integration}/${each.name}` : [],
      )
      throw new FixtureError(
        `the folder ${this.#folder} has no sync '${integration}/${sync}'; it has: ${names.join(', ') || 'none'}`,
      )
    }
    const { text } = await bundleFunction(found)
    return { bundle: text, facts: await describeFunction(text, 'sync', this.#sandboxes) }
  }
}
