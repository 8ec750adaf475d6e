import { InvalidArgumentError } from 'commander'
import { fullName } from './full-name.ts'
import { shellQuoted } from './shell-quoted.ts'

/** A sync, an action or a model of an integration: `github/issues`, of a variant `github/issues::team-a`. */
export interface Path {
  integration: string
  name: string
  variant: string
}

export function readPath(text: string): Path {
  const [, integration, name, variant = 'base'] = /^([^/]+)\/([^/:]+)(?:::([^/:]+))?$/.exec(text) ?? []
  if (integration === undefined || name === undefined)
    throw new InvalidArgumentError(`Give it with its integration, as github/issues has it.`)
  return { integration, name, variant }
}

/** As a shell takes it. */
export const pathText = ({ integration, name, variant }: Path): string =>
  shellQuoted(`${integration}/${fullName(name, variant)}`)

export const whereOf = ({ integration, name, variant }: Path, connectionId: string) => ({
  ...{ providerConfigKey: integration, connectionId },
  sync: { name, variant },
})
