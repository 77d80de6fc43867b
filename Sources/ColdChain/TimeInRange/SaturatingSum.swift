/// The sum of two whole numbers that stays at its end instead of overflowing. Where both have the
/// same sign, as parts of a time or an area have, it does not depend on the order.
func saturatingSum(_ first: Int64, _ second: Int64) -> Int64 {
    let (sum, overflow) = first.addingReportingOverflow(second)
    return overflow ? (first > 0 ? .max : .min) : sum
}
