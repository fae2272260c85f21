// One RP2040 on rp2040js, in step with a rig: it runs until something has to be asked, and stands still meanwhile.
//
// Nothing here lets emulated time and the rig's clock part: the rig says when its next thing is due (the horizon), no
// instruction runs past that, and what the firmware does to a device is asked before the next instruction runs.

import { DEVICE, OP } from "../../../tools/node/bus.mjs";

export const CYCLE_NS = 8; // 125 MHz

/**
 * rp: the module rp2040js. bus: a BusClient, greeted. bootrom: Uint32Array. chip: the RP2040 with its clock.
 * need(task): a hook's way to ask: task is an async function, run before the next instruction.
 */
export class Machine {
  chip;
  clock;
  busyCycles = 0;
  #bus;
  #needs = [];
  #baseUs;
  #horizonNs = 0;
  #listeners = new Map();
  #off = false;

  constructor(rp, bus, bootrom) {
    const simulator = new rp.Simulator();
    this.chip = simulator.rp2040;
    this.clock = simulator.clock;
    this.chip.logger = new rp.ConsoleLogger(rp.LogLevel.Error);
    this.chip.loadBootrom(bootrom);
    this.#bus = bus;
    this.#baseUs = Number(bus.time_us);
    this.idle = async () => {}; // before the chip rests
  }

  get nowUs() {
    return this.#baseUs + Math.floor(this.clock.nanos / 1000);
  }

  need(task) {
    this.#needs.push(task);
  }

  /** What to do when the rig says that something happened at a device: handler(detail), async. */
  on(device, handler) {
    this.#listeners.set(device, handler);
  }

  /** One question at the present time. Its answer may bring a new thing that comes due: the horizon is asked again. */
  async ask(op, device, payload = Buffer.alloc(0)) {
    this.#bus.time_us = BigInt(this.nowUs);
    const answer = await this.#bus.ask(op, device, payload);
    this.doneUs = Number(this.#bus.time_us);
    this.#horizonNs = 0;
    return answer;
  }

  /** Lets time pass without the core: a stalled or a waiting one. */
  async pass(nanos) {
    const until = this.clock.nanos + nanos;
    while (this.clock.nanos < until) {
      if (this.clock.nanos >= this.#horizonNs) await this.#advance(this.nowUs);
      this.clock.tick(Math.min(until, Math.max(this.#horizonNs, this.clock.nanos + 1000)) - this.clock.nanos);
    }
  }

  /** Until a time in microseconds of the rig. */
  async passUntil(us) {
    await this.pass(Math.max(0, (us - this.#baseUs) * 1000 - this.clock.nanos));
  }

  /** ADVANCE: time goes on to until_us (null: for ever), or to what happens before. */
  async #advance(untilUs) {
    const question = Buffer.alloc(16);
    question.writeBigUInt64LE(untilUs === null ? 0xffffffffffffffffn : BigInt(untilUs), 0);
    question.writeBigUInt64LE(BigInt(Math.round(this.busyCycles)), 8);
    const answer = await this.ask(OP.ADVANCE, DEVICE.BOARD, question);
    const behind = (this.doneUs - this.#baseUs) * 1000 - this.clock.nanos;
    if (behind > 0) this.clock.tick(behind);
    const horizonUs = answer.readBigUInt64LE(0);
    const due = horizonUs === 0xffffffffffffffffn ? Infinity : (Number(horizonUs) - this.#baseUs) * 1000;
    this.#horizonNs = due;
    for (let at = 8; at < answer.length; at += 2) {
      await this.#listeners.get(answer[at])?.(answer[at + 1]);
    }
  }

  /** Tells the rig that this board has a clock of its own. */
  async begin() {
    await this.#advance(this.nowUs);
  }

  stop() {
    this.#off = true;
  }

  /** Runs until the power goes, which rejects with the bus's error, or until stop(). */
  async run() {
    const { clock } = this;
    const { core } = this.chip;
    core.PC = 0x10000000;
    while (!this.#off) {
      if (this.#needs.length) {
        await this.#needs.shift()();
      } else if (core.waiting) {
        await this.idle();
        const next = clock.nextAlarm ? clock.nextAlarm.nanos : Infinity;
        if (next > this.#horizonNs || this.#horizonNs <= clock.nanos) {
          await this.#advance(next === Infinity ? null : this.#baseUs + Math.ceil(next / 1000));
        } else clock.tick(next - clock.nanos);
      } else if (clock.nanos >= this.#horizonNs) {
        await this.#advance(this.nowUs);
      } else this.#execute();
    }
  }

  /** Instructions, until the horizon, a rest or a need. */
  #execute() {
    const { clock } = this;
    const { core } = this.chip;
    for (let turn = 0; turn < 100_000; turn++) {
      const limit = Math.min(clock.nextAlarm ? clock.nextAlarm.nanos : Infinity, this.#horizonNs) - clock.nanos;
      let passed = 0;
      for (let count = 0; count < 64; count++) {
        passed += core.executeInstruction() * CYCLE_NS;
        if (passed >= limit || core.waiting || this.#needs.length) break;
      }
      this.busyCycles += passed / CYCLE_NS;
      clock.tick(passed);
      if (core.waiting || this.#needs.length || clock.nanos >= this.#horizonNs) return;
    }
  }
}
