// PIO state machines stepped from the emulated clock, with divider and delays; one that waits takes no time of ours.
// Source: RP2040 datasheet 3.5.5 (clock dividers).

import { CYCLE_NS } from "./machine.mjs";

const CTRL = 0;

export function attachPio(machine) {
  for (const pio of machine.chip.pio) {
    pio.run = () => {};
    const alarms = pio.machines.map((sm) => {
      const stepNs = () => CYCLE_NS * ((sm.clockDivInt || 65536) + sm.clockDivFrac / 256);
      const entry = { running: false, due: 0 };
      entry.start = () => {
        if (entry.running || !sm.enabled) return;
        entry.running = true;
        entry.due = machine.clock.nanos + stepNs();
        entry.alarm.schedule(stepNs());
      };
      entry.alarm = machine.clock.createAlarm(() => {
        entry.running = false;
        if (!sm.enabled) return;
        const before = sm.cycles;
        sm.step();
        pio.checkChangedPins();
        if (sm.waiting) return; // what it waits for wakes it up
        entry.running = true;
        entry.due += stepNs() * Math.max(1, sm.cycles - before);
        entry.alarm.schedule(Math.max(0, entry.due - machine.clock.nanos));
      });
      const checkWait = sm.checkWait.bind(sm);
      sm.checkWait = () => {
        const waited = sm.waiting;
        checkWait();
        if (waited && !sm.waiting) entry.start();
      };
      return entry;
    });
    const write = pio.writeUint32.bind(pio);
    pio.writeUint32 = (offset, value) => {
      write(offset, value);
      if (offset === CTRL) for (const entry of alarms) entry.start();
    };
  }
}
