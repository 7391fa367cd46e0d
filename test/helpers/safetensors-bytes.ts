/**
 * The bytes of a safetensors file, sound or not.
 *
 * @param header - An object is padded to a multiple of 8 bytes as it should be; text and bytes are taken as they are.
 * @param dataBytes - Zeros that follow the header.
 */
export function safetensorsBytes(header: object | string | Buffer, dataBytes = 0): Buffer {
  const json = typeof header === "string" || Buffer.isBuffer(header) ? Buffer.from(header) : padded(header);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([prefix, json, Buffer.alloc(dataBytes)]);
}

/** An entry of the header. */
export function entry(dtype: unknown, shape: unknown, ...offsets: unknown[]): object {
  return { dtype, shape, data_offsets: offsets };
}

function padded(header: object): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  return Buffer.concat([json, Buffer.alloc(-json.length & 7, " ")]);
}
