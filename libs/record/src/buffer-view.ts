/** The same bytes as a Buffer, without a copy. Messages of gRPC have plain arrays. */
export const bufferView = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
