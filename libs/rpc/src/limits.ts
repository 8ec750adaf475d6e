const MIB = 1024 * 1024

/**
 * What may be on its way before the receiver has taken it. HTTP/2 begins with 64 KiB, so a save or a page of 1 MB would
 * stop and wait sixteen times.
 */
export const WINDOW_BYTES = 4 * MIB

/** A save of 1 000 large records, or a page of them, is one message. */
export const channelOptions = {
  'grpc.max_receive_message_length': 128 * MIB,
  'grpc.max_send_message_length': 128 * MIB,
  'grpc-node.flow_control_window': WINDOW_BYTES,
  // A call that meets the end of a connection's age is sent again, if it is still there to be sent: with the usual
  // buffer of 1 MB one save of 1 MB failed each time. One that is refused twice fails; callers repeat `unavailable`.
  'grpc.per_rpc_retry_buffer_size': 128 * MIB,
  'grpc.retry_buffer_size': 512 * MIB,
}

/** Trailer that carries the AppError code beside the gRPC status. */
export const CODE_TRAILER = 'syncline-code'
