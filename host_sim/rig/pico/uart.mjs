// The two UARTs: bytes leave for the rig, and arrive one by one in a FIFO of 32 that overruns when nobody empties it.
// Source: RP2040 datasheet 4.2.

const TX_INTERRUPT = 1 << 5, RX_INTERRUPT = 1 << 4, TIMEOUT_INTERRUPT = 1 << 6;
const RECEIVE_LEVEL = 4; // of 32: what MicroPython sets
const TIMEOUT_BITS = 32;
const BITS_A_BYTE = 10;
const GATHER_NS = 100_000;
const RATES = [1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600];
const RATE_OFF = 0.02; // what a receiver forgives
const UARTDR = 0x00, UARTCR = 0x30;

/** The rate that is meant: a divider of whole 64ths meets none of them exactly. */
const nominal = (rate) => RATES.find((one) => Math.abs(rate / one - 1) < RATE_OFF) ?? rate;

/** number: 0 or 1. device: on the bus. Returns {overruns}. */
export function attachUart(machine, number, device, { OPEN, SEND, RECEIVE }) {
  const { chip, clock } = machine;
  const uart = chip.uart[number];
  const counts = { overruns: 0 };
  const byteNs = () => (BITS_A_BYTE * 1e9) / uart.baudRate;
  let baud = 0;
  let leaving = [];
  const arriving = [];

  uart.checkInterrupts = () => chip.setInterrupt(uart.irq, !!(uart.interruptStatus & uart.interruptMask));

  // ---- from the chip
  const gathered = clock.createAlarm(() => {
    const data = Buffer.from(leaving);
    leaving = [];
    machine.need(() => machine.ask(SEND, device, data));
  });
  uart.onByte = (byte) => {
    if (!leaving.length) gathered.schedule(GATHER_NS);
    leaving.push(byte);
  };
  const write = uart.writeUint32.bind(uart);
  uart.writeUint32 = (offset, value) => {
    write(offset, value);
    if (offset === UARTDR) {
      uart.interruptStatus |= TX_INTERRUPT;
      uart.checkInterrupts();
    } else if (offset === UARTCR && uart.enabled && uart.baudDivider && nominal(uart.baudRate) !== baud) {
      baud = nominal(uart.baudRate);
      const question = Buffer.alloc(4);
      question.writeUInt32LE(baud);
      machine.need(() => machine.ask(OPEN, device, question));
    }
  };

  // ---- to the chip
  const silence = clock.createAlarm(() => {
    if (uart.rxFIFO.empty) return;
    uart.interruptStatus |= TIMEOUT_INTERRUPT;
    uart.checkInterrupts();
  });
  const arrive = () => {
    if (uart.rxFIFO.full) {
      counts.overruns++;
      arriving.shift();
    } else uart.rxFIFO.push(arriving.shift());
    if (uart.rxFIFO.itemCount >= RECEIVE_LEVEL) uart.interruptStatus |= RX_INTERRUPT;
    uart.checkInterrupts();
    silence.schedule((TIMEOUT_BITS * 1e9) / uart.baudRate);
    if (arriving.length) next.schedule(byteNs());
  };
  const next = clock.createAlarm(arrive);
  const read = uart.readUint32.bind(uart);
  uart.readUint32 = (offset) => {
    if (offset !== UARTDR) return read(offset);
    const value = uart.rxFIFO.empty ? 0 : uart.rxFIFO.pull();
    if (uart.rxFIFO.itemCount < RECEIVE_LEVEL) uart.interruptStatus &= ~RX_INTERRUPT;
    if (uart.rxFIFO.empty) uart.interruptStatus &= ~TIMEOUT_INTERRUPT;
    uart.checkInterrupts();
    return value;
  };
  machine.on(device, async () => {
    const data = await machine.ask(RECEIVE, device, Buffer.from([0, 4])); // at most 1024
    if (!data.length) return;
    const idle = !arriving.length;
    arriving.push(...data);
    if (idle) arrive(); // the rig says so when the first byte is here
  });
  return counts;
}
