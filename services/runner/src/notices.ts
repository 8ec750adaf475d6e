import type { Bus } from '@syncline/bus'
import { type Runner, Stop } from '@syncline/proto'
import type { ActiveAttempts } from './active-attempts.ts'
import type { Events } from './events.ts'

/**
 * What the scheduler says at once: there is work, or an attempt has to stop. Notices may be lost: what they say is found by
 * the next call, too.
 */
export function followNotices(
  bus: Bus,
  { id }: Runner,
  { attempts, events, wake }: { attempts: ActiveAttempts; events: Events; wake: () => void },
): Disposable {
  const wakes = bus.connection.subscribe(`${bus.prefix}.wake.runners`, {
    callback: (error) => void (error ?? wake()),
  })
  const stops = bus.connection.subscribe(`${bus.prefix}.stop.${id.split('/').at(-1)}`, {
    callback: (error, { data }) => {
      if (error) return
      try {
        attempts.stop(Stop.decode(data))
      } catch (cause) {
        events.noticeUnreadable(cause)
      }
    },
  })
  return {
    [Symbol.dispose]() {
      wakes.unsubscribe()
      stops.unsubscribe()
    },
  }
}
