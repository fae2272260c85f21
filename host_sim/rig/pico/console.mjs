// The USB serial port of the chip, with a computer at the other end: what it says goes to the rig, and back.
// Source: RP2040 datasheet 4.1 (USB); rp2040js plays the computer.

const ANSWER_NS = 20_000; // a packet that the computer had nothing to put into is asked for again
const GATHER_NS = 1_000_000;
const CONSOLE_EVENT = 1;

/** device: the board itself on the bus, whose SEND and RECEIVE are the console's. */
export function attachConsole(rp, machine, device, { SEND, RECEIVE }) {
  const { chip, clock } = machine;
  const cdc = new rp.USBCDC(chip.usbCtrl);
  const endpointRead = chip.usbCtrl.onEndpointRead;
  const waiting = [];
  let pending = null;
  const asked = clock.createAlarm(() => {
    const size = pending;
    pending = null;
    if (size !== null) endpointRead(cdc.outEndpoint, size);
  });
  chip.usbCtrl.onEndpointRead = (endpoint, size) => {
    if (endpoint && endpoint === cdc.outEndpoint && cdc.txFIFO.empty) pending = size;
    else endpointRead(endpoint, size);
    if (waiting.length) pump();
  };
  function pump() {
    while (waiting.length && !cdc.txFIFO.full) cdc.sendSerialByte(waiting.shift());
    if (pending !== null && !cdc.txFIFO.empty) asked.schedule(ANSWER_NS);
  }

  let said = [];
  const gathered = clock.createAlarm(() => {
    const data = Buffer.from(said);
    said = [];
    for (let at = 0; at < data.length; at += 1024) {
      machine.need(() => machine.ask(SEND, device, data.subarray(at, at + 1024)));
    }
  });
  cdc.onSerialData = (data) => {
    if (!said.length) gathered.schedule(GATHER_NS);
    said.push(...data);
  };
  machine.on(device, async (detail) => {
    if (detail !== CONSOLE_EVENT) return;
    waiting.push(...(await machine.ask(RECEIVE, device, Buffer.from([0, 4]))));
    pump();
  });
}
