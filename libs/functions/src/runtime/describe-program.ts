import type { Program } from '@syncline/sandbox'
import { definitionFacts } from './definition-facts.ts'
import { definitionOf, evaluate, typeOf } from './evaluate.ts'
import { mapStack } from './source-map.ts'

/** Runs in a child process of the bundler: reads the definition of the function in a bundle. */
export const program: Program = async (input, host) => {
  try {
    const exported = evaluate(host)
    if (input !== null) return factsOfAll(exported)
    return definitionFacts(definitionOf(exported, typeOf(exported)))
  } catch (error) {
    throw mapStack(error, host.bundle.text)
  }
}

type Factory = (module: { exports: { default?: unknown } }, exports: object) => void

/** Of several bundles: see describe-functions.ts, which makes the list. Null: the parent asks for it alone. */
function factsOfAll(factories: unknown): ({ facts: unknown } | null)[] {
  // describe-functions.ts has made the bundle.
  return (factories as Factory[]).map((factory) => {
    try {
      const module: Parameters<Factory>[0] = { exports: {} }
      factory.call(module.exports, module, module.exports)
      const exported = module.exports.default
      return { facts: definitionFacts(definitionOf(exported, typeOf(exported))) }
    } catch {
      return null
    }
  })
}
