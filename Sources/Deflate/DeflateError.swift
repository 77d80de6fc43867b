/// The library could not be set up: there is no memory, or it is of another version than the
/// program was built with. Nothing can be compressed then; everything else goes on.
package struct DeflateError: Error, Equatable, CustomStringConvertible {
    /// The library's own code.
    package let code: Int32

    package var description: String { "no compression (zlib says \(code))" }
}
