import type { Bus } from '@syncline/bus'

/** An official NATS server takes messages of 1 MiB. What is larger than this goes through the store. */
export const MESSAGE_BYTES = 900_000
/** A runner that works on an action tells its caller so. */
export const TELL_EVERY_MS = 1000
/** A caller that has heard nothing for so long takes the runner for dead. */
export const SILENT_MS = 5000
/** A runner keeps a slot for a caller so long. It is shorter than SILENT_MS: nothing begins after its caller has given up. */
export const RESERVED_MS = 2000

/** What a gateway calls on a runner; each kind has slots of its own. */
export type CallKind = 'action' | 'preview'

/** A gateway has a synchronous action, or a preview, for a runner. Core NATS gives each offer to one of the runners. */
export const offerSubject = (bus: Bus, kind: CallKind) => `${bus.prefix}.offer.${kind}`

/** A runner that was full has a free slot again: a notice that may be lost. */
export const freeSubject = (bus: Bus, kind: CallKind) => `${bus.prefix}.wake.${kind}s`

/** Somebody wants a preview to stop: a notice that may be lost. `*`: any of them. */
export const cancelSubject = (bus: Bus, id: string) => `${bus.prefix}.stop-preview.${id}`
