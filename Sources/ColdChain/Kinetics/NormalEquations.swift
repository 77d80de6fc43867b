import Mathematics

/// The normal equations of a least-squares problem with few unknowns.
struct NormalEquations {
    private let count: Int
    private var matrix: [[Double]]
    private var right: [Double]

    init(count: Int) {
        self.count = count
        matrix = Array(repeating: Array(repeating: 0, count: count), count: count)
        right = Array(repeating: 0, count: count)
    }

    mutating func add(_ gradient: [Double], _ residual: Double) {
        for row in 0..<count {
            for column in 0..<count { matrix[row][column] += gradient[row] * gradient[column] }
            right[row] += gradient[row] * residual
        }
    }

    /// The step to the minimum, with the diagonal raised by `damping` of itself; nil where the
    /// equations do not determine it.
    func solution(damping: Double) -> [Double]? {
        guard let scales = scales() else { return nil }
        var scaled = scaled(by: scales)
        for row in 0..<count { scaled[row][row] += damping }
        let sides = (0..<count).map { [right[$0] / scales[$0]] }
        guard let solved = Self.solve(scaled, sides) else { return nil }
        return (0..<count).map { solved[$0][0] / scales[$0] }
    }

    func inverse() -> [[Double]]? {
        guard let scales = scales() else { return nil }
        let unit = (0..<count).map { row in (0..<count).map { $0 == row ? 1.0 : 0 } }
        guard let solved = Self.solve(scaled(by: scales), unit) else { return nil }
        return (0..<count).map { row in
            (0..<count).map { solved[row][$0] / (scales[row] * scales[$0]) }
        }
    }

    /// The unknowns differ by many powers of ten; each is measured by its own column's length.
    private func scales() -> [Double]? {
        let scales = (0..<count).map { matrix[$0][$0].squareRoot() }
        return scales.allSatisfy { $0 > 0 && $0.isFinite } ? scales : nil
    }

    private func scaled(by scales: [Double]) -> [[Double]] {
        (0..<count).map { row in
            (0..<count).map { matrix[row][$0] / (scales[row] * scales[$0]) }
        }
    }

    /// Gauss's elimination with the largest pivot.
    private static func solve(_ matrix: [[Double]], _ sides: [[Double]]) -> [[Double]]? {
        var rows = zip(matrix, sides).map { $0 + $1 }
        let count = matrix.count
        for column in 0..<count {
            var pivot = column
            for row in column..<count
            where rows[row][column].magnitude > rows[pivot][column].magnitude {
                pivot = row
            }
            guard rows[pivot][column].magnitude > 1e-300 else { return nil }
            rows.swapAt(column, pivot)
            for row in 0..<count where row != column {
                let factor = rows[row][column] / rows[column][column]
                guard factor != 0 else { continue }
                for index in rows[row].indices { rows[row][index] -= factor * rows[column][index] }
            }
        }
        return (0..<count).map { row in rows[row][count...].map { $0 / rows[row][row] } }
    }
}
