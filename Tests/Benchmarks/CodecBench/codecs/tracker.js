// A tracker of newer make, 20 bytes: a table of fields, arrow functions, a list and a date.
const FIELDS = [
  { name: "latitude", size: 4, signed: true, scale: 1e6 },
  { name: "longitude", size: 4, signed: true, scale: 1e6 },
  { name: "speed", size: 2, signed: false, scale: 10 },
  { name: "heading", size: 2, signed: false, scale: 1 },
  { name: "temperature", size: 2, signed: true, scale: 100 },
  { name: "battery", size: 2, signed: false, scale: 1000 },
];

const read = (bytes, at, { size, signed }) => {
  let value = 0;
  for (let index = 0; index < size; index++) value = value * 256 + bytes[at + index];
  const half = 2 ** (8 * size - 1);
  return signed && value >= half ? value - 2 * half : value;
};

function decodeUplink({ bytes, fPort, recvTime }) {
  if (bytes.length < 20) throw new Error(`frame of ${bytes.length} bytes`);
  const data = {};
  let at = 0;
  for (const field of FIELDS) {
    data[field.name] = read(bytes, at, field) / field.scale;
    at += field.size;
  }
  const age = read(bytes, at, { size: 4, signed: false });
  data.time = new Date(recvTime.getTime() - age * 1000).toISOString();
  data.flags = ["moving", "charging", "tamper"].filter((_, bit) => (fPort >> bit) & 1);
  return { data, warnings: [] };
}
