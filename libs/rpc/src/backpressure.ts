import { setDefaultHighWaterMark } from 'node:stream'

/**
 * gRPC puts the messages of a streamed answer through an object stream, on either side. Node's default lets sixteen wait
 * there, whatever their size: a page of 16 MiB was in memory as a whole, however slowly its client took it. With one, a
 * handler is asked for the next message when the client has taken the last one. Nothing else in our processes has object
 * streams.
 */
setDefaultHighWaterMark(true, 1)
