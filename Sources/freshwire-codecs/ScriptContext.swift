import CJavaScriptCore
import CodecMessages

/// A world for one codec: a heap and globals of its own, and a guard over the time it takes.
@safe final class ScriptContext {
    let group: JSContextGroupRef
    let reference: JSGlobalContextRef
    private let guardian: Guard

    init(guardian: Guard) throws(ScriptFailure) {
        guard let group = unsafe JSContextGroupCreate() else { throw .outOfMemory }
        guard let reference = unsafe JSGlobalContextCreateInGroup(group, nil) else {
            unsafe JSContextGroupRelease(group)
            throw .outOfMemory
        }
        unsafe self.group = unsafe group
        unsafe self.reference = unsafe reference
        self.guardian = guardian
        unsafe guardian.watch(group)
    }

    deinit {
        unsafe JSGlobalContextRelease(reference)
        unsafe JSContextGroupRelease(group)
    }

    /// Checks that the text is a script by itself.
    func checkSyntax(_ text: String) throws(ScriptFailure) {
        var exception: JSValueRef?
        let isScript = unsafe ScriptText(text).withReference { script in
            unsafe JSCheckScriptSyntax(reference, script, nil, 1, &exception)
        }
        guard !isScript else { return }
        throw .notCompiled(unsafe words(of: exception))
    }

    func evaluate(_ text: String) throws(ScriptFailure) -> JSValueRef {
        var exception: JSValueRef?
        guardian.begin()
        let value = unsafe ScriptText(text).withReference { script in
            unsafe JSEvaluateScript(reference, script, nil, nil, 1, &exception)
        }
        guard let value = unsafe value else { throw unsafe failure(exception) }
        return unsafe value
    }

    /// Evaluates a text whose value is a function.
    func function(_ text: String) throws(ScriptFailure) -> JSObjectRef {
        let value = unsafe try evaluate(text)
        return unsafe try object(value)
    }

    func object(_ value: JSValueRef?) throws(ScriptFailure) -> JSObjectRef {
        guard let object = unsafe JSValueToObject(reference, value, nil) else {
            throw .noSuchFunction
        }
        return unsafe object
    }

    /// Calls a function; the arguments lie on the caller's stack, where the collector sees them.
    func call(
        _ function: JSObjectRef, _ arguments: UnsafeMutableBufferPointer<JSValueRef?>
    ) throws(ScriptFailure) -> JSValueRef {
        var exception: JSValueRef?
        guardian.begin()
        let value = unsafe JSObjectCallAsFunction(
            reference, function, nil, arguments.count, arguments.baseAddress, &exception)
        guard let value = unsafe value else { throw unsafe failure(exception) }
        return unsafe value
    }

    /// Why a call gave no value.
    private func failure(_ exception: JSValueRef?) -> ScriptFailure {
        switch guardian.verdict {
        case .timedOut: return .timedOut
        case .outOfMemory: return .outOfMemory
        case nil: break
        }
        let thrown = unsafe words(of: exception)
        // Making words of what was thrown runs the script's own code, which may run for ever.
        switch guardian.verdict {
        case .timedOut: return .timedOut
        case .outOfMemory: return .outOfMemory
        case nil: return ScriptFailure(thrown: thrown)
        }
    }

    private func words(of exception: JSValueRef?) -> String {
        guard let exception = unsafe exception else { return "an exception without a value" }
        guardian.begin()
        guard let text = unsafe JSValueToStringCopy(reference, exception, nil) else {
            return "an exception that has no text"
        }
        return unsafe ScriptText(taking: text).prefix(CodecBounds.remarkLength)
    }
}

/// A string of the engine's, released once.
@safe final class ScriptText {
    private let reference: JSStringRef

    init(_ text: String) {
        let units = Array(text.utf16)
        // Never nil: an allocation that fails ends the process.
        unsafe reference = JSStringCreateWithCharacters(units, units.count)
    }

    init(taking reference: JSStringRef) {
        unsafe self.reference = unsafe reference
    }

    deinit {
        unsafe JSStringRelease(reference)
    }

    /// Lends the string for as long as the body runs.
    func withReference<Value>(_ body: (JSStringRef) -> Value) -> Value {
        defer { withExtendedLifetime(self) {} }
        return unsafe body(reference)
    }

    /// In UTF-16 units.
    var length: Int { unsafe JSStringGetLength(reference) }

    func prefix(_ units: Int) -> String {
        guard let start = unsafe JSStringGetCharactersPtr(reference) else { return "" }
        let buffer = unsafe UnsafeBufferPointer(start: start, count: min(units, length))
        return unsafe String(decoding: buffer, as: UTF16.self)
    }

    /// Appends the text as UTF-8; halves of surrogate pairs become the replacement character.
    func append(to bytes: inout [UInt8]) {
        let start = bytes.count
        let room = unsafe JSStringGetMaximumUTF8CStringSize(reference)
        bytes.append(contentsOf: repeatElement(0, count: room))
        let written = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe JSStringGetUTF8CString(
                reference,
                buffer.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self), room)
        }
        // It counts the zero behind the text.
        bytes.removeLast(room - max(written - 1, 0))
    }
}
