/** The same bytes as a Buffer. gRPC's messages have plain arrays, which are views of what arrived. */
export const bufferView = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
