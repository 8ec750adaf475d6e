import { z } from 'zod'
import { settingsFields } from './settings-fields.ts'

const MAX_CHARS = 64 * 1024

export const ProviderName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "must be of a-z, 0-9, '-' and '_', and begin with a letter or digit")

/** A provider file as it is written, field by field. `extends` may bring what is required and not here. */
export const ProviderFields = z.strictObject({
  name: ProviderName.describe('Integrations refer to the provider by this name.'),
  display_name: z.string().min(1).max(255).optional().describe('Name for people.'),
  docs: z.url().max(2048).optional().describe("The vendor's page that the file was written from."),
  date: z.iso.date().optional().describe('When that page was read.'),
  extends: ProviderName.optional().describe(
    'Another provider: what is not set here is taken from it. Objects are merged, lists are replaced.',
  ),
  ...settingsFields,
})

/** A provider file as it is written: without the defaults of its fields. */
export type ProviderFile = z.input<typeof ProviderFields>

/**
 * Checks a provider file and leaves it as it is. Defaults are not added: they would hide what the provider has that it
 * extends.
 */
export const ProviderFile = z
  .custom<ProviderFile>()
  .superRefine((file, context) => {
    const { error } = ProviderFields.safeParse(file)
    for (const issue of error?.issues ?? []) context.addIssue({ ...issue })
    if (error === undefined && JSON.stringify(file).length > MAX_CHARS) {
      context.addIssue(`is larger than ${MAX_CHARS} characters`)
    }
  })
  .meta({ id: 'ProviderFile' })
