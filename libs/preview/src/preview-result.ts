import { z } from 'zod'

const count = (what: string) => z.int().nonnegative().describe(what)
const fields = z.record(z.string(), z.unknown())
/** Any JSON object; null = there is none. */
const objectOrNone = (what: string) => fields.nullable().describe(what)

export const FieldChange = z
  .object({
    field: z
      .string()
      .describe('Name of the field; of one in an object, the names from the outside with dots.'),
    before: z
      .unknown()
      .optional()
      .describe('Its value so far. Not there: the record did not have the field.'),
    after: z.unknown().optional().describe('Its new value. Not there: the record has lost the field.'),
  })
  .meta({ id: 'FieldChange' })
export type FieldChange = z.infer<typeof FieldChange>

const sample = z.object({
  id: z.string().describe('Id of the record.'),
  record: fields.nullable().describe('The record. Null: the samples have no place for it, or it was pruned.'),
})

export const ModelPreview = z
  .object({
    model: z.string().describe('Name of the model.'),
    added: count('Records that the run would add.'),
    updated: count('Records that the run would change.'),
    unchanged: count('Records that the run would save as they are.'),
    deleted: count('Records that the run would delete.'),
    updated_fields: z
      .array(
        z.object({
          field: FieldChange.shape.field,
          count: count('In how many updates it changes.'),
        }),
      )
      .describe('The fields that updates change, those that change most often first; up to 200.'),
    records_before: count('Records of the model before the run.'),
    records_after: count('Records of the model after the run.'),
    deletion: z
      .object({
        unseen: count('Records that the pass did not save again.'),
        of: count('Records of the model when the pass ended.'),
        held_back: z
          .string()
          .nullable()
          .describe('Why nothing of it would be deleted; null: it would be deleted.'),
      })
      .nullable()
      .describe('What delete detection has found at the end of the last pass; null: no pass has ended.'),
    samples: z
      .object({
        added: z.array(sample).describe('The first records that would be added.'),
        updated: z
          .array(
            z.object({
              id: sample.shape.id,
              changes: z.array(FieldChange).describe('What changes in it, up to 50 fields.'),
            }),
          )
          .describe('The first records that would change.'),
        deleted: z.array(sample).describe('The first records that would be deleted, as they are now.'),
      })
      .describe('Examples, as many as were asked for.'),
  })
  .meta({ id: 'ModelPreview' })
export type ModelPreview = z.infer<typeof ModelPreview>

export const PreviewResult = z
  .object({
    outcome: z
      .enum(['success', 'limited', 'failed', 'cancelled'])
      .describe(
        '`success`: the function returned. `limited`: it was stopped at the limit of records, or because the preview holds no more. `failed`: it threw, or met another limit. `cancelled`: somebody cancelled the preview.',
      ),
    error: z
      .object({
        message: z.string().describe('What went wrong.'),
        source: z
          .string()
          .nullable()
          .describe('Where in the source, as `file:line:column`; null: it is not known.'),
        stack: z.string().nullable().describe('The stack, with places in the source; null: there is none.'),
      })
      .nullable()
      .describe('Why it was not a success; null: it was one.'),
    duration_ms: z.number().nonnegative().describe('How long the function ran, in milliseconds.'),
    models: z.array(ModelPreview).describe('What would change, in the order of the models of the sync.'),
    requests: z
      .object({
        count: count('Requests that the function made.'),
        failed: count('How many of them got no answer, or an answer from 400 on.'),
        by_url: z
          .array(
            z.object({
              method: z.string().describe('HTTP method.'),
              url: z.string().describe('URL or path, without its query.'),
              count: count('How many requests.'),
              statuses: z
                .record(z.string(), z.int())
                .describe('How many answers by status; `error`: no answer.'),
            }),
          )
          .describe('The requests by method and URL, in the order of the first of each; up to 200.'),
      })
      .describe('Requests of the function, as far as it sees them: not their repetitions.'),
    checkpoint: z
      .object({
        before: objectOrNone('The checkpoint that the run began with.'),
        after: objectOrNone('The checkpoint that it would leave.'),
      })
      .describe('Checkpoint of the schedule.'),
    metadata: z
      .object({
        before: objectOrNone('The metadata of the connection.'),
        after: objectOrNone('The metadata that the run would leave.'),
      })
      .nullable()
      .describe('Metadata of the connection; null: the function does not change it.'),
    warnings: z
      .array(z.string())
      .describe('What people should know, such as a deletion that would be held back.'),
    not_done: z
      .array(z.string())
      .describe('Calls of the function that a preview does not carry out, such as `triggerSync`.'),
    logs: z
      .array(
        z.object({
          at: z.iso.datetime({ precision: 3 }).describe('When: ISO 8601 in UTC with milliseconds.'),
          level: z.enum(['debug', 'info', 'warn', 'error']).describe('Its level.'),
          message: z.string().describe('The line.'),
        }),
      )
      .describe('The last lines that the function has logged, up to 500.'),
  })
  .meta({ id: 'PreviewResult' })
export type PreviewResult = z.infer<typeof PreviewResult>

/** While it runs. */
export const PreviewProgress = z
  .object({
    saved: count('Records that it has saved so far.'),
    deleted: count('Records that it has deleted so far.'),
    requests: count('Requests that it has made so far.'),
  })
  .meta({ id: 'PreviewProgress' })
export type PreviewProgress = z.infer<typeof PreviewProgress>
