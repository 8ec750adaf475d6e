import type { NangoRecord, PreviewResult, Syncline } from '@syncline/sdk'

/** Ids of the records of a model that a run adds, updates and deletes. */
export interface Changes {
  model: string
  added: string[]
  updated: string[]
  deleted: string[]
}

/** What a run has done to the records of its models; it began after `since`. */
export function changesSince(
  client: Syncline,
  from: { providerConfigKey: string; connectionId: string; models: string[] },
  since: string,
): Promise<Changes[]> {
  const { models, ...at } = from
  return Promise.all(
    models.map(async (model) => {
      const records: NangoRecord[] = []
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page: Awaited<ReturnType<Syncline['listRecords']>> = await client.listRecords({
          ...{ ...at, model, modifiedAfter: since, limit: 500 },
          ...(cursor && { cursor }),
        })
        records.push(...page.records)
        cursor = page.next_cursor
      }
      const idsWith = (did: (metadata: NangoRecord['_nango_metadata']) => boolean) =>
        records
          .filter((it) => did(it._nango_metadata))
          .map(({ id }) => String(id))
          .sort()
      return {
        model,
        // A record that a run adds and then changes is both, as the run counts it.
        added: idsWith((it) => it.last_action !== 'DELETED' && it.first_seen_at > since),
        updated: idsWith((it) => it.last_action === 'UPDATED' && it.first_seen_at <= since),
        deleted: idsWith((it) => it.last_action === 'DELETED' && it.first_seen_at <= since),
      }
    }),
  )
}

/** The same, as a preview with samples of everything tells it. */
export function foretoldChanges({ models }: PreviewResult): Changes[] {
  return models.map(({ model, samples: { added, updated, deleted } }) => {
    const [gone, before] = [new Set(idsOf(deleted)), new Set(idsOf(added))]
    return {
      model,
      added: idsOf(added).filter((id) => !gone.has(id)),
      updated: idsOf(updated).filter((id) => !before.has(id) && !gone.has(id)),
      deleted: idsOf(deleted).filter((id) => !before.has(id)),
    }
  })
}

const idsOf = (samples: { id: string }[]) => [...new Set(samples.map(({ id }) => id))].sort()
