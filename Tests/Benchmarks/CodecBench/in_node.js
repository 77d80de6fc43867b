// The same codecs and frames in Node: CPU microseconds a message for each, as `name cost`.
// node in_node.js <folder of codecs> <messages>
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const folder = process.argv[2];
const messages = Number(process.argv[3]);
const frames = {
  climate: [2, "cba4f8ae02670108987fff"],
  channels: [85, "01755c0367220104686a050000067d0500"],
  tracker: [3, "02f5a1b00a1d2f80007b010ef8ae0ce400000e10"],
};

for (const [name, [port, hex]] of Object.entries(frames)) {
  const world = vm.createContext({});
  vm.runInContext(fs.readFileSync(path.join(folder, name + ".js"), "utf8"), world);
  const decode = world.decodeUplink
    ? (bytes) => world.decodeUplink({ bytes, fPort: port, recvTime: new Date(1.7e12) }).data
    : (bytes) => world.Decoder(bytes, port);
  const frame = Buffer.from(hex, "hex");
  let length = 0;
  const run = (count) => {
    for (let index = 0; index < count; index++) {
      frame[3] = index & 255;
      length += Buffer.from(JSON.stringify(decode(Array.from(frame)))).length;
    }
  };
  run(messages / 10);
  const start = process.cpuUsage();
  run(messages);
  const used = process.cpuUsage(start);
  console.log(name, (used.user + used.system) / messages, length > 0);
}
