import Testing
import Wire

struct RawMemberTests {
    static let found: [(text: String, value: String?)] = [
        (#"{"payload":{}}"#, "{}"),
        (#"{"a":1,"payload": 5 ,"b":2}"#, "5"),
        (#"{"payload":"a,}\"b"}"#, #""a,}\"b""#),
        (#"{"payload":[{"payload":1},2] }"#, #"[{"payload":1},2]"#),
        (#" { "x" : {"payload":1} , "payload" : null } "#, "null"),
        (#"{"x":{"payload":1}}"#, nil),
        (#"{"x":"\"payload\":1"}"#, nil),
        (#"{"p\u0061yload":1}"#, nil),
        ("{}", nil),
    ]

    @Test(
        "The text of a member is found where it stands, and not in another value", arguments: found)
    func members(text: String, value: String?) {
        let bytes = Array(text.utf8)
        switch RawMember.place(of: "payload", in: bytes) {
        case .at(let range): #expect(String(decoding: bytes[range], as: UTF8.self) == value)
        case .absent: #expect(value == nil)
        case .unclear: Issue.record("unclear: \(text)")
        }
    }

    @Test(
        "What is no object, is cut off or has the member twice is unclear",
        arguments: [
            "", "[]", "{", "\"", #"{"payload":1"#, #"{"payload"#, #"{"payload":"a"#,
            #"{"payload":1,"payload":2}"#, #"{"a":"\"#, "}{", #"{a:1}"#,
        ])
    func unclear(text: String) {
        #expect(RawMember.place(of: "payload", in: Array(text.utf8)) == .unclear)
    }
}
