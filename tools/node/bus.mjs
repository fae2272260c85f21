// The messages of the bus of docs/bus.md, version 2: their names, to bytes and back.

export const VERSION = 2;
export const HEADER_BYTES = 14;
export const PAYLOAD_MOST = 4096;
export const SEQ_MOST = 65535;
export const FOREVER = 0xffffffffffffffffn;
export const ANSWER = 0x80;
export const ERROR = 0xff;

export const DEVICE = Object.freeze({ BOARD: 0, I2C0: 1, UART0: 2, UART1: 3, FLASH: 4, GPIO: 5, LINK: 6, UART2: 7, UART3: 8 });

export const OP = Object.freeze({
  HELLO: 0x01, WAIT: 0x02, ENTROPY: 0x03, FUSES: 0x04, NOTE: 0x05, POWER: 0x06, ADVANCE: 0x07,
  START: 0x10, WRITE: 0x11, READ: 0x12, STOP: 0x13, TRANSFER: 0x14,
  OPEN: 0x20, SEND: 0x21, RECEIVE: 0x22, CLOSE: 0x23,
  LEVEL: 0x30, DRIVE: 0x31,
  FLASH_READ: 0x40, PROGRAM: 0x41, ERASE: 0x42,
});

/** A message that does not follow docs/bus.md, an answer that does not fit its question, or a refusal of the rig. */
export class BusError extends Error {}

function ranged(name, value, most) {
  if (!Number.isInteger(value) || value < 0 || value > most) throw new BusError(`${name} is not 0 to ${most}`);
  return value;
}

/** Bytes of a message. time_us is a BigInt or an integer; payload a Uint8Array of at most 4096 bytes. */
export function encode({ op, device, seq, time_us, payload }) {
  const time = BigInt(time_us);
  if (time < 0n || time > FOREVER) throw new BusError("time_us does not fit 64 bits");
  if (payload.length > PAYLOAD_MOST) throw new BusError(`payload of ${payload.length} bytes is over ${PAYLOAD_MOST}`);
  const message = Buffer.alloc(HEADER_BYTES + payload.length);
  message.writeUInt8(ranged("op", op, 255), 0);
  message.writeUInt8(ranged("device", device, 255), 1);
  message.writeUInt16LE(ranged("seq", seq, SEQ_MOST), 2);
  message.writeUInt16LE(payload.length, 4);
  message.writeBigUInt64LE(time, 6);
  message.set(payload, HEADER_BYTES);
  return message;
}

/** The message at an offset as {message, end}, or null while bytes are missing. The payload is a copy. */
export function decode(buffer, offset = 0) {
  if (buffer.length - offset < HEADER_BYTES) return null;
  const length = buffer.readUInt16LE(offset + 4);
  if (length > PAYLOAD_MOST) throw new BusError(`length ${length} is over ${PAYLOAD_MOST}`);
  const end = offset + HEADER_BYTES + length;
  if (buffer.length < end) return null;
  const message = {
    op: buffer.readUInt8(offset),
    device: buffer.readUInt8(offset + 1),
    seq: buffer.readUInt16LE(offset + 2),
    time_us: buffer.readBigUInt64LE(offset + 6),
    payload: Buffer.from(buffer.subarray(offset + HEADER_BYTES, end)),
  };
  return { message, end };
}

/** The sequence number after one: 1, 2, ... 65535, 1 ... */
export function following(seq) {
  return (seq % SEQ_MOST) + 1;
}
