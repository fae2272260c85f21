// What the firmware's heap holds, read out of the emulated RAM without its help: MicroPython keeps two bits a block of 16
// bytes, at the start of its heap. Source: MicroPython py/gc.c, gc_setup_area(), 32-bit, with finalisers.

const BLOCK = 16;
const RAM = 0x20000000;

/** start, end: addresses of the heap (__GcHeapStart, __GcHeapEnd of the image). */
export class Heap {
  #sram;
  #table;
  #bytes;

  constructor(chip, { start, end }) {
    this.#sram = chip.sram;
    const total = end - start - 1; // one byte of gap behind the tables (ALLOC_TABLE_GAP_BYTE)
    this.#bytes = Math.floor((total * 8) / (8 + 4 + 4 * BLOCK * 8)); // a byte, half a byte of finalisers, four blocks
    this.#table = start - RAM;
  }

  /** {used, largest} in bytes: what is taken, garbage included, and the largest piece that is free. */
  measure() {
    let used = 0, largest = 0, run = 0;
    const end = this.#table + this.#bytes;
    for (let at = this.#table; at < end; at++) {
      const byte = this.#sram[at];
      if (byte === 0) {
        run += 4;
        continue;
      }
      for (let shift = 0; shift < 8; shift += 2) {
        if ((byte >> shift) & 3) {
          used++;
          if (run > largest) largest = run;
          run = 0;
        } else run++;
      }
    }
    return { used: used * BLOCK, largest: Math.max(largest, run) * BLOCK };
  }
}
