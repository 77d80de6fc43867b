import ColdChain
import Testing

@Suite("What a calibration makes of what a sensor shows")
struct ErrorTableTests {
    static func table(_ points: (Double, Double)...) throws -> ErrorTable {
        try ErrorTable(points.map { ErrorTable.Point(reference: $0.0, indicated: $0.1) })
    }

    @Test(
        "between points the error is interpolated, beyond them that of the nearest is held",
        arguments: [
            (0.5, 0.0), (60.5, 60.0), (30.5, 30.25), (5.5, 5.125), (20.3, 20.0),
            // Beyond: 0.5 and 0.5 K.
            (-0.5, -1.0), (-39.5, -40.0), (61.5, 61.0), (100.5, 100.0),
        ])
    func interpolated(indicated: Double, expected: Double) throws {
        let table = try Self.table((0, 0.5), (20, 20.3), (40, 40.2), (60, 60.5))
        let corrected = try #require(table.corrected(indicated))
        #expect(abs(corrected - expected) < 0.13)
        if let point = table.points.first(where: { $0.indicated == indicated }) {
            #expect(corrected == point.reference)
        }
        #expect(table.covers(indicated) == (0.5...60.5).contains(indicated))
    }

    @Test("halfway between two points half of each error is taken off")
    func halfway() throws {
        let table = try Self.table((0, 1), (10, 10))
        // Indicated 5.5 stands in the middle of 1 and 10.
        #expect(table.corrected(5.5) == 5)
    }

    @Test("one point is the same error everywhere; what is no number stays none")
    func onePoint() throws {
        let table = try Self.table((0, 0.25))
        #expect(table.corrected(4.25) == 4 && table.corrected(-18) == -18.25)
        for value in [Double.nan, .infinity, -.infinity] { #expect(table.corrected(value) == nil) }
    }

    static func random(_ seed: UInt64) throws -> ErrorTable {
        var generator = SeededGenerator(seed: seed)
        var points: [ErrorTable.Point] = []
        var reference = Double.random(in: -60...0, using: &generator)
        var error = Double.random(in: -3...3, using: &generator)
        for _ in 0..<Int.random(in: 1...9, using: &generator) {
            points.append(ErrorTable.Point(reference: reference, indicated: reference + error))
            let step = Double.random(in: 0.01...20, using: &generator)
            reference += step
            error += Double.random(in: -0.3...0.3, using: &generator) * min(step, 1)
        }
        return try ErrorTable(points)
    }

    @Test("each point of a table is corrected to its reference, exactly", arguments: 1...200)
    func references(seed: UInt64) throws {
        let table = try Self.random(seed)
        for point in table.points {
            #expect(table.corrected(point.indicated) == point.reference)
        }
    }

    @Test("a higher indication never gives a lower temperature", arguments: 1...200)
    func monotone(seed: UInt64) throws {
        let table = try Self.random(seed)
        var generator = SeededGenerator(seed: seed &+ 1_000)
        var values = (0..<400).map { _ in Double.random(in: -90...140, using: &generator) }
        // The neighbours of the points, where rounding could go wrong.
        for point in table.points {
            values += [point.indicated.nextDown, point.indicated, point.indicated.nextUp]
        }
        let corrected = values.sorted().compactMap { table.corrected($0) }
        #expect(corrected.count == values.count)
        #expect(zip(corrected, corrected.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test(
        "what is no table of errors is refused with what is wrong",
        arguments: [
            ([], .empty),
            ((0...50).map { (Double($0), Double($0)) }, .tooMany(51)),
            ([(.nan, 0)], .implausible(0)), ([(0, .nan)], .implausible(0)),
            ([(0, 0), (.infinity, 1)], .implausible(1)), ([(-101, -101)], .implausible(0)),
            ([(0, 5.1)], .errorTooLarge(0)), ([(0, 0), (20, 14.9)], .errorTooLarge(1)),
            ([(10, 10), (0, 0)], .unsorted(1)), ([(0, 0), (0, 0)], .unsorted(1)),
            ([(0, 0), (0, 1)], .unsorted(1)), ([(0, 0), (1, 0)], .unsorted(1)),
            ([(0, 0), (10, 10), (10.5, 12)], .tooSteep(2)),
            ([(0, 0), (10, 10), (12, 10.5)], .tooSteep(2)),
        ] as [([(Double, Double)], ErrorTableFault)])
    func refused(points: [(Double, Double)], fault: ErrorTableFault) {
        do throws(ErrorTableFault) {
            _ = try ErrorTable(
                points.map { ErrorTable.Point(reference: $0.0, indicated: $0.1) })
            Issue.record("nothing was refused")
        } catch {
            #expect(error == fault && !error.description.isEmpty)
        }
    }

    @Test("an error of 5 K and a change of half a kelvin a kelvin are allowed still")
    func edges() throws {
        _ = try Self.table((0, 5), (20, 25))
        _ = try Self.table((0, 0), (15, 10))
    }

    @Test(
        "an uncertainty is above 0 and up to 5 K, with a factor from 1 to 4",
        arguments: [(0.0, 2.0), (-1, 2), (5.1, 2), (.nan, 2), (0.2, .nan), (0.2, 0.9), (0.2, 4.1)])
    func uncertainty(expanded: Double, factor: Double) {
        #expect(CalibrationUncertainty(expanded: expanded, coverageFactor: factor) == nil)
        #expect(CalibrationUncertainty(expanded: 0.2, coverageFactor: 2)?.standard == 0.1)
    }
}
