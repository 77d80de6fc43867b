import Fabric
import Testing
import Wire

/// S-1: the packets of Socket.IO, to the letter.
struct SocketIOPacketTests {
    struct Form: CustomTestStringConvertible {
        var text: String
        var packet: SocketIOPacket
        var testDescription: String { text }

        init(_ text: String, _ packet: SocketIOPacket) {
            self.text = text
            self.packet = packet
        }
    }

    /// Texts as they stand on the wire, and what they say.
    static let forms = [
        Form("0", SocketIOPacket(.connect(nil))),
        Form(#"0{"token":"123"}"#, SocketIOPacket(.connect(["token": "123"]))),
        Form("0{}", SocketIOPacket(.connect([:]))),
        Form(
            #"0/admin,{"sid":"oSO0"}"#,
            SocketIOPacket(.connect(["sid": "oSO0"]), namespace: "/admin")),
        Form("1", SocketIOPacket(.disconnect)),
        Form("1/admin,", SocketIOPacket(.disconnect, namespace: "/admin")),
        Form(#"2["foo"]"#, SocketIOPacket(.event(["foo"], acknowledgement: nil))),
        Form(
            #"2/admin,["bar"]"#,
            SocketIOPacket(.event(["bar"], acknowledgement: nil), namespace: "/admin")),
        Form(#"212["foo"]"#, SocketIOPacket(.event(["foo"], acknowledgement: 12))),
        Form(
            #"2/admin,12["foo",1,null]"#,
            SocketIOPacket(.event(["foo", 1, nil], acknowledgement: 12), namespace: "/admin")),
        Form(#"20["a"]"#, SocketIOPacket(.event(["a"], acknowledgement: 0))),
        Form(#"2[7,"a"]"#, SocketIOPacket(.event([7, "a"], acknowledgement: nil))),
        Form(#"2[1.5]"#, SocketIOPacket(.event([1.5], acknowledgement: nil))),
        Form(#"2[""]"#, SocketIOPacket(.event([""], acknowledgement: nil))),
        Form(
            #"29007199254740992["a"]"#,
            SocketIOPacket(.event(["a"], acknowledgement: 1 << 53))),
        Form(#"312["bar"]"#, SocketIOPacket(.acknowledgement(["bar"], of: 12))),
        Form("312[]", SocketIOPacket(.acknowledgement([], of: 12))),
        Form(
            #"3/admin,1[{"a":[]}]"#,
            SocketIOPacket(.acknowledgement([["a": []]], of: 1), namespace: "/admin")),
        Form(
            #"4/random,{"message":"Invalid namespace"}"#,
            SocketIOPacket(
                .connectError(["message": "Invalid namespace"]), namespace: "/random")),
        Form(#"4"no""#, SocketIOPacket(.connectError("no"))),
        Form(
            #"52-["m",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#,
            SocketIOPacket(
                .event(["m", .attachment(0), .attachment(1)], acknowledgement: nil),
                attachments: 2)),
        Form(
            #"51-/admin,7["m",{"a":[{"_placeholder":true,"num":0}]}]"#,
            SocketIOPacket(
                .event(["m", ["a": [.attachment(0)]]], acknowledgement: 7),
                namespace: "/admin", attachments: 1)),
        Form(
            #"50-["m"]"#,
            SocketIOPacket(.event(["m"], acknowledgement: nil), attachments: 0)),
        Form(
            #"61-15["bar",{"_placeholder":true,"num":0}]"#,
            SocketIOPacket(
                .acknowledgement(["bar", .attachment(0)], of: 15), attachments: 1)),
        Form(
            #"510-["m"]"#,
            SocketIOPacket(.event(["m"], acknowledgement: nil), attachments: 10)),
    ]

    private func parse(
        _ text: String, limits: SocketIOLimits = SocketIOLimits()
    ) throws(SocketIOPacketError) -> SocketIOPacket {
        try SocketIOPacket(text: Array(text.utf8)[...], limits: limits) {
            JSONReading.value(of: $0)
        }
    }

    @Test("S-1: a text is read as the packet it is", arguments: forms)
    func reads(_ form: Form) throws {
        #expect(try parse(form.text) == form.packet)
    }

    @Test("S-1: a packet is written as the text it is", arguments: forms)
    func writes(_ form: Form) {
        #expect(String(decoding: form.packet.text, as: UTF8.self) == form.text)
    }

    @Test(
        "S-1: other texts of the same packet are read too",
        arguments: [
            ("0/admin", SocketIOPacket(.connect(nil), namespace: "/admin")),
            ("0/,", SocketIOPacket(.connect(nil))),
            ("1/admin", SocketIOPacket(.disconnect, namespace: "/admin")),
            (#"2/,["a"]"#, SocketIOPacket(.event(["a"], acknowledgement: nil))),
            (#"2007["a"]"#, SocketIOPacket(.event(["a"], acknowledgement: 7))),
            (
                "0/admin?token=1,{}",
                SocketIOPacket(.connect([:]), namespace: "/admin?token=1")
            ),
        ])
    func variants(text: String, packet: SocketIOPacket) throws {
        #expect(try parse(text) == packet)
    }

    static let refused: [(String, SocketIOPacketError)] = [
        ("", .unknownKind), ("7", .unknownKind), ("abc", .unknownKind), (" 0", .unknownKind),
        (#"["a"]"#, .unknownKind),
        // CONNECT: an object or nothing.
        ("0[]", .wrongPayload), (#"0"a""#, .wrongPayload), ("0null", .wrongPayload),
        ("0{", .notJSON), ("01", .wrongAcknowledgement), ("0x", .notJSON),
        // DISCONNECT: nothing.
        ("1{}", .wrongPayload), ("1[]", .wrongPayload), (#"1"a""#, .wrongPayload),
        ("1/admin,{}", .wrongPayload), ("11", .wrongAcknowledgement),
        // EVENT: a name and arguments.
        ("2", .wrongPayload), ("2/admin,", .wrongPayload), ("2[]", .wrongPayload),
        ("2{}", .wrongPayload), (#"2"a""#, .wrongPayload), ("2[null]", .wrongPayload),
        ("2[true]", .wrongPayload), ("2[{}]", .wrongPayload), (#"2[["a"]]"#, .wrongPayload),
        (#"2["connect"]"#, .wrongPayload), (#"2["connect_error"]"#, .wrongPayload),
        (#"2["disconnect"]"#, .wrongPayload), (#"2["disconnecting"]"#, .wrongPayload),
        (#"2["newListener"]"#, .wrongPayload), (#"2["removeListener"]"#, .wrongPayload),
        (#"2["a""#, .notJSON), (#"2-1["a"]"#, .notJSON), (#"2 12["a"]"#, .notJSON),
        ("2[a]", .notJSON), (#"212"#, .wrongPayload),
        // Acknowledgement numbers.
        (#"29007199254740993["a"]"#, .wrongAcknowledgement),
        (#"2"# + String(repeating: "9", count: 400) + #"["a"]"#, .wrongAcknowledgement),
        // ACK: a number and an array.
        ("3[]", .wrongAcknowledgement), ("3", .wrongAcknowledgement), ("31", .wrongPayload),
        ("31{}", .wrongPayload), (#"31"a""#, .wrongPayload),
        ("318446744073709551616[]", .wrongAcknowledgement),
        // CONNECT_ERROR: a text or an object.
        ("4", .wrongPayload), ("4[]", .wrongPayload), ("4null", .wrongPayload),
        // Attachments.
        (#"5["a"]"#, .wrongAttachments), (#"51["a"]"#, .wrongAttachments),
        (#"5-["a"]"#, .wrongAttachments), (#"5--1-["a"]"#, .wrongAttachments),
        (#"51.5-["a"]"#, .wrongAttachments), (#"5a-["a"]"#, .wrongAttachments),
        (#"51"#, .wrongAttachments), (#"511-["a"]"#, .tooManyAttachments),
        (#"51000000-["a"]"#, .tooManyAttachments),
        (#"599999999999999999999-["a"]"#, .wrongAttachments), ("6[]", .wrongAttachments),
        ("61-[]", .wrongAcknowledgement), ("51-", .wrongPayload), ("51-[]", .wrongPayload),
        // Placeholders.
        (#"51-["a",{"_placeholder":true,"num":1}]"#, .wrongPlaceholder),
        (#"51-["a",{"_placeholder":true,"num":-1}]"#, .wrongPlaceholder),
        (#"51-["a",{"_placeholder":true,"num":0.5}]"#, .wrongPlaceholder),
        (#"51-["a",{"_placeholder":true,"num":"0"}]"#, .wrongPlaceholder),
        (#"51-["a",{"_placeholder":true,"num":"splice"}]"#, .wrongPlaceholder),
        (#"51-["a",{"_placeholder":true,"num":null}]"#, .wrongPlaceholder),
        (#"51-["a",{"_placeholder":true}]"#, .wrongPlaceholder),
        (#"51-["a",{"_placeholder":true,"num":9223372036854775807}]"#, .wrongPlaceholder),
        (#"51-["a",{"_placeholder":true,"num":1e300}]"#, .wrongPlaceholder),
        (#"51-["a",{"_placeholder":false,"_placeholder":true,"num":5}]"#, .wrongPlaceholder),
        (#"51-["a",{"_placeholder":true,"num":0,"num":5}]"#, .wrongPlaceholder),
        (#"51-["a",[{"b":{"_placeholder":true,"num":1}}]]"#, .wrongPlaceholder),
        (#"50-["a",{"_placeholder":true,"num":0}]"#, .wrongPlaceholder),
        (#"61-1[{"_placeholder":true,"num":1}]"#, .wrongPlaceholder),
    ]

    @Test("S-1: what is no packet is refused, each for its reason", arguments: refused)
    func refuses(text: String, error: SocketIOPacketError) {
        #expect(throws: error) { try parse(text) }
    }

    @Test("S-1: a placeholder in a packet without attachments is plain data")
    func plainPlaceholder() throws {
        let text = #"2["a",{"_placeholder":true,"num":3}]"#
        #expect(
            try parse(text) == SocketIOPacket(.event(["a", .attachment(3)], acknowledgement: nil)))
    }

    @Test("S-1: a namespace's name is bounded and must be text")
    func namespaces() throws {
        let longest = "/" + String(repeating: "n", count: 127)
        #expect(try parse("0" + longest).namespace == longest)
        #expect(throws: SocketIOPacketError.wrongNamespace) { try parse("0" + longest + "n") }
        #expect(throws: SocketIOPacketError.wrongNamespace) {
            try SocketIOPacket(text: [0x30, 0x2F, 0xC3, 0x28], limits: SocketIOLimits()) { _ in nil
            }
        }
    }

    @Test("S-1: deep JSON is refused before anything reads it")
    func depth() throws {
        func nested(_ depth: Int, in opening: String, _ closing: String) -> String {
            String(repeating: opening, count: depth) + String(repeating: closing, count: depth)
        }
        // The payload's own array is the first level.
        #expect(throws: Never.self) { try parse(#"2["a","# + nested(63, in: "[", "]") + "]") }
        for text in [
            #"2["a","# + nested(64, in: "[", "]") + "]", "0" + nested(100_000, in: #"{"a":"#, "}"),
            "2" + String(repeating: "[", count: 500_000),
            "2" + String(repeating: "]", count: 1000) + String(repeating: "[", count: 2000),
        ] {
            var isRead = false
            #expect(throws: SocketIOPacketError.tooDeep) {
                try SocketIOPacket(text: Array(text.utf8)[...], limits: SocketIOLimits()) { _ in
                    isRead = true
                    return nil
                }
            }
            #expect(!isRead)
        }
    }

    @Test("S-1: brackets in texts are not nesting")
    func bracketsInTexts() throws {
        let brackets = String(repeating: "[{", count: 500)
        #expect(throws: Never.self) { try parse(#"2["a","\#(brackets)\"\#(brackets)\\"]"#) }
    }

    @Test("S-1: an event for many is one frame, with its namespace and offset")
    func sharedFrame() {
        var text = SocketIOEventText()
        var frame: [UInt8] = []
        text.appendFrame("order:status", to: &frame) { $0.value("O1") }
        text.appendFrame("a", namespace: "/admin", offset: "e1-7", to: &frame) { writer in
            writer.object { $0.member("b", true) }
            writer.raw(Array("[1]".utf8))
        }
        text.appendFrame("empty", to: &frame) { _ in }
        #expect(
            EngineIORoom.messages(in: frame) == [
                #"42["order:status","O1"]"#, #"42/admin,["a",{"b":true},[1],"e1-7"]"#,
                #"42["empty"]"#,
            ])
    }
}
