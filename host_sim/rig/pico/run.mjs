// Puts an emulated Pico on the rig's bus: node run.mjs '{"port": ..., ...}'
//
// port: of the rig. rp2040js: its main module's path. bootrom: path of a JSON list of the boot ROM's words. wiring: which
// pins go to which device of the bus (wiring.json). grounded: pins held to ground. usb: whether a computer is plugged in. heap: {start, end}, addresses of the image's heap.
// Ends with the power: the rig closes the bus, or ends the process.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { DEVICE, OP } from "../../../tools/node/bus.mjs";
import { BusClient } from "../../../tools/node/bus_client.mjs";
import { attachRosc } from "./entropy.mjs";
import { attachConsole } from "./console.mjs";
import { attachFlash } from "./flash.mjs";
import { Heap } from "./heap.mjs";
import { attachI2c } from "./i2c.mjs";
import { Machine } from "./machine.mjs";
import { attachPins, attachSerial, fixPins } from "./pins.mjs";
import { attachPio } from "./pio.mjs";
import { attachSerialLink } from "./serial_link.mjs";
import { attachUart } from "./uart.mjs";

const SUPPLY_CHANNEL = 3; // ADC3 measures a third of VSYS (Pico datasheet 2.1)
const SUPPLY_VALUE = Math.round((5.0 / 3 / 3.3) * 4095);
const NOTED_STEP = 256; // bytes of heap that are worth a message
const MEASURE_NS = 1_000_000;

async function main(given) {
  const { port, rp2040js, bootrom, wiring, heap, name, usb, grounded } = JSON.parse(given);
  const rp = await import(pathToFileURL(rp2040js).href);
  const bus = await BusClient.connect(port, name);
  fixPins(rp);
  const machine = new Machine(rp, bus, Uint32Array.from(JSON.parse(readFileSync(bootrom))));
  const { chip } = machine;
  await machine.begin();
  attachRosc(rp, chip, await machine.ask(OP.ENTROPY, DEVICE.BOARD, Buffer.from([8, 0])));
  await attachFlash(rp, machine, { READ: OP.FLASH_READ, PROGRAM: OP.PROGRAM, ERASE: OP.ERASE }, DEVICE.FLASH);
  const uarts = wiring.uarts.map(({ number, device }) => attachUart(machine, number, device, OP));
  const refresh = attachPins(machine, DEVICE.GPIO, OP, wiring.outputs, wiring.input);
  attachI2c(machine, wiring.i2c.number, wiring.i2c.device, OP, refresh);
  for (const pin of grounded) chip.gpio[pin].drive(0);
  attachPio(machine);
  for (const serial of wiring.serials) await attachSerial(machine, serial, OP);
  const link = attachSerialLink(machine, wiring.link, DEVICE.LINK, OP);
  if (usb) attachConsole(rp, machine, DEVICE.BOARD, OP);
  chip.adc.channelValues[SUPPLY_CHANNEL] = SUPPLY_VALUE;
  const watchdog = chip.peripherals[0x40058];
  watchdog.onWatchdogTrigger = () => machine.need(() => machine.ask(OP.POWER, DEVICE.BOARD, Buffer.from([1])));

  // ---- figures
  const noted = new Map();
  async function note(key, value) {
    if (noted.get(key) === value) return;
    noted.set(key, value);
    await machine.ask(OP.NOTE, DEVICE.BOARD, Buffer.from(`${key}=${value}`));
  }
  if (heap) {
    const area = new Heap(chip, heap);
    let peak = 0, told = 0, least = Infinity;
    const look = machine.clock.createAlarm(() => {
      if (!chip.core.waiting && machine.busyCycles > 1e6) {
        const { used, largest } = area.measure();
        peak = Math.max(peak, used);
        least = Math.min(least, largest);
      }
      if (!chip.core.waiting) look.schedule(MEASURE_NS);
      else sleeping = true;
    });
    let sleeping = false;
    look.schedule(MEASURE_NS);
    machine.idle = async () => {
      if (sleeping) {
        sleeping = false;
        look.schedule(MEASURE_NS);
      }
      if (peak >= told + NOTED_STEP) {
        told = peak;
        await note("heap_peak", peak);
        await note("largest_free", least);
      }
      for (const [index, { overruns }] of uarts.entries()) if (overruns) await note(`uart${index}_overruns`, overruns);
      if (link.damaged) await note("link_damaged", link.damaged);
    };
  }
  await machine.run();
}

main(process.argv[2]).catch((error) => {
  if (!/closed the bus|the bus failed/.test(error.message)) {
    console.error(`emulated board: ${error.stack}`);
    process.exitCode = 1;
  }
});
