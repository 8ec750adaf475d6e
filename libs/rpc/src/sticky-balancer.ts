import { connectivityState, experimental, Metadata } from '@grpc/grpc-js'
import { rendezvous } from './rendezvous.ts'
import { STREAM_KEY } from './stream-key.ts'

const NAME = 'syncline_sticky'
/** As a service config says it. */
export const sticky = { [NAME]: {} }

const roundRobin = experimental.parseLoadBalancingConfig({ round_robin: {} })

/**
 * A load balancing policy: of the instances that are ready, calls about a stream go to the same one each time, other
 * calls to all in turn. No call waits for an instance: that a stream stays where its heads are only makes it faster.
 *
 * The policy is gRPC's own round robin, which connects, notices who is ready and has names looked up again; only the
 * choice is ours. gRPC's `ring_hash` comes with xDS only, and waits for the instance that it has chosen.
 */
class StickyBalancer extends experimental.ChildLoadBalancerHandler implements experimental.LoadBalancer {
  constructor(channel: experimental.ChannelControlHelper) {
    super(
      experimental.createChildChannelControlHelper(channel, {
        updateState(state, picker, error) {
          const ready = state === connectivityState.READY
          channel.updateState(state, ready ? new StickyPicker(picker) : picker, error)
        },
      }),
    )
  }

  override updateAddressList(
    ...[endpoints, , options, note]: Parameters<experimental.LoadBalancer['updateAddressList']>
  ) {
    return super.updateAddressList(endpoints, roundRobin, options, note)
  }

  override getTypeName() {
    return NAME
  }
}

/** gRPC takes a new one whenever an instance becomes ready or ceases to be. */
class StickyPicker implements experimental.Picker {
  readonly #inTurn: experimental.Picker
  readonly #byAddress = new Map<string, experimental.PickResult>()

  constructor(inTurn: experimental.Picker) {
    this.#inTurn = inTurn
    // Round robin does not list who is ready, but names them all before it comes round.
    const noCall = { metadata: new Metadata(), extraPickInfo: {} }
    const first = inTurn.pick(noCall)
    let pick = first
    do {
      if (pick.subchannel) this.#byAddress.set(pick.subchannel.getAddress(), pick)
      pick = inTurn.pick(noCall)
    } while (pick.subchannel !== first.subchannel)
  }

  pick(call: experimental.PickArgs): experimental.PickResult {
    const key = call.metadata.get(STREAM_KEY)[0]?.toString()
    const address = key && rendezvous(key, this.#byAddress.keys())
    return (address && this.#byAddress.get(address)) || this.#inTurn.pick(call)
  }
}

class StickyConfig implements experimental.TypedLoadBalancingConfig {
  static createFromJson() {
    return new StickyConfig()
  }

  getLoadBalancerName() {
    return NAME
  }

  toJsonObject() {
    return sticky
  }
}

experimental.registerLoadBalancerType(NAME, StickyBalancer, StickyConfig)
