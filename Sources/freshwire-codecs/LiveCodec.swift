import CJavaScriptCore
import CodecMessages

/// A frame that a codec is to decode, as it lies in a request.
struct DecodeCall {
    var receivedMilliseconds: Int64 = 0
    var port: UInt8 = 0
    var bytes: [UInt8] = []
    var variables: [(name: String, value: String)] = []
}

/// A codec that is compiled and ready to be called.
@safe final class LiveCodec {
    let signature: CodecSignature
    private let context: ScriptContext
    private let run: JSObjectRef
    private let remark: JSObjectRef
    /// The numbers 0 to 255, made once: a frame is made of them.
    private let byteValues: [JSValueRef?]
    private var elements: [JSValueRef?] = unsafe []

    private static let prelude = Prelude.source(
        remarks: CodecBounds.remarks, length: CodecBounds.remarkLength)

    init(source: [UInt8], guardian: Guard) throws(ScriptFailure) {
        let text = String(decoding: source, as: UTF8.self)
        let context = try ScriptContext(guardian: guardian)
        self.context = context
        try context.checkSyntax(text)
        let tools = unsafe try context.object(context.evaluate(Self.prelude))
        let reference = unsafe context.reference
        let inspect = unsafe try context.object(
            JSObjectGetPropertyAtIndex(reference, tools, 0, nil))
        let prepare = unsafe try context.object(
            JSObjectGetPropertyAtIndex(reference, tools, 1, nil))
        unsafe remark = try context.object(JSObjectGetPropertyAtIndex(reference, tools, 2, nil))
        unsafe JSValueProtect(reference, remark)
        let factory = unsafe try context.function(Prelude.before + text + Prelude.after)
        unsafe run = try Self.call(context, prepare, factory) { value throws(ScriptFailure) in
            unsafe try context.object(value)
        }
        unsafe JSValueProtect(reference, run)
        let number = unsafe try Self.call(context, inspect, factory) { value in
            unsafe JSValueToNumber(reference, value, nil)
        }
        guard let signature = UInt8(exactly: number).flatMap(CodecSignature.init(rawValue:)) else {
            throw .noSuchFunction
        }
        self.signature = signature
        unsafe byteValues = (0..<256).map { byte in
            let value = unsafe JSValueMakeNumber(reference, Double(byte))
            unsafe JSValueProtect(reference, value)
            return unsafe value
        }
    }

    private static func call<Value>(
        _ context: ScriptContext, _ function: JSObjectRef, _ argument: JSObjectRef,
        _ body: (JSValueRef) throws(ScriptFailure) -> Value
    ) throws(ScriptFailure) -> Value {
        var argument: JSValueRef? = unsafe argument
        let value = unsafe try withUnsafeMutablePointer(to: &argument) {
            pointer throws(ScriptFailure) in
            unsafe try context.call(
                function, UnsafeMutableBufferPointer(start: pointer, count: 1))
        }
        return unsafe try body(value)
    }

    /// Decodes a frame and appends the verdict with what belongs to it.
    func decode(_ call: DecodeCall, into output: inout [UInt8]) throws(ScriptFailure) {
        let value = unsafe try withArguments(call) { arguments throws(ScriptFailure) in
            unsafe try context.call(run, arguments)
        }
        let reference = unsafe context.reference
        let start = output.count
        if unsafe JSValueIsString(reference, value) {
            output.append(DecodeVerdict.data.rawValue)
            unsafe try append(json: value, from: start, to: &output)
            return
        }
        let number = unsafe JSValueToNumber(reference, value, nil)
        let verdict = UInt8(exactly: number).flatMap(DecodeVerdict.init) ?? .notAnObject
        output.append(verdict.rawValue)
        switch verdict {
        case .errors: try appendRemarks(to: &output)
        case .dataWithWarnings:
            guard let json = unsafe try nextRemark() else { throw .outOfMemory }
            output.append(number: UInt32(0))
            guard unsafe try append(json: json, from: start, to: &output) else { return }
            let length = UInt32(truncatingIfNeeded: output.count - start - 5)
            for place in 0..<4 {
                output[start + 1 + place] = UInt8(truncatingIfNeeded: length >> (8 * place))
            }
            try appendRemarks(to: &output)
        default: break
        }
    }

