internal import Glibc

// The functions of the C library's mathematics that the pure rooms compute with. Nothing else of
// the C library is seen from here: these take numbers and give numbers, and have no state.

/// The natural logarithm; NaN below 0 and −∞ at 0.
package func naturalLogarithm(_ x: Double) -> Double { log(x) }

/// e to the power of `x`.
package func exponential(_ x: Double) -> Double { exp(x) }

/// Of an angle in radians.
package func sine(_ x: Double) -> Double { sin(x) }

/// Of an angle in radians.
package func cosine(_ x: Double) -> Double { cos(x) }

/// The angle in radians, −π/2...π/2, whose tangent is `x`.
package func arctangent(_ x: Double) -> Double { atan(x) }

/// The angle in radians, −π...π, from the positive x axis to the point (`x`, `y`).
package func arctangent(y: Double, x: Double) -> Double { atan2(y, x) }
