// The ring oscillator's random bit, out of a seed of the rig, so that a run can be repeated. Source: RP2040 datasheet 2.17.7.

const RANDOMBIT = 0x1c, STATUS = 0x18, STABLE = 0x80001000;

/** seed: 8 bytes. */
export function attachRosc(rp, chip, seed) {
  let state = seed.readBigUInt64LE(0) || 1n;
  const mask = 0xffffffffffffffffn;
  function bit() {
    state ^= (state << 13n) & mask; // xorshift64: Marsaglia, Xorshift RNGs, 2003
    state ^= state >> 7n;
    state ^= (state << 17n) & mask;
    return Number(state >> 63n);
  }
  class Rosc extends rp.BasePeripheral {
    readUint32(offset) {
      return offset === RANDOMBIT ? bit() : offset === STATUS ? STABLE : 0;
    }
    writeUint32() {}
  }
  chip.peripherals[0x40060] = new Rosc(chip, "ROSC");
}
