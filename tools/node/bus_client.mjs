// A board's end of the bus of docs/bus.md, for boards that an emulator runs in Node. No packages.
//
// As a module: BusClient. As a command:
//   node bus_client.mjs decode FILE    one JSON line a message: {op, device, seq, time_us, payload}
//   node bus_client.mjs encode         the same lines on stdin, their bytes on stdout
//   node bus_client.mjs talk PORT      the same lines on stdin (op, device, payload) asked over TCP; answers as lines

import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { ANSWER, BusError, DEVICE, ERROR, FOREVER, OP, VERSION, decode, encode, following } from "./bus.mjs";

/**
 * A board's end of the bus: one question at a time, each answered or refused. time_us is the board's clock: it stands
 * still while a question is open and takes the answer's time.
 */
export class BusClient {
  time_us = 0n;
  #socket;
  #seq = 0;
  #buffer = Buffer.alloc(0);
  #open = null;
  #ended = null;

  constructor(socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (data) => this.#received(data));
    socket.on("error", (error) => this.#end(new BusError(`the bus failed: ${error.code ?? error.message}`)));
    socket.on("close", () => this.#end(new BusError("the rig closed the bus: the board's power is off")));
  }

  /** Connect to a rig and greet it. Rejects with BusError when it is not there or speaks another version. */
  static async connect(port, name, host = "127.0.0.1") {
    const socket = createConnection({ port, host });
    await new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      const reason = (error) => new BusError(`no rig on port ${port} (${error.code}): start the rig first`);
      socket.once("error", (error) => reject(reason(error)));
    });
    const client = new BusClient(socket);
    try {
      await client.hello(name);
    } catch (error) {
      client.close();
      throw error;
    }
    return client;
  }

  /** HELLO: the rig answers with the same version, or refuses. */
  async hello(name) {
    const greeting = Buffer.concat([Buffer.from([VERSION]), Buffer.from(name, "ascii")]);
    const answer = await this.ask(OP.HELLO, DEVICE.BOARD, greeting);
    if (answer.length !== 1 || answer[0] !== VERSION) throw new BusError(`the rig does not speak version ${VERSION}`);
  }

  /** The payload of the answer to one question. Rejects with BusError; after that the board has no power. */
  ask(op, device, payload = Buffer.alloc(0)) {
    if (this.#ended) return Promise.reject(this.#ended);
    if (this.#open) return Promise.reject(new BusError("a question is still open: await its answer first"));
    const seq = following(this.#seq);
    let question;
    try {
      question = encode({ op, device, seq, time_us: this.time_us, payload });
    } catch (error) {
      return Promise.reject(error);
    }
    this.#seq = seq;
    return new Promise((resolve, reject) => {
      this.#open = { op, device, seq, resolve, reject };
      this.#socket.write(question);
    });
  }

  /** WAIT until until_us (FOREVER by default) or until something happens: a list of [device, detail]. */
  async wait(until_us = FOREVER) {
    const payload = Buffer.alloc(8);
    payload.writeBigUInt64LE(BigInt(until_us));
    const happened = await this.ask(OP.WAIT, DEVICE.BOARD, payload);
    if (happened.length % 2) throw new BusError("WAIT was answered with half a pair");
    return Array.from({ length: happened.length / 2 }, (_, i) => [happened[2 * i], happened[2 * i + 1]]);
  }

  close() {
    this.#end(new BusError("the bus is closed"));
  }

  #received(data) {
    this.#buffer = this.#buffer.length ? Buffer.concat([this.#buffer, data]) : data;
    try {
      for (;;) {
        const found = decode(this.#buffer);
        if (found === null) return;
        this.#buffer = this.#buffer.subarray(found.end);
        this.#answered(found.message);
      }
    } catch (error) {
      this.#end(error);
    }
  }

  #answered({ op, device, seq, time_us, payload }) {
    if (op === ERROR) throw new BusError(`the rig refused: ${payload.toString("latin1")}`);
    const open = this.#open;
    if (open === null) throw new BusError("an answer came to no question");
    if (op !== (open.op | ANSWER) || device !== open.device || seq !== open.seq) {
      throw new BusError("an answer does not repeat its question's op, device and seq");
    }
    if (time_us < this.time_us) throw new BusError("the rig's time went back");
    this.time_us = time_us;
    this.#open = null;
    open.resolve(payload);
  }

  #end(error) {
    if (this.#ended) return;
    this.#ended = error;
    this.#socket.destroy();
    this.#open?.reject(error);
    this.#open = null;
  }
}

function toLine({ op, device, seq, time_us, payload }) {
  return JSON.stringify({ op, device, seq, time_us: String(time_us), payload: Buffer.from(payload).toString("hex") });
}

function fromLine(line) {
  const message = JSON.parse(line);
  return { ...message, payload: Buffer.from(message.payload ?? "", "hex") };
}

async function* inputLines() {
  for await (const line of createInterface({ input: process.stdin })) if (line) yield fromLine(line);
}

function decodeFile(path) {
  const data = readFileSync(path);
  let offset = 0;
  for (;;) {
    const found = decode(data, offset);
    if (found === null) break;
    console.log(toLine(found.message));
    offset = found.end;
  }
  if (offset !== data.length) throw new BusError(`${data.length - offset} bytes after the last message`);
}

async function encodeLines() {
  for await (const message of inputLines()) process.stdout.write(encode(message));
}

async function talk(port) {
  const client = await BusClient.connect(port, "node");
  try {
    for await (const { op, device, payload } of inputLines()) {
      const answer = await client.ask(op, device, payload);
      const told = { op: op | ANSWER, device, time_us: String(client.time_us), payload: answer.toString("hex") };
      console.log(JSON.stringify(told));
    }
  } finally {
    client.close();
  }
}

async function main([command, argument]) {
  if (command === "decode" && argument) decodeFile(argument);
  else if (command === "encode") await encodeLines();
  else if (command === "talk" && Number(argument)) await talk(Number(argument));
  else throw new BusError("usage: bus_client.mjs decode FILE | encode | talk PORT");
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(`bus: ${error.message}`);
    process.exitCode = 1;
    process.stdin.destroy(); // whoever writes to us may keep it open
  });
}
