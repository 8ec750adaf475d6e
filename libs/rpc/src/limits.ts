const MIB = 1024 * 1024

/** A save of 1 000 large records, or a page of them, is one message. */
export const channelOptions = {
  'grpc.max_receive_message_length': 128 * MIB,
  'grpc.max_send_message_length': 128 * MIB,
}

/** Trailer that carries the AppError code beside the gRPC status. */
export const CODE_TRAILER = 'syncline-code'
