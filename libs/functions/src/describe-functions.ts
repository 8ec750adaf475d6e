import type { Sandboxes } from '@syncline/sandbox'
import { z } from 'zod'
import { describeFunction, type Facts, factsOf } from './describe-function.ts'

/** Bundles that one child evaluates: their text is in its memory at the same time. */
const TOGETHER_MAX_CHARS = 4 * 1024 * 1024

export interface ToDescribe {
  bundle: string
  kind: keyof Facts
}

/** Of each function what it says about itself, or why it can't be deployed: an AppError `invalid_bundle`. */
export type Described = PromiseSettledResult<Facts[keyof Facts]>

const Outputs = z.array(z.object({ facts: z.unknown() }).nullable())

/**
 * The same as `describeFunction` for functions of one project, in one child process: its start takes longer than many functions. They
 * may see each other there. One that fails is read again in a child of its own, which says why.
 */
export async function describeFunctions(functions: ToDescribe[], sandboxes: Sandboxes): Promise<Described[]> {
  const outputs = functions.length > 1 ? await describedTogether(functions, sandboxes) : undefined
  return Promise.allSettled(
    functions.map(async ({ bundle, kind }, index) => {
      const output = outputs?.[index]
      return output ? factsOf(output.facts, kind) : await describeFunction(bundle, kind, sandboxes)
    }),
  )
}

async function describedTogether(functions: ToDescribe[], sandboxes: Sandboxes) {
  const factories = functions.map(({ bundle }) => `function (module, exports) {${bundle}\n}`)
  const bundle = `exports.default = [${factories.join(',')}]`
  if (bundle.length > TOGETHER_MAX_CHARS) return undefined
  using sandbox = await sandboxes.take({ bundle })
  const outcome = await sandbox.run({ input: { together: true }, host: {}, onLog: () => {} })
  return outcome.kind === 'success' ? Outputs.safeParse(outcome.output).data : undefined
}
