/// Why a device or a file cannot be used, in words for the person.
package struct DeviceFault: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
