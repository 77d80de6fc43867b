// Channel, type and value, again and again, 17 bytes, with helpers and an old signature.
function Decoder(bytes, port) {
  var decoded = {};
  for (var i = 0; i < bytes.length;) {
    var channel = bytes[i++];
    var type = bytes[i++];
    if (channel === 0x01 && type === 0x75) {
      decoded.battery = bytes[i];
      i += 1;
    } else if (channel === 0x03 && type === 0x67) {
      decoded.temperature = signed(bytes.slice(i, i + 2)) / 10;
      i += 2;
    } else if (channel === 0x04 && type === 0x68) {
      decoded.humidity = bytes[i] / 2;
      i += 1;
    } else if (channel === 0x05 && type === 0x00) {
      decoded.door = bytes[i] === 0 ? "close" : "open";
      i += 1;
    } else if (channel === 0x06 && type === 0x7d) {
      decoded.count = unsigned(bytes.slice(i, i + 2));
      i += 2;
    } else {
      break;
    }
  }
  return decoded;
}

function unsigned(bytes) {
  var value = (bytes[1] << 8) + bytes[0];
  return value & 0xffff;
}

function signed(bytes) {
  var value = unsigned(bytes);
  return value > 0x7fff ? value - 0x10000 : value;
}
