import type { Program } from '@syncline/sandbox'
import { definitionFacts } from './definition-facts.ts'
import { definitionOf, evaluate, typeOf } from './evaluate.ts'
import { mapStack } from './source-map.ts'

/** Runs in a child process of the bundler: reads the definition of the function in a bundle. */
export const program: Program = async (_, host) => {
  try {
    const exported = evaluate(host)
    return definitionFacts(definitionOf(exported, typeOf(exported)))
  } catch (error) {
    throw mapStack(error, host.bundle.text)
  }
}
