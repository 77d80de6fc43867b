extension Prelude {
    /// The part of Node's `Buffer` that codecs use: a byte array with a few readers.
    ///
    /// As in Node, `slice` and `subarray` share the bytes, and a read beyond the end throws.
    static let buffer = """
        const digits = "0123456789abcdef";
        const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const fromHex = (text) => {
            const bytes = [];
            for (let index = 0; index + 1 < text.length; index += 2) {
                const value = parseInt(text.slice(index, index + 2), 16);
                if (!/^[0-9a-fA-F]{2}$/.test(text.slice(index, index + 2))) break;
                bytes.push(value);
            }
            return bytes;
        };
        const fromBase64 = (text) => {
            const bytes = [];
            let gathered = 0, bits = 0;
            for (let letter of text) {
                if (letter === "=") break;
                if (letter === "-") letter = "+"; else if (letter === "_") letter = "/";
                const value = letters.indexOf(letter);
                if (value < 0) continue;
                gathered = (gathered << 6 | value) & 0xffffff;
                bits += 6;
                if (bits >= 8) { bits -= 8; bytes.push(gathered >> bits & 255); }
            }
            return bytes;
        };
        const fromUTF8 = (text) => {
            const bytes = [];
            for (const letter of text) {
                let code = letter.codePointAt(0);
                if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
                if (code < 0x80) bytes.push(code);
                else if (code < 0x800) bytes.push(code >> 6 | 0xc0, code & 63 | 128);
                else if (code < 0x10000)
                    bytes.push(code >> 12 | 0xe0, code >> 6 & 63 | 128, code & 63 | 128);
                else bytes.push(code >> 18 | 0xf0, code >> 12 & 63 | 128, code >> 6 & 63 | 128,
                    code & 63 | 128);
            }
            return bytes;
        };
        const fromUnits = (text) => Array.from(text, (letter) => letter.charCodeAt(0) & 255);
        const toUTF8Text = (bytes) => {
            let text = "", index = 0;
            while (index < bytes.length) {
                const first = bytes[index++];
                if (first < 0x80) { text += String.fromCharCode(first); continue; }
                const more = first >= 0xf0 && first < 0xf5 ? 3 : first >= 0xe0 && first < 0xf0 ? 2
                    : first >= 0xc2 && first < 0xe0 ? 1 : 0;
                let code = more === 3 ? first & 7 : more === 2 ? first & 15 : first & 31, seen = 0;
                while (seen < more && (bytes[index] & 0xc0) === 0x80) {
                    const next = code << 6 | bytes[index] & 63;
                    if (seen === 0 && (more === 2 && (next < 0x20 || next >= 0x360 && next < 0x380)
                        || more === 3 && (next < 0x10 || next >= 0x110))) break;
                    code = next; index++; seen++;
                }
                text += more > 0 && seen === more ? String.fromCodePoint(code) : "\\ufffd";
            }
            return text;
        };
        const toBase64 = (bytes) => {
            let text = "";
            for (let index = 0; index < bytes.length; index += 3) {
                const rest = bytes.length - index;
                const group = bytes[index] << 16 | (bytes[index + 1] || 0) << 8
                    | (bytes[index + 2] || 0);
                text += letters[group >> 18] + letters[group >> 12 & 63]
                    + (rest > 1 ? letters[group >> 6 & 63] : "=")
                    + (rest > 2 ? letters[group & 63] : "=");
            }
            return text;
        };
        const encode = (text, encoding) => {
            switch (String(encoding === undefined ? "utf8" : encoding).toLowerCase()) {
            case "hex": return fromHex(text);
            case "base64": case "base64url": return fromBase64(text);
            case "utf8": case "utf-8": return fromUTF8(text);
            case "ascii": case "latin1": case "binary": return fromUnits(text);
            default: throw new TypeError("Unknown encoding: " + encoding);
            }
        };
        class Buffer extends Uint8Array {
            static from(value, encoding, length) {
                if (typeof value === "string") value = encode(value, encoding);
                else if (value instanceof ArrayBuffer)
                    return new ByteBuffer(value, encoding || 0, length);
                const source = value && value.type === "Buffer" && isArray(value.data)
                    ? value.data : value;
                const buffer = new ByteBuffer(source.length);
                for (let index = 0; index < buffer.length; index++) buffer[index] = source[index];
                return buffer;
            }
            static alloc(size, fill) {
                const buffer = new ByteBuffer(size);
                return fill === undefined ? buffer : buffer.fill(fill);
            }
            static allocUnsafe(size) { return new ByteBuffer(size); }
            static isBuffer(value) { return value instanceof ByteBuffer; }
            static byteLength(text, encoding) {
                return typeof text === "string" ? encode(text, encoding).length : text.byteLength;
            }
            static concat(list, length) {
                const all = [];
                for (const part of list) for (const byte of part) all.push(byte);
                const buffer = new ByteBuffer(length === undefined ? all.length : length);
                buffer.set(all.slice(0, buffer.length));
                return buffer;
            }
            toString(encoding, start, end) {
                const bytes = start === undefined && end === undefined
                    ? this : this.subarray(start, end);
                let text = "";
                switch (String(encoding === undefined ? "utf8" : encoding).toLowerCase()) {
                case "hex":
                    for (let index = 0; index < bytes.length; index++)
                        text += digits[bytes[index] >> 4] + digits[bytes[index] & 15];
                    return text;
                case "base64": return toBase64(bytes);
                case "base64url":
                    return toBase64(bytes).replace(/=/g, "").replace(/\\+/g, "-")
                        .replace(/\\//g, "_");
                case "utf8": case "utf-8": return toUTF8Text(bytes);
                case "ascii":
                    for (let index = 0; index < bytes.length; index++)
                        text += String.fromCharCode(bytes[index] & 127);
                    return text;
                case "latin1": case "binary":
                    for (let index = 0; index < bytes.length; index++)
                        text += String.fromCharCode(bytes[index]);
                    return text;
                default: throw new TypeError("Unknown encoding: " + encoding);
                }
            }
            toJSON() { return { type: "Buffer", data: Array.from(this) }; }
            slice(start, end) { return this.subarray(start, end); }
            equals(other) {
                return this.length === other.length && this.every((byte, at) => byte === other[at]);
            }
            readUIntBE(at, size) {
                let value = 0;
                for (let index = 0; index < size; index++)
                    value = value * 256 + this.readUInt8(at + index);
                return value;
            }
            readUIntLE(at, size) {
                let value = 0;
                for (let index = size - 1; index >= 0; index--)
                    value = value * 256 + this.readUInt8(at + index);
                return value;
            }
            readIntBE(at, size) {
                const value = this.readUIntBE(at, size), half = 2 ** (8 * size - 1);
                return value >= half ? value - 2 * half : value;
            }
            readIntLE(at, size) {
                const value = this.readUIntLE(at, size), half = 2 ** (8 * size - 1);
                return value >= half ? value - 2 * half : value;
            }
        }
        const ByteBuffer = Buffer;
        const view = (buffer, at, size) => {
            if (!Number.isInteger(at) || at < 0 || at + size > buffer.length)
                throw new RangeError("The value of \\"offset\\" is out of range.");
            return new DataView(buffer.buffer, buffer.byteOffset + at, size);
        };
        for (const [name, method, size, alias] of [
            ["Int8", "Int8", 1], ["UInt8", "Uint8", 1], ["Int16", "Int16", 2],
            ["UInt16", "Uint16", 2], ["Int32", "Int32", 4], ["UInt32", "Uint32", 4],
            ["Float", "Float32", 4], ["Double", "Float64", 8], ["BigInt64", "BigInt64", 8],
            ["BigUInt64", "BigUint64", 8]]) {
            const read = DataView.prototype["get" + method];
            const write = DataView.prototype["set" + method];
            for (const order of size === 1 ? [""] : ["LE", "BE"]) {
                const little = order === "LE";
                const reader = function (at = 0) { return apply(read, view(this, at, size), [0, little]); };
                const writer = function (value, at = 0) {
                    apply(write, view(this, at, size), [0, value, little]);
                    return at + size;
                };
                define(Buffer.prototype, "read" + name + order, reader);
                define(Buffer.prototype, "write" + name + order, writer);
                define(Buffer.prototype, "read" + name.replace("UInt", "Uint") + order, reader);
                define(Buffer.prototype, "write" + name.replace("UInt", "Uint") + order, writer);
            }
        }
        // Called without `new`, or with the text or list that `from` takes: the way of older code.
        function OldBuffer(value, encoding, length) {
            return typeof value === "number" ? Buffer.alloc(value)
                : Buffer.from(value, encoding, length);
        }
        Object.setPrototypeOf(OldBuffer, Buffer);
        OldBuffer.prototype = Buffer.prototype;
        define(Buffer.prototype, "constructor", OldBuffer);
        define(OldBuffer, "name", "Buffer");
        """
}
