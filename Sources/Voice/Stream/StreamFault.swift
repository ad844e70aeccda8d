/// Why a stream cannot be begun, or not be changed as agreed.
package enum StreamFault: Error, Sendable, Equatable, CustomStringConvertible {
    case codec(CodecError)
    case security(SecurityFault)
    /// No port could be had, or none of the address's family.
    case socket(String)

    package var description: String {
        switch self {
        case .codec(let error): error.description
        case .security(.missing(let why)): "libsrtp is missing (\(why)); the package libsrtp2-1 brings it"
        case .security: "the call's keys cannot be used"
        case .socket(let reason): "no port for voice: \(reason)"
        }
    }
}
