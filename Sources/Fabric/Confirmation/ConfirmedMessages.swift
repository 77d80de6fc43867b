import Wire

/// The messages that a client names when it confirms: one, or a list.
enum ConfirmedMessages {
    /// Messages that one confirmation may name.
    private static let most = 100

    /// Nil where there is none, or something else stands among them.
    static func read(_ json: JSON?, _ limits: FabricLimits) -> [String]? {
        switch json {
        case .string(let one): return isName(one, limits) ? [one] : nil
        case .array(let several):
            guard (1...most).contains(several.count) else { return nil }
            let names = several.compactMap { $0.string.flatMap { isName($0, limits) ? $0 : nil } }
            return names.count == several.count ? names : nil
        default: return nil
        }
    }

    private static func isName(_ text: String, _ limits: FabricLimits) -> Bool {
        (1...limits.messageIDBytes).contains(text.utf8.count)
    }
}
