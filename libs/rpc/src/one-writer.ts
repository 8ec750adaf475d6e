import { BinaryWriter } from '@bufbuild/protobuf/wire'
import type { CompatServiceDefinition, TsProtoServiceDefinition } from 'nice-grpc'

/** Of a writer that has written more, its memory is given back. */
const KEPT_BYTES = 4 * 1024 * 1024

let spare: BinaryWriter | undefined

/**
 * The same service, whose messages are all encoded in the memory of one writer. Generated code makes a writer for each
 * message, which begins small and doubles: a save of 1 MB left seven of garbage, and its sender spent half of its time on them.
 */
export function withOneWriter<Service extends CompatServiceDefinition>(definition: Service): Service {
  const { methods, ...service } = definition as unknown as TsProtoServiceDefinition // all that proto/ gives
  const written = Object.entries(methods).map(([name, { requestType, responseType, ...method }]) => {
    const types = { requestType: inOneWriter(requestType), responseType: inOneWriter(responseType) }
    return [name, { ...method, ...types }]
  })
  return { ...service, methods: Object.fromEntries(written) } as unknown as Service
}

type MessageType = TsProtoServiceDefinition['methods'][string]['requestType']
type Encode = (message: unknown, writer: BinaryWriter) => { finish(): Uint8Array }

function inOneWriter(type: MessageType): MessageType {
  const encode: Encode = type.encode // generated code takes a writer
  return {
    ...type,
    encode(message) {
      const writer = spare ?? new BinaryWriter()
      spare = undefined // one that has failed half-way is not used again
      const { buffer } = encode(message, writer).finish()
      if (buffer.byteLength <= KEPT_BYTES) spare = writer
      // nice-grpc makes a Buffer of it, which is a view of an ArrayBuffer, but would be a copy of a Uint8Array.
      return { finish: () => buffer as never }
    },
  }
}
