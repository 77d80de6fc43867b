// Fixed positions, 11 bytes: temperature, humidity, battery and a probe, as many bag sensors send.
function decodeUplink(input) {
  var bytes = input.bytes;
  if (input.fPort !== 2) {
    return { errors: ["unknown port " + input.fPort] };
  }
  var data = {};
  var voltage = ((bytes[0] << 8) | bytes[1]) & 0x3fff;
  data.battery = voltage / 1000;
  data.battery_status = bytes[0] >> 6;
  data.temperature = parseFloat((((bytes[2] << 24) >> 16 | bytes[3]) / 100).toFixed(2));
  data.humidity = parseFloat((((bytes[4] << 8) | bytes[5]) / 10).toFixed(1));
  var kind = bytes[6] & 0x7f;
  if (kind === 1) {
    data.probe = parseFloat((((bytes[7] << 24) >> 16 | bytes[8]) / 100).toFixed(2));
    data.probe_present = !(bytes[7] === 0x7f && bytes[8] === 0xff);
  }
  data.node = "bag";
  return { data: data };
}
