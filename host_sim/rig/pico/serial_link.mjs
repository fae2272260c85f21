// What stands at the other end of a board's serial line to the host (firmware/till/drivers/serial_link.py has the
// messages): the rig's link, carried in them.

import { crc32 } from "./crc32.mjs";
import { PinSerial } from "./pins.mjs";

const OPEN = 1, OPENED = 2, REFUSED = 3, DATA = 4, CLOSE = 5;
const FLAG = 0x7e, ESCAPE = 0x7d, TURN = 0x20;
const CHUNK = 256;
const CLOSED_EVENT = 1, OPENED_EVENT = 2, REFUSED_EVENT = 3;

export function attachSerialLink(machine, wires, device, ops) {
  const counts = { damaged: 0 };
  let message = [];
  let escaped = false;
  const line = new PinSerial(machine, wires, (byte) => {
    if (byte === FLAG) {
      const whole = Buffer.from(message);
      message = [];
      escaped = false;
      if (whole.length) ended(whole);
    } else if (byte === ESCAPE) escaped = true;
    else {
      message.push(escaped ? byte ^ TURN : byte);
      escaped = false;
    }
  });

  function say(kind, data = Buffer.alloc(0)) {
    const body = Buffer.concat([Buffer.from([kind]), data]);
    const check = Buffer.alloc(4);
    check.writeUInt32LE(crc32(body));
    const out = [FLAG];
    for (const byte of Buffer.concat([body, check])) {
      if (byte === FLAG || byte === ESCAPE) out.push(ESCAPE, byte ^ TURN);
      else out.push(byte);
    }
    line.send([...out, FLAG]);
  }

  function ended(whole) {
    if (whole.length < 5 || crc32(whole.subarray(0, -4)) !== whole.readUInt32LE(whole.length - 4)) {
      counts.damaged++;
      say(CLOSE);
      return;
    }
    const data = whole.subarray(1, -4);
    if (whole[0] === OPEN) machine.need(() => machine.ask(ops.OPEN, device));
    else if (whole[0] === CLOSE) machine.need(() => machine.ask(ops.CLOSE, device));
    else if (whole[0] === DATA) {
      machine.need(async () => {
        const taken = await machine.ask(ops.SEND, device, data);
        if (taken.readUInt16LE(0) !== data.length) say(CLOSE);
      });
    }
  }

  machine.on(device, async (detail) => {
    if (detail === CLOSED_EVENT) say(CLOSE);
    else if (detail === OPENED_EVENT) say(OPENED);
    else if (detail === REFUSED_EVENT) say(REFUSED);
    else {
      const data = await machine.ask(ops.RECEIVE, device, Buffer.from([0, 4]));
      for (let at = 0; at < data.length; at += CHUNK) say(DATA, data.subarray(at, at + CHUNK));
    }
  });
  return counts;
}
