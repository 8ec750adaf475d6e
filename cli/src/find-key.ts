import type { Key, Syncline } from '@syncline/sdk'

/** The key with this id, or the one whose secret ends as `text` does. */
export async function findKey(client: Syncline, environment: string, text: string): Promise<Key> {
  const keys = await Array.fromAsync(client.keys.iterate(environment))
  const ending = text.slice(-4)
  const byId = keys.filter(({ id }) => id === text)
  const found = byId.length > 0 ? byId : keys.filter((key) => key.secrets.some(({ hint }) => hint === ending))
  const [key] = found
  if (key === undefined)
    throw new Error(
      `environment '${environment}' has no key that ends in '${ending}', and none with this id: see syncline key list --env ${environment}`,
    )
  if (found.length > 1)
    throw new Error(
      `${found.length} keys of '${environment}' end in '${ending}': give the id, see syncline key list --env ${environment}`,
    )
  return key
}
