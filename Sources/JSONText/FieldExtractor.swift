import CSimdJSON

/// A field to be taken out of each row of a message.
package struct WantedField: Equatable, Sendable {
    /// The names of the members on the way from the row to the value.
    package var path: [String]
    /// Whether a string that holds a number counts as that number.
    package var acceptsNumericText: Bool

    package init(path: [String], acceptsNumericText: Bool = false) {
        self.path = path
        self.acceptsNumericText = acceptsNumericText
    }
}

/// What a row holds in the place of a wanted field.
package enum FieldValue: Equatable, Sendable {
    /// The row has no such member.
    case missing
    case null
    case bool(Bool)
    case integer(Int64)
    /// Finite. An integer beyond 64 bits arrives here.
    case number(Double)
    /// A string; `FieldExtractor.text` has its bytes.
    case text
    /// An array or an object.
    case container
    /// NaN or an infinity, written as a bare word.
    case notANumber
    /// A number beyond the largest `Double`.
    case outOfRange
}

extension FieldValue {
    init(_ slot: sjson_slot) {
        switch slot.kind {
        case SJSON_NULL: self = .null
        case SJSON_FALSE: self = .bool(false)
        case SJSON_TRUE: self = .bool(true)
        case SJSON_INTEGER: self = .integer(slot.integer)
        case SJSON_DOUBLE: self = .number(slot.number)
        case SJSON_STRING: self = .text
        case SJSON_CONTAINER: self = .container
        case SJSON_OUT_OF_RANGE: self = .outOfRange
        case SJSON_NOT_A_NUMBER: self = .notANumber
        default: self = .missing
        }
    }
}

/// Takes wanted fields out of messages that are one JSON object or an array of objects.
///
/// Every byte of a message is checked, also beside the wanted fields. A leading byte order mark is
/// skipped. Once its memory has grown to the size of the messages, it allocates nothing.
@safe
package struct FieldExtractor: ~Copyable {
    /// The wanted fields of one kind of message, by the order in which they were registered.
    package struct PlanNumber: Hashable, Sendable {
        fileprivate var index: Int
    }

    package enum Row: Equatable, Sendable {
        /// The wanted fields can be read.
        case fields
        case notAnObject
        /// A name on the way to a wanted field occurs twice in the row: nobody knows which one
        /// is meant.
        case duplicateName
    }

    private let reader: Reader
    private var plans: [OpaquePointer] = unsafe []
    private var slots: UnsafeMutableBufferPointer<sjson_slot>

    package init(limits: JSONLimits = .standard) throws(JSONSyntaxError) {
        reader = try Reader(limits: limits)
        unsafe slots = .allocate(capacity: 0)
    }

    deinit {
        unsafe slots.deallocate()
        unsafe plans.forEach { plan in unsafe sjson_plan_destroy(plan) }
    }

    /// Prepares for messages with these fields. A path that occurs twice, or an empty one, is a
    /// mistake of the caller's.
    package mutating func register(
        _ fields: [WantedField]
    ) throws(JSONSyntaxError) -> PlanNumber {
        guard let plan = unsafe sjson_plan_create() else { throw JSONSyntaxError(.outOfMemory) }
        unsafe plans.append(plan)
        for (index, field) in fields.enumerated() {
            let node = unsafe try Self.node(field.path, in: plan)
            let slot = unsafe sjson_plan_want(plan, node, field.acceptsNumericText)
            precondition(node > 0 && slot == index, "each field has a path of its own")
        }
        if unsafe fields.count > slots.count {
            unsafe slots.deallocate()
            unsafe slots = .allocate(capacity: fields.count)
            unsafe slots.initialize(repeating: sjson_slot())
        }
        return unsafe PlanNumber(index: plans.count - 1)
    }

    private static func node(
        _ path: [String], in plan: OpaquePointer
    ) throws(JSONSyntaxError) -> Int32 {
        var node: Int32 = 0
        for name in path {
            let bytes = Array(name.utf8)
            node = unsafe sjson_plan_node(plan, node, bytes, bytes.count)
            guard node > 0 else { throw JSONSyntaxError(.outOfMemory) }
        }
        return node
    }

    /// Takes a copy of a message, whose rows `nextRow` then reads.
    package mutating func begin(
        _ message: Span<UInt8>, plan: PlanNumber
    ) throws(JSONSyntaxError) {
        let status = unsafe message.withUnsafeBufferPointer { bytes in
            unsafe sjson_begin_rows(
                reader.handle, plans[plan.index], bytes.baseAddress, bytes.count)
        }
        guard status == SJSON_OK else { throw reader.error(status) }
    }

    /// Reads the next row; nil behind the last one. When it throws, the message is unsound as a
    /// whole, and the rows read from it before are void.
    package mutating func nextRow() throws(JSONSyntaxError) -> Row? {
        let status = unsafe sjson_next_row(reader.handle, slots.baseAddress)
        switch status {
        case SJSON_OK: return .fields
        case SJSON_END: return nil
        case SJSON_ROW_NOT_AN_OBJECT: return .notAnObject
        case SJSON_ROW_DUPLICATE_NAME: return .duplicateName
        default: throw reader.error(status)
        }
    }

    /// The row's value of a field, by its index among the registered ones.
    package subscript(_ field: Int) -> FieldValue {
        precondition(unsafe slots.indices.contains(field), "a field that was registered")
        return unsafe FieldValue(slots[field])
    }

    /// The bytes of a field that is a text, without quotes and escapes; empty for any other field.
    @_lifetime(borrow self)
    package func text(_ field: Int) -> Span<UInt8> {
        precondition(unsafe slots.indices.contains(field), "a field that was registered")
        let slot = unsafe slots[field]
        let bytes = unsafe reader.text(slot.kind == SJSON_STRING ? slot : sjson_slot())
        return unsafe _overrideLifetime(bytes.span, borrowing: self)
    }
}
