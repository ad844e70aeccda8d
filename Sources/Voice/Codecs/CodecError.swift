/// A codec could not be made: its library has no memory, or is not the one we know.
package struct CodecError: Error, Equatable, CustomStringConvertible {
    package var codec: Codec
    /// What the library answered.
    package var status: Int32

    package var description: String { "\(codec.name) cannot be used (\(status))" }
}
