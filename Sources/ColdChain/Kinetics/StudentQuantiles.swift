/// How many standard errors one time in ten, and one time in twenty, are exceeded on one side, when
/// the error itself is estimated from few points: Student's t.
struct StudentQuantiles {
    let upper10: Double
    let upper5: Double

    /// - Parameter freedom: Points less parameters.
    init(freedom: Int) {
        let row = freedom < 1 ? 0 : freedom - 1
        upper10 = row < Self.tenth.count ? Self.tenth[row] : 1.2816
        upper5 = row < Self.twentieth.count ? Self.twentieth[row] : 1.6449
    }

    /// From one degree of freedom to thirty.
    private static let tenth = [
        3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.350,
        1.345, 1.341, 1.337, 1.333, 1.330, 1.328, 1.325, 1.323, 1.321, 1.319, 1.318, 1.316, 1.315,
        1.314, 1.313, 1.311, 1.310,
    ]
    private static let twentieth = [
        6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771,
        1.761, 1.753, 1.746, 1.740, 1.734, 1.729, 1.725, 1.721, 1.717, 1.714, 1.711, 1.708, 1.706,
        1.703, 1.701, 1.699, 1.697,
    ]
}
