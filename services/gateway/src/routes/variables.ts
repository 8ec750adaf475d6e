import { deleteVariable, listVariables, setVariable } from '@syncline/api'
import { openVariable, sealVariable } from '@syncline/catalog'
import type { App } from '../app.ts'
import type { Dependencies } from '../dependencies.ts'

export function variableRoutes(app: App, { catalog, keyring }: Dependencies) {
  app.route({
    ...listVariables,
    handler: async ({ environment }) =>
      catalog.variables
        .list(environment)
        .map((variable) => ({ name: variable.name, value: openVariable(keyring, variable) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
  })

  app.route({
    ...setVariable,
    handler: async ({ environment, params: { name }, body }) => {
      const variable = {
        environment,
        name,
        sealedValue: sealVariable(keyring, body.value, { environment, name }),
      }
      await catalog.variables.upsert(() => variable, environment, name)
      return { success: true as const }
    },
  })

  app.route({
    ...deleteVariable,
    handler: async ({ environment, params: { name } }) => {
      await catalog.variables.delete(environment, name)
      return { success: true as const }
    },
  })
}
