internal import Glibc

// The few functions of the C library's mathematics that the pure rooms need. They keep no state and
// touch nothing, so a room that uses them stays pure.

package func naturalLogarithm(_ x: Double) -> Double { log(x) }

package func exponential(_ x: Double) -> Double { exp(x) }

package func sine(_ x: Double) -> Double { sin(x) }

package func cosine(_ x: Double) -> Double { cos(x) }

package func squareRoot(_ x: Double) -> Double { x.squareRoot() }
