import { openVariable, sealVariable } from '@syncline/catalog'
import type { Handler } from '../http/handler.ts'

export const listVariables: Handler<'listVariables'> = async ({ catalog, keyring }, { environment }) =>
  catalog.variables
    .list(environment)
    .map((variable) => ({ name: variable.name, value: openVariable(keyring, variable) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))

export const setVariable: Handler<'setVariable'> = async (
  { catalog, keyring },
  { environment, params: { name }, body },
) => {
  const sealedValue = sealVariable(keyring, body.value, { environment, name })
  await catalog.variables.upsert(() => ({ environment, name, sealedValue }), environment, name)
  return { success: true }
}

export const deleteVariable: Handler<'deleteVariable'> = async (
  { catalog },
  { environment, params: { name } },
) => {
  await catalog.variables.delete(environment, name)
  return { success: true }
}
