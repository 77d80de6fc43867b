import Testing

@Suite("The part of Node's Buffer that codecs use")
struct BufferTests {
    /// Each is an expression over `b`, a buffer of `bytes`, and what Node 20 makes of it.
    static let expressions: [(String, String)] = [
        ("b.toString('hex')", #""fe0102fff8c3a941""#),
        ("b.toString('base64')", #""/gEC//jDqUE=""#),
        ("b.toString('base64url')", #""_gEC__jDqUE""#),
        ("b.slice(5).toString()", #""éA""#),
        ("b.toString('utf8', 5, 7)", #""é""#),
        ("b.slice(0, 2).toString('utf-8')", "\"\u{fffd}\\u0001\""),
        ("b.slice(5).toString('ascii')", #""C)A""#),
        ("b.slice(5).toString('latin1')", #""Ã©A""#),
        ("b.readUInt8(0)", "254"), ("b.readInt8(0)", "-2"), ("b.readUint8()", "254"),
        ("b.readUInt16BE(0)", "65025"), ("b.readUInt16LE(0)", "510"),
        ("b.readInt16BE(0)", "-511"), ("b.readInt16LE(0)", "510"),
        ("b.readUInt32BE(0)", "4261479167"), ("b.readUInt32LE(0)", "4278321662"),
        ("b.readInt32BE(0)", "-33488129"), ("b.readInt32LE(0)", "-16645634"),
        ("b.readUIntBE(0, 3)", "16646402"), ("b.readIntLE(0, 3)", "131582"),
        ("b.readIntBE(0, 3)", "-130814"),
        ("Buffer.from('41c80000', 'hex').readFloatBE(0)", "25"),
        ("Buffer.from('0000c841', 'hex').readFloatLE(0)", "25"),
        ("Buffer.from('4039000000000000', 'hex').readDoubleBE()", "25"),
        ("Number(Buffer.from('ffffffffffffffff', 'hex').readBigInt64LE())", "-1"),
        ("b.length", "8"), ("b[7]", "65"), ("b.slice(-2).length", "2"),
        ("Buffer.concat([b.slice(0, 1), Buffer.from([1, 2])]).toString('hex')", #""fe0102""#),
        ("Buffer.from('_gEC', 'base64').toString('hex')", #""fe0102""#),
        ("Buffer.from('0g11', 'hex').length", "0"),
        ("Buffer.from('abc').toString('hex')", #""616263""#),
        ("new Buffer([256, -1, 1.9]).toString('hex')", #""00ff01""#),
        ("Buffer([1, 2]).length", "2"), ("Buffer.isBuffer(b)", "true"),
        ("b instanceof Uint8Array", "true"), ("b instanceof Buffer", "true"),
        ("Array.isArray(b)", "false"), ("Buffer.alloc(2, 7).toString('hex')", #""0707""#),
        ("b.slice(0, 2)", #"{"type":"Buffer","data":[254,1]}"#),
        ("(() => { const s = b.slice(1, 3); s[0] = 9; return b[1]; })()", "9"),
        ("(() => { b.writeUInt16BE(513, 0); return b.readUInt16LE(0); })()", "258"),
        ("b.map((x) => 1).toString('hex')", #""0101010101010101""#),
        ("Buffer.byteLength('é')", "2"), ("b.equals(Buffer.from(b))", "true"),
        ("(() => { try { b.readUInt16BE(7); } catch (e) { return e.name; } })()", #""RangeError""#),
    ]

    @Test("B-3: it answers as Node does")
    func asNode() throws {
        let sandbox = Sandbox()
        for (number, (expression, _)) in Self.expressions.enumerated() {
            try sandbox.load(
                UInt32(number),
                """
                function Decoder(bytes) { var b = Buffer.from(bytes); return { v: \(expression) }; }
                """)
            sandbox.begin(UInt32(number), [0xFE, 1, 2, 0xFF, 0xF8, 0xC3, 0xA9, 0x41])
        }
        for (answer, (expression, value)) in zip(sandbox.finish(), Self.expressions) {
            #expect(answer == .data("{\"v\":\(value)}"), "\(expression)")
        }
    }
}
