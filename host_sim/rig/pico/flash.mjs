// The flash chip behind the RP2040's SSI: the rig's NOR model is the chip, this is its serial interface and what the
// core sees of it through XIP. Source: RP2040 datasheet 4.10.13 (SSI), Winbond W25Q16JV 8.1.2 (instructions).

const WRITE_ENABLE = 0x06, WRITE_DISABLE = 0x04, STATUS_1 = 0x05, STATUS_2 = 0x35, JEDEC = 0x9f, UNIQUE = 0x4b, READ = 0x03;
const PROGRAM = 0x02, ERASE_4K = 0x20, ERASE_64K = 0xd8;
const SECTOR = 4096;
const ADDRESS_BYTES = 4; // the instruction and three bytes
const FLASH_BYTES = 2 << 20;

/** rp: rp2040js. ops: OP of the bus. device: the flash on the bus. */
export async function attachFlash(rp, machine, { READ: readOp, PROGRAM: programOp, ERASE: eraseOp }, device) {
  const { chip } = machine;
  for (let at = 0; at < FLASH_BYTES; at += SECTOR) {
    const question = Buffer.alloc(6);
    question.writeUInt32LE(at, 0);
    question.writeUInt16LE(SECTOR, 4);
    chip.flash.set(await machine.ask(readOp, device, question), at);
  }

  async function program(address, data) {
    for (let index = 0; index < data.length; index++) chip.flash[address + index] &= data[index];
    const question = Buffer.alloc(4 + data.length);
    question.writeUInt32LE(address, 0);
    question.set(data, 4);
    await machine.ask(programOp, device, question);
    await machine.passUntil(machine.doneUs);
  }

  async function erase(address, size) {
    for (let sector = address & ~(size - 1); sector < (address & ~(size - 1)) + size; sector += SECTOR) {
      chip.flash.fill(0xff, sector, sector + SECTOR);
      const question = Buffer.alloc(4);
      question.writeUInt32LE(sector, 0);
      await machine.ask(eraseOp, device, question);
      await machine.passUntil(machine.doneUs);
    }
  }

  class Ssi extends rp.BasePeripheral {
    #selected = true;
    #sent = [];
    #received = [];
    #writable = false;
    #registers = {};

    readUint32(offset) {
      switch (offset) {
        case 0x20: return 0; // TXFLR
        case 0x24: return this.#received.length; // RXFLR
        case 0x28: return 6 | (this.#received.length ? 8 : 0); // SR
        case 0x60: return this.#received.length ? this.#received.shift() : 0; // DR0
        default: return this.#registers[offset] ?? 0;
      }
    }

    writeUint32(offset, value) {
      if (offset !== 0x60) this.#registers[offset] = value;
      else if (this.#registers[8]) this.#received.push(this.#selected ? this.#shift(value & 255) : 255);
    }

    select(on) {
      if (on && !this.#selected) {
        this.#sent = [];
        this.#received = [];
      } else if (!on && this.#selected) this.#apply();
      this.#selected = on;
    }

    #address() {
      return (this.#sent[1] << 16) | (this.#sent[2] << 8) | this.#sent[3];
    }

    #shift(byte) {
      const sent = this.#sent;
      const at = sent.push(byte) - 1;
      if (!at) {
        if (byte === WRITE_ENABLE) this.#writable = true;
        if (byte === WRITE_DISABLE) this.#writable = false;
        return 255;
      }
      switch (sent[0]) {
        case STATUS_1: return this.#writable ? 2 : 0;
        case STATUS_2: return 2; // quad enabled
        case JEDEC: return [0xef, 0x40, 0x15][at - 1] ?? 0;
        case UNIQUE: return at > 4 ? [0xe6, 0x61, 0, 1, 2, 3, 4, 5][at - 5] ?? 0 : 255;
        case READ: return at < ADDRESS_BYTES ? 255 : chip.flash[(this.#address() + at - ADDRESS_BYTES) % FLASH_BYTES];
        default: return 255;
      }
    }

    #apply() {
      const sent = this.#sent;
      this.#sent = [];
      if (!this.#writable || sent.length < ADDRESS_BYTES) return;
      const address = ((sent[1] << 16) | (sent[2] << 8) | sent[3]) % FLASH_BYTES;
      if (sent[0] === PROGRAM) {
        this.#writable = false;
        const data = Uint8Array.from(sent.slice(ADDRESS_BYTES, ADDRESS_BYTES + 256));
        machine.need(() => program(address, data));
      } else if (sent[0] === ERASE_4K || sent[0] === ERASE_64K) {
        this.#writable = false;
        machine.need(() => erase(address, sent[0] === ERASE_4K ? SECTOR : 65536));
      }
    }
  }

  class QspiPins extends rp.BasePeripheral {
    #registers = {};
    readUint32(offset) {
      return offset === 0x08 ? 0x000e0000 : this.#registers[offset] ?? 0x1f;
    }
    writeUint32(offset, value) {
      this.#registers[offset] = value;
      if (offset === 0x0c) ssi.select(((value >> 8) & 3) !== 3); // the chip select's override is all that matters
    }
  }

  const ssi = new Ssi(chip, "SSI");
  chip.peripherals[0x18000] = ssi;
  chip.peripherals[0x40018] = new QspiPins(chip, "IO_QSPI");
}
