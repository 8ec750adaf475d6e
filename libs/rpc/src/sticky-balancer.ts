import { connectivityState, experimental, Metadata } from '@grpc/grpc-js'
import { rendezvous } from './rendezvous.ts'
import { STREAM_KEY } from './stream-key.ts'

const NAME = 'syncline_sticky'
/** The policy in a service config. */
const config = { [NAME]: {} }

/** Registers the policy with gRPC and returns it as a service config names it. */
export function stickyPolicy(): object {
  experimental.registerLoadBalancerType(NAME, StickyBalancer, StickyConfig)
  return config
}

const roundRobin = experimental.parseLoadBalancingConfig({ round_robin: {} })

/**
 * A load balancing policy: all calls about a stream go to one of the instances that are ready, other calls go to all in
 * turn. No call waits for an instance: an instance that has a stream's heads in memory is faster, any other one is right.
 *
 * gRPC's own round robin connects, notices which instances are ready and resolves names again; only the choice is ours.
 * gRPC's `ring_hash` exists with xDS only, and waits for the instance that it has chosen.
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

/** gRPC replaces the picker whenever an instance becomes ready or is lost. */
class StickyPicker implements experimental.Picker {
  readonly #inTurn: experimental.Picker
  readonly #byAddress = new Map<string, experimental.PickResult>()

  constructor(inTurn: experimental.Picker) {
    this.#inTurn = inTurn
    // Round robin has no list of its instances, but returns each of them before it repeats one.
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
    return config
  }
}
