package import Crypto
package import Fabric
import Wire

extension PositionCoding {
    /// Positions as 22 letters that only the holder of the key can read, and nobody can make.
    ///
    /// A text that was not made here is read as some number far beyond those of the log.
    package static func sealed(by key: Secret) throws(StartError) -> PositionCoding {
        let permutation: BlockPermutation
        do throws(CryptoFailure) {
            permutation = try BlockPermutation(key: key)
        } catch {
            throw StartError("messages cannot be given identifiers: \(error)")
        }
        return PositionCoding(
            append: { position, bytes in
                // Without memory the identifier is left empty: nothing can be resumed from it.
                guard let block = permutation.permuted(block(of: position)) else { return }
                let halves = [block.high, block.low]
                Base64.urlSafe.append(halves.flatMap(bigEndianBytes), to: &bytes)
            },
            number: { text in
                guard let bytes = Base64.urlSafe.decode(text.utf8), bytes.count == 16,
                    let block = permutation.restored(
                        (half(bytes[..<8]), half(bytes[8...])))
                else { return nil }
                return block.high >> 16
            })
    }

    /// 48 bits for the number, 32 for the run in tenths of a second, 48 for the step.
    private static func block(of position: MessagePosition) -> BlockPermutation.Block {
        let run = position.run / 100 & 0xFFFF_FFFF
        return (
            position.number << 16 | run >> 16, run << 48 | position.step & 0xFFFF_FFFF_FFFF
        )
    }
}

private func bigEndianBytes(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
}

private func half(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
}
