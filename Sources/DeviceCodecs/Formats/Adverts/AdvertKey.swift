package import Crypto

/// The key that opens the encrypted adverts of one device, which vendors call its bind key.
package struct AdvertKey: Equatable, Sendable {
    package let address: BluetoothAddress
    /// 16 bytes.
    package let key: Secret

    /// Bytes of a key.
    static let length = SealedMessageOpener.keyLength

    fileprivate init(_ address: BluetoothAddress, _ key: Secret) {
        self.address = address
        self.key = key
    }
}

/// Why a list of keys was not taken. Nothing of the text is in it: where a line is not as expected
/// nobody knows which part of it is the key.
package struct AdvertKeyListError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Problem: Equatable, Sendable {
        case noPair
        case address
        case key
        /// The line on which the same device was named before.
        case repeated(Int)
    }

    /// Counted from 1.
    package var line: Int
    package var problem: Problem

    package init(line: Int, problem: Problem) {
        self.line = line
        self.problem = problem
    }

    package var description: String {
        switch problem {
        case .noPair: "expected 'ADDRESS: KEY'"
        case .address: "expected a Bluetooth address such as A4:C1:38:00:00:00 before the key"
        case .key: "expected a key of 32 hexadecimal digits behind the address"
        case .repeated(let first): "the device has a key already, on line \(first)"
        }
    }
}

extension AdvertKey {
    /// Reads a list of keys: in each line a device's address and its key, such as
    /// `A4:C1:38:AA:BB:CC: 0123456789abcdef0123456789abcdef`. What stands behind a `#` is a comment;
    /// quotes are passed over, so that a YAML mapping of these is read too.
    package static func list(_ text: [UInt8]) throws(AdvertKeyListError) -> [AdvertKey] {
        var keys: [AdvertKey] = []
        var lines: [BluetoothAddress: Int] = [:]
        var line = 0
        for content in text.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        {
            line += 1
            let pair = trimmed(content.prefix { $0 != UInt8(ascii: "#") })
            if pair.isEmpty { continue }
            let key = try key(in: pair, line)
            if let first = lines.updateValue(line, forKey: key.address) {
                throw AdvertKeyListError(line: line, problem: .repeated(first))
            }
            keys.append(key)
        }
        return keys
    }

    private static func key(
        in pair: ArraySlice<UInt8>, _ line: Int
    ) throws(AdvertKeyListError) -> AdvertKey {
        guard let end = pair.lastIndex(where: isFiller) else {
            throw AdvertKeyListError(line: line, problem: .noPair)
        }
        guard let address = BluetoothAddress(Array(trimmed(pair[..<end])).span) else {
            throw AdvertKeyListError(line: line, problem: .address)
        }
        var material: [UInt8] = []
        defer { for index in material.indices { material[index] = 0 } }
        guard TextCoding.appendHex(Array(pair[(end + 1)...]).span, to: &material),
            material.count == length
        else {
            throw AdvertKeyListError(line: line, problem: .key)
        }
        return AdvertKey(address, Secret(material))
    }

    /// What stands between an address and its key, or around them.
    private static func isFiller(_ byte: UInt8) -> Bool {
        byte <= 0x20 || ":\"'".utf8.contains(byte)
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text.drop(while: isFiller)
        while let last = text.last, isFiller(last) { text.removeLast() }
        return text
    }
}
