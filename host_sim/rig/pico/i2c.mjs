// I2C: every byte is asked of the rig, and takes its time on the bus. Source: RP2040 datasheet 4.3.

const BITS_A_BYTE = 9;

/** number: 0 or 1. afterStop: async, when a transaction has ended: a chip may have moved its interrupt pin. */
export function attachI2c(machine, number, device, { START, WRITE, READ, STOP }, afterStop) {
  const i2c = machine.chip.i2c[number];
  const byteNs = () => {
    const high = i2c.fsClockHighPeriod, low = i2c.fsClockLowPeriod;
    return (BITS_A_BYTE * (high + low) * 1e9) / machine.chip.clkSys;
  };
  let started = false;

  i2c.onConnect = (address, mode) =>
    machine.need(async () => {
      started = true;
      const answer = await machine.ask(START, device, Buffer.from([address, mode === 1 ? 1 : 0]));
      await machine.pass(byteNs());
      i2c.completeConnect(answer[0] === 1);
    });
  i2c.onWriteByte = (byte) =>
    machine.need(async () => {
      const answer = await machine.ask(WRITE, device, Buffer.from([byte]));
      await machine.pass(byteNs());
      i2c.completeWrite(answer.readUInt16LE(0) === 1);
    });
  i2c.onReadByte = () =>
    machine.need(async () => {
      const answer = await machine.ask(READ, device, Buffer.from([1, 0]));
      await machine.pass(byteNs());
      i2c.completeRead(answer[0]);
    });
  i2c.onStop = () =>
    machine.need(async () => {
      if (started) await machine.ask(STOP, device);
      started = false;
      await afterStop();
      i2c.completeStop();
    });
}
