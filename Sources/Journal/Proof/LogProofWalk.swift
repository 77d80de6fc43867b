extension JournalReader {
    /// Records looked at in one state of the log: some 200 ms.
    private static let sliceRecords = 65_536

    /// Recomputes the chain of the log, and compares it with every row.
    ///
    /// The log may be written meanwhile: each part is looked at in one state of it, which is not held
    /// longer than that part takes.
    ///
    /// - Parameters:
    ///   - expected: Heads that were kept elsewhere: the log must still hold these links.
    ///   - found: Given each finding as it is made.
    package func proveLog(
        against expected: [LogHead] = [], found: (LogFinding) -> Void
    ) throws(StoreError) -> LogProof {
        let walk = try LogProofWalk(reader: self, against: expected)
        while try walk.advance(records: JournalReader.sliceRecords, found) {}
        return walk.proof
    }
}

/// A proof of the log in steps, between which the reader is free for others.
package final class LogProofWalk {
    private let reader: JournalReader
    private let verifier: LogVerifier

    /// - Parameter expected: Heads that were kept elsewhere.
    package init(reader: JournalReader, against expected: [LogHead]) throws(StoreError) {
        self.reader = reader
        verifier = try LogVerifier(reader.database)
        for head in expected { verifier.expect(head) }
    }

    /// What was found so far; everything once `advance` has answered false.
    package var proof: LogProof { verifier.proof }

    /// Looks at about so many records more, in one state of the log; a link is never divided.
    ///
    /// - Returns: Whether there are more.
    package func advance(
        records: Int, _ found: (LogFinding) -> Void
    ) throws(StoreError) -> Bool {
        try reader.snapshot { () throws(StoreError) in
            try verifier.verifySlice(records: max(records, 1), found)
        }
    }
}
