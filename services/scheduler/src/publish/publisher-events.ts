import { type Log, metrics } from '@syncline/service'

const published = metrics.counter('events_published_total', 'Events that JetStream has')
const dropped = metrics.counter('events_dropped_total', 'Events that were dropped before JetStream took them')

export type PublisherEvents = ReturnType<typeof createPublisherEvents>

/** What happens to events on their way to JetStream. */
export function createPublisherEvents(log: Log) {
  return {
    published: (count: number) => published.inc(count),
    dropped(count: number) {
      dropped.inc(count)
      log.error({ count }, 'too many events waited for NATS: the oldest were dropped')
    },
    unreadable(id: string, err: unknown) {
      dropped.inc()
      log.error({ id, err }, 'event dropped: it has a form that is not known')
    },
    failed: (err: unknown) => log.warn({ err }, 'events not published: tried again'),
  }
}
