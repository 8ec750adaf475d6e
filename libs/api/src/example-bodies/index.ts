import type { Routes } from '../routes.ts'
import { connectionExamples } from './connections.ts'
import { deploymentExamples } from './deployments.ts'
import { configurationExamples, environmentExamples, keyExamples, userExamples } from './environments.ts'
import { integrationExamples, providerExamples } from './integrations.ts'
import { previewExamples } from './previews.ts'
import { healthExamples, recordExamples, variableExamples } from './records.ts'
import { actionExamples, runExamples, syncExamples } from './syncs.ts'

/** A body, and answers by status. A test checks them with the schemas of the route. */
export type RouteExamples = { body?: unknown } & { [status: number]: unknown }

/** What a request and its answers look like, by the name of the route. Routes whose bodies may be anything have none. */
export const examples: { [Name in keyof Routes]?: RouteExamples } = {
  ...recordExamples,
  ...variableExamples,
  ...healthExamples,
  ...syncExamples,
  ...runExamples,
  ...actionExamples,
  ...connectionExamples,
  ...integrationExamples,
  ...providerExamples,
  ...deploymentExamples,
  ...previewExamples,
  ...environmentExamples,
  ...keyExamples,
  ...userExamples,
  ...configurationExamples,
}
