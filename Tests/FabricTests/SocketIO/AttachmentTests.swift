import Fabric
import Testing
import Wire

/// S-1: bytes that belong to events and acknowledgements.
struct AttachmentTests {
    @Test("S-1: an event is handed up when its last attachment has come")
    func attachments() {
        var talk = Talk()
        talk.join()
        let header = #"52-9["m",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]"#
        #expect(talk.say(header).events == [])
        #expect(talk.say([1, 2]).events == [])
        #expect(
            talk.say([3]).events == [
                .event(
                    namespace: "/", name: "m",
                    SocketIOArguments(
                        [.attachment(1), .attachment(0)], attachments: [[1, 2], [3]]),
                    acknowledgement: 9)
            ])
        #expect(talk.say(#"2["next"]"#).events.count == 1)
    }

    @Test("S-1: an event that announces no attachments is complete")
    func noAttachments() {
        var talk = Talk()
        talk.join()
        #expect(talk.say(#"50-["m"]"#).events.count == 1)
        #expect(talk.say([1]).closes)
    }

    @Test("S-1: attachments go out behind the packet that announces them")
    func sendsAttachments() {
        var talk = Talk()
        talk.join()
        let arguments = SocketIOArguments(
            ["x", .attachment(0), .attachment(1)], attachments: [[1], [2, 3]])
        talk.session.emit("m", arguments)
        talk.session.acknowledge(15, arguments)
        let placeholders = #""x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}"#
        #expect(
            talk.take().texts == [
                #"52-["m",\#(placeholders)]"#, "<01>", "<0203>", "62-15[\(placeholders)]", "<01>",
                "<0203>",
            ])
    }

    @Test("S-1: an acknowledgement with an attachment is handed up whole")
    func acknowledgedWithAttachment() {
        var talk = Talk()
        talk.join()
        _ = talk.session.emit("a", acknowledgedBy: talk.now + 1000)
        _ = talk.take()
        #expect(talk.say(#"61-0[{"_placeholder":true,"num":0}]"#).events == [])
        #expect(
            talk.say([9]).events == [
                .acknowledged(0, SocketIOArguments([.attachment(0)], attachments: [[9]]))
            ])
    }

    @Test("S-1: a text between attachments, or bytes without a header, ends the session")
    func outOfTurn() {
        var talk = Talk()
        talk.join()
        _ = talk.say(#"51-["m",{"_placeholder":true,"num":0}]"#)
        #expect(talk.say(#"2["a"]"#).closes)
        var other = Talk()
        other.join()
        #expect(other.say([1]).closes)
    }

    @Test("S-1: attachments are bounded in bytes and time")
    func attachmentLimits() {
        var limits = SocketIOLimits()
        limits.attachmentBytes = 10
        let header = #"52-["m",{"_placeholder":true,"num":0}]"#
        var talk = Talk(limits: limits)
        talk.join()
        _ = talk.say(header)
        #expect(!talk.say([0, 0, 0, 0, 0]).closes)
        #expect(talk.say([0, 0, 0, 0, 0]).events.count == 1)
        _ = talk.say(header)
        _ = talk.say([0, 0, 0, 0, 0])
        #expect(talk.say([0, 0, 0, 0, 0, 0]).closes)
        var slow = Talk(limits: limits)
        slow.join()
        _ = slow.say(header)
        #expect(!slow.wait(29_999).closes)
        #expect(slow.wait(1).closes)
    }
}
