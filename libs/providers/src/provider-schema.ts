import { z } from 'zod'
import { ProviderFields } from './provider-file.ts'

/** For editors: files name it in their first line. Committed as docs/provider.schema.json. */
export function providerSchema(): string {
  const schema = z.toJSONSchema(ProviderFields, { io: 'input' })
  return `${JSON.stringify({ ...schema, title: 'Provider of Syncline' }, null, 2)}\n`
}
