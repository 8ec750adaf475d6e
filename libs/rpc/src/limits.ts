const MIB = 1024 * 1024

/**
 * Flow control window: bytes in flight that the receiver has not taken yet. HTTP/2's default is 64 KiB, so a save or a
 * page of 1 MB would wait sixteen times.
 */
export const WINDOW_BYTES = 4 * MIB

/** A save of 1 000 large records, or a page of them, is one message. */
export const channelOptions = {
  'grpc.max_receive_message_length': 128 * MIB,
  'grpc.max_send_message_length': 128 * MIB,
  'grpc-node.flow_control_window': WINDOW_BYTES,
  // gRPC repeats a call that a closing connection refused, if it still has the message: with the default buffer of 1 MB
  // a save of 1 MB failed each time. A call that is refused twice fails with `unavailable`, which callers retry.
  'grpc.per_rpc_retry_buffer_size': 128 * MIB,
  'grpc.retry_buffer_size': 512 * MIB,
}

/** Trailer with the AppError code, beside the gRPC status. */
export const CODE_TRAILER = 'syncline-code'
