import { connectionEvents } from '@syncline/function-types'
import type { YamlIntegration } from './nango-yaml.ts'
import type { Problem } from './problem.ts'
import { wrapperText } from './wrapper.ts'
import type { YamlFunction } from './yaml-functions.ts'

const OLD = 'post-connection-scripts'

/** The functions of one integration that run at moments of its connections. Of each that is wrong, `report` is called. */
export function yamlEvents(
  integration: string,
  { 'on-events': byEvent, [OLD]: old }: YamlIntegration,
  report: (problem: Problem) => void,
): YamlFunction[] {
  const above = ['integrations', integration]
  if (byEvent && old) {
    const message = 'it has on-events too: move these into on-events.post-connection-creation'
    report({ code: 'both_post_connection_scripts_and_on_events_present', path: [...above, OLD], message })
  }
  const lists = byEvent ?? { 'post-connection-creation': old ?? [] }
  const seen = new Set<string>()
  return connectionEvents.flatMap((event) =>
    (lists[event] ?? []).map((name, index): YamlFunction => {
      const path = [...above, ...(byEvent ? ['on-events', event] : [OLD]), index]
      if (seen.has(name)) {
        report({ code: 'invalid_field', path, message: `'${name}' is there twice: a function has one event` })
      }
      seen.add(name)
      const facts = { description: '', event }
      const wrapper = (file: string) =>
        wrapperText({ file, creator: 'createOnEvent', facts, fields: {}, declarations: '' })
      return { kind: 'on-event', integration, name, path, models: new Set(), wrapper }
    }),
  )
}
