/// What nearly every next reading says of the one before it: that it was no spike, which could not be
/// known until then.
package enum SpikeSettlement {
    private static let place = UInt64(QualityTest.spike.rawValue) * 4
    /// The four bits of the test in packed flags and packed reasons.
    package static let mask: UInt64 = 0xF << place
    /// Those bits of the flags while the next reading is awaited.
    package static let waitingFlag = UInt64(QualityFlag.notEvaluated.rawValue) << place
    /// Those bits of the reasons meanwhile; afterwards they are zero.
    package static let waitingReason =
        UInt64(QualityReason.lacksNeighbour.rawValue & 0xF) << place
    /// Those bits of the flags afterwards.
    package static let settledFlag = UInt64(QualityFlag.good.rawValue) << place
}

extension ReadingQuality {
    /// Whether it says nothing else otherwise than `earlier`, which awaited the next reading, but that
    /// the reading was no spike.
    package func onlySettlesSpike(of earlier: ReadingQuality) -> Bool {
        let mask = SpikeSettlement.mask
        return earlier.flags.packed & mask == SpikeSettlement.waitingFlag
            && earlier.packedReasons & mask == SpikeSettlement.waitingReason
            && flags.packed == earlier.flags.packed & ~mask | SpikeSettlement.settledFlag
            && packedReasons == earlier.packedReasons & ~mask
            && parametersVersion == earlier.parametersVersion
            && flags.rollup == earlier.flags.rollup
    }
}
