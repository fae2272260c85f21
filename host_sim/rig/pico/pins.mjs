// Pins: pull resistors, the rig's inputs and outputs, and a line of serial bits over a pin for what PIO drives.

const BITS_A_BYTE = 10;

/** rp: rp2040js. Makes floating inputs follow their pull resistors, and gives pins drive(level). */
export function fixPins(rp) {
  const pin = rp.GPIOPin.prototype;
  Object.defineProperty(pin, "inputValue", {
    get() {
      if (!this.inputEnable) return false;
      if (this.outputEnable) return this.outputValue;
      return this.driven ? this.rawInputValue : this.pullupEnabled;
    },
  });
  pin.drive = function (level) {
    this.driven = true;
    this.setInputValue(!!level);
  };
}

/** outputs: {pin of the chip: pin of the bus}. input: {chip, bus} of the keypad's interrupt. Returns refresh(). */
export function attachPins(machine, device, { LEVEL, DRIVE }, outputs, input) {
  const { gpio } = machine.chip;
  for (const [number, bus] of Object.entries(outputs)) {
    let driven = 0;
    gpio[number].addListener(() => {
      const level = gpio[number].outputEnable && gpio[number].outputValue ? 1 : 0;
      if (level !== driven) {
        driven = level;
        machine.need(() => machine.ask(DRIVE, device, Buffer.from([bus, level])));
      }
    });
  }
  let level = 1;
  gpio[input.chip].drive(1);
  const refresh = async () => {
    const now = (await machine.ask(LEVEL, device, Buffer.from([input.bus])))[0];
    if (now !== level) gpio[input.chip].drive((level = now));
  };
  machine.on(device, refresh);
  return refresh;
}

/** A device's end of a serial line, 8N1, over two pins of the chip: tx is the chip's output, or null. received(byte). */
export class PinSerial {
  #machine;
  #rx;
  #bitNs;
  #queue = [];
  #bit = 0;
  #alarm;

  constructor(machine, { tx, rx, baud }, received) {
    this.#machine = machine;
    this.#bitNs = 1e9 / baud;
    const { gpio } = machine.chip;
    this.#rx = gpio[rx];
    this.#rx.drive(1);
    this.#alarm = machine.clock.createAlarm(() => this.#next());
    if (tx === null) return;
    let shifted = 0;
    let bits = -1;
    const sample = machine.clock.createAlarm(() => {
      const high = gpio[tx].outputValue;
      if (bits < 8) {
        shifted |= (high ? 1 : 0) << bits++;
        sample.schedule(this.#bitNs);
      } else {
        bits = -1;
        if (high) received(shifted); // without a stop bit it was none
      }
    });
    gpio[tx].addListener(() => {
      if (bits >= 0 || !gpio[tx].outputEnable || gpio[tx].outputValue) return;
      bits = shifted = 0;
      sample.schedule(1.5 * this.#bitNs);
    });
  }

  send(data) {
    const idle = !this.#queue.length;
    this.#queue.push(...data);
    if (idle) this.#alarm.schedule(this.#bitNs);
  }

  #next() {
    const bit = this.#bit++;
    if (bit === 0) this.#rx.drive(0);
    else if (bit <= 8) this.#rx.drive((this.#queue[0] >> (bit - 1)) & 1);
    else {
      this.#rx.drive(1);
      this.#bit = 0;
      this.#queue.shift();
    }
    if (this.#bit || this.#queue.length) this.#alarm.schedule(this.#bitNs);
  }
}

/** A UART of the bus behind a serial line over pins. */
export async function attachSerial(machine, { tx, rx, baud, device }, { OPEN, SEND, RECEIVE }) {
  let leaving = [];
  const gathered = machine.clock.createAlarm(() => {
    const data = Buffer.from(leaving);
    leaving = [];
    machine.need(() => machine.ask(SEND, device, data));
  });
  const line = new PinSerial(machine, { tx, rx, baud }, (byte) => {
    if (!leaving.length) gathered.schedule((2 * BITS_A_BYTE * 1e9) / baud);
    leaving.push(byte);
  });
  machine.on(device, async () => line.send(await machine.ask(RECEIVE, device, Buffer.from([0, 4]))));
  const question = Buffer.alloc(4);
  question.writeUInt32LE(baud);
  await machine.ask(OPEN, device, question);
}
