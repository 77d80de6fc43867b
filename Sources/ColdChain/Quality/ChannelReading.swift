/// One value of a channel, and what is known of the bag at its time.
package struct ChannelReading: Equatable, Sendable {
    package var measuredAt: Timestamp
    package var receivedAt: Timestamp
    /// As it was sent: what the sensor did is told by it. NaN where the device sent a marker instead.
    package var value: Double
    /// What the sensor's calibration makes of it: what the air was is told by it.
    package var correctedValue: Double?
    /// Nil where it is not known.
    package var phase: BagPhase?
    /// Until when the sensor's calibration is in force; nil where it is not known.
    package var calibrationDue: Timestamp?

    package init(
        measuredAt: Timestamp, receivedAt: Timestamp, value: Double,
        correctedValue: Double? = nil, phase: BagPhase? = nil, calibrationDue: Timestamp? = nil
    ) {
        self.correctedValue = correctedValue
        self.measuredAt = measuredAt
        self.receivedAt = receivedAt
        self.value = value
        self.phase = phase
        self.calibrationDue = calibrationDue
    }

    /// The temperature, as far as it is known.
    package var judgedValue: Double { correctedValue ?? value }

    /// Two markers are the same, though no number is.
    package static func == (left: ChannelReading, right: ChannelReading) -> Bool {
        left.measuredAt == right.measuredAt && left.receivedAt == right.receivedAt
            && left.value.isSame(as: right.value) && left.phase == right.phase
            && left.correctedValue == right.correctedValue
            && left.calibrationDue == right.calibrationDue
    }
}

extension Double {
    /// Whether it is the same number, or as little a number.
    func isSame(as other: Double) -> Bool { self == other || isNaN && other.isNaN }
}

/// What a later reading made of an earlier one: it takes the place of what was said before.
package struct QualityRevision: Equatable, Sendable {
    /// Which reading is meant.
    package var measuredAt: Timestamp
    package var receivedAt: Timestamp
    package var value: Double
    package var quality: ReadingQuality

    /// Two markers are the same, though no number is.
    package static func == (left: QualityRevision, right: QualityRevision) -> Bool {
        left.measuredAt == right.measuredAt && left.receivedAt == right.receivedAt
            && left.value.isSame(as: right.value) && left.quality == right.quality
    }
}

/// What came of giving a reading to a channel.
package enum ChannelVerdict: Equatable, Sendable {
    /// It was judged, and with it perhaps an earlier one anew.
    case judged(ReadingQuality, revision: QualityRevision?)
    /// The same value for the same time: nothing is to be stored but that it came again.
    case redelivered
    /// It is older than the newest, and nothing was changed: the log has to be judged anew around it
    /// (`ChannelQuality.judged`).
    case late
}
