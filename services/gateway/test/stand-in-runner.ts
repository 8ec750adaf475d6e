import { type CallKind, offerSubject } from '@syncline/actions'
import { type Bus, connectBus } from '@syncline/bus'
import { ActionCall, ActionNews, type ActionResult } from '@syncline/proto'
import type { World } from './world.ts'

type News = NonNullable<ActionNews['news']>

/** A runner without sandboxes: what it answers to offers and calls is what a test says. */
export interface StandInRunner extends AsyncDisposable {
  bus: Bus
  offers: number
  calls: ActionCall[]
  /** Slots that gateways have given back. */
  returned: number
  onOffer: (tell: (news: News) => void) => void
  onCall: (call: ActionCall, tell: (news: News) => void) => void
}

export const READY: News = { $case: 'ready', value: {} }
export const BUSY: News = { $case: 'busy', value: {} }
export const BEGUN: News = { $case: 'begun', value: {} }

export function resultOf(output: unknown, more: Partial<ActionResult> = {}): News {
  const bytes = Buffer.from(JSON.stringify(output))
  return {
    $case: 'result',
    value: { code: '', message: '', output: bytes, details: Buffer.alloc(0), stored: false, ...more },
  }
}

export async function startStandInRunner(
  { natsUrl, prefix }: Pick<World, 'natsUrl' | 'prefix'>,
  kind: CallKind = 'action',
) {
  const bus = await connectBus({ url: natsUrl, prefix, replicas: 1 }, 'runner')
  const own = `${prefix}.call.${crypto.randomUUID()}`
  const runner: StandInRunner = {
    ...{ bus, offers: 0, calls: [], returned: 0 },
    onOffer: (tell) => tell(READY),
    onCall: (_, tell) => {
      tell(BEGUN)
      tell(resultOf('done'))
    },
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  }
  const tellTo = (reply: string) => (news: News) =>
    bus.connection.publish(reply, ActionNews.encode({ news }).finish(), {
      reply: `${own}.${crypto.randomUUID()}`,
    })
  bus.connection.subscribe(offerSubject(bus, kind), {
    queue: 'runners',
    callback: (_, { reply }) => {
      runner.offers++
      runner.onOffer(tellTo(String(reply)))
    },
  })
  bus.connection.subscribe(`${own}.*`, {
    callback: (_, { data, reply }) => {
      if (!reply) {
        runner.returned++
        return
      }
      const call = ActionCall.decode(data)
      runner.calls.push(call)
      runner.onCall(call, tellTo(reply))
    },
  })
  await bus.connection.flush()
  return runner
}