    /// Lays out the arguments on the stack, where the collector looks for what is in use.
    private func withArguments(
        _ call: DecodeCall,
        _ body: (UnsafeMutableBufferPointer<JSValueRef?>) throws(ScriptFailure) -> JSValueRef
    ) throws(ScriptFailure) -> JSValueRef {
        let reference = unsafe context.reference
        unsafe elements.removeAll(keepingCapacity: true)
        for byte in call.bytes { unsafe elements.append(byteValues[Int(byte)]) }
        var arguments: InlineArray<4, JSValueRef?> = unsafe .init(repeating: nil)
        let count = call.variables.isEmpty ? 3 : 4
        unsafe arguments[0] = unsafe JSObjectMakeArray(
            reference, elements.count, elements, nil)
        unsafe arguments[1] = unsafe byteValues[Int(call.port)]
        unsafe arguments[2] = unsafe JSValueMakeNumber(
            reference, Double(call.receivedMilliseconds))
        if count == 4 { unsafe arguments[3] = unsafe variables(call) }
        var span = unsafe arguments.mutableSpan
        return unsafe try span.withUnsafeMutableBufferPointer { buffer throws(ScriptFailure) in
            unsafe try body(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        }
    }

    private func variables(_ call: DecodeCall) -> JSValueRef? {
        let reference = unsafe context.reference
        let object = unsafe JSObjectMake(reference, nil, nil)
        for (name, value) in call.variables {
            let text = unsafe ScriptText(value).withReference { text in
                unsafe JSValueMakeString(reference, text)
            }
            unsafe ScriptText(name).withReference { name in
                unsafe JSObjectSetProperty(
                    reference, object, name, text,
                    JSPropertyAttributes(kJSPropertyAttributeNone), nil)
            }
        }
        return unsafe object
    }

    /// Appends the text of the data; where it cannot be, the verdict at `start` is that instead.
    @discardableResult
    private func append(
        json value: JSValueRef, from start: Int, to output: inout [UInt8]
    ) throws(ScriptFailure) -> Bool {
        guard let copy = unsafe JSValueToStringCopy(context.reference, value, nil) else {
            throw .outOfMemory
        }
        let text = unsafe ScriptText(taking: copy)
        let place = output.count
        if text.length <= CodecBounds.answer {
            text.append(to: &output)
            // A date is an object whose text is a string, and `toJSON` may answer anything.
            let first = output.count > place ? output[place] : 0
            let isObject = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
            if isObject, output.count - place <= CodecBounds.answer { return true }
            if !isObject {
                output.removeLast(output.count - start)
                output.append(DecodeVerdict.notAnObject.rawValue)
                return false
            }
        }
        output.removeLast(output.count - start)
        output.append(DecodeVerdict.tooLarge.rawValue)
        return false
    }

    private func nextRemark() throws(ScriptFailure) -> JSValueRef? {
        let value = unsafe try context.call(
            remark, UnsafeMutableBufferPointer(start: nil, count: 0))
        return unsafe JSValueIsString(context.reference, value) ? value : nil
    }

    /// Appends the number of the remarks that are left of the last call, and each with its length.
    private func appendRemarks(to output: inout [UInt8]) throws(ScriptFailure) {
        let place = output.count
        output.append(0)
        var count: UInt8 = 0
        while count < CodecBounds.remarks, let value = unsafe try nextRemark() {
            guard let copy = unsafe JSValueToStringCopy(context.reference, value, nil) else {
                throw .outOfMemory
            }
            let text = unsafe ScriptText(taking: copy).prefix(CodecBounds.remarkLength)
            output.append(number: UInt16(truncatingIfNeeded: text.utf8.count))
            output.append(contentsOf: text.utf8)
            count += 1
        }
        output[place] = count
    }
}
